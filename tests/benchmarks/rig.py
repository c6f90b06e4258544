"""One run: the sandbox and the Discord stub here, the program that is measured in a process of its own."""

from __future__ import annotations

import asyncio
import gc
import json
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.benchmarks.figures import Figures, Start, measure, quantile, started
from tests.benchmarks.plays import Play
from tests.benchmarks.stage import Stage
from tests.benchmarks.standing import prepare
from tests.benchmarks.usage import Usage
from tests.system.discord_stub import DiscordStub
from tests.system.process import BotProcess

# Where Discord could fetch a picture: it looks at the address only, and so does the stub.
_PICTURES = "https://pictures.example.com"
_SCENES = 4  # pictures to paint, so that painting takes no time from what is measured
_CONNECT = 60.0  # seconds
_WRITING = 0.003  # seconds that one open watch takes to be written beforehand, at most
_SETTINGS = {"GUILD_CARDS": "100000", "POLL_MIN": "2", "POLL_MAX": "15"}


async def run(play: Play) -> Figures:
    """Play it, and measure."""
    began = time.monotonic()
    found = await (_run_mjbot(play) if play.program == "mjbot" else _run_peer(play))
    return replace(found, label=play.label, took=time.monotonic() - began)


@asynccontextmanager
async def _stage(play: Play) -> AsyncIterator[Stage]:
    async with DiscordStub() as stub, SandboxServer(World(side=32, scenes=_SCENES), time.time) as upstream:
        if play.images == "link":
            upstream.world.base_url = _PICTURES
        stage = Stage(stub, upstream, play.plan())
        # What lives as long as the run is not looked through again and again for garbage.
        gc.collect()
        gc.freeze()
        try:
            yield stage
        finally:
            gc.unfreeze()


async def _run_mjbot(play: Play) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        async with _stage(play) as stage:
            bot = BotProcess(stage.stub, stage.upstream, Path(folder))
            notify = await _set_up(bot, stage, play)
            try:
                ready = await _begun(bot, stage, notify)
                async with Usage(bot.pid, lambda: stage.second) as usage:
                    await _asked(stage)
                    await stage.ended()
            finally:
                await bot.close()
            return await _figures(stage, usage, ready)


async def _set_up(bot: BotProcess, stage: Stage, play: Play) -> str:
    """Settings and database; the address of the hooks, if there are any."""
    # The shim with which tests turn the clock costs time at every look at it.
    for name in ("PYTHONPATH", "CLOCK_FILE"):
        del bot.environment[name]
    bot.set(**_SETTINGS, IMAGES=play.images)
    token = secrets.token_urlsafe(24) if play.hooks else ""
    notify = ""
    if play.hooks:
        address = f"127.0.0.1:{_free_port()}"
        bot.set(HTTP_LISTEN=address, PUBLIC_URL=f"http://{address}")
        notify = f"http://{address}/hook/{token}"
    standing = sum(job.stands for job in stage.plan.jobs)
    if standing:
        stage.start(1.0 + _WRITING * standing, notify)
    await prepare(bot.database, stage, token)
    return notify


async def _begun(bot: BotProcess, stage: Stage, notify: str) -> float:
    """Start the bot; with messages that stand already, the seconds until it answers its first command."""
    standing = bool(stage.standing)
    if standing:
        await stage.at(0.0)
    launched = time.monotonic()
    await bot.launch()
    await stage.stub.ready(_CONNECT)
    if not standing:
        stage.start(notify=notify)
        return 0.0
    first = next(job for job in stage.plan.jobs if not job.stands)
    await stage.ask(first)
    await stage.asked[first.task_id].answered(_CONNECT)
    return time.monotonic() - launched


async def _asked(stage: Stage) -> None:
    for job in sorted(stage.plan.jobs, key=lambda each: each.start):
        if job.stands or job.task_id in stage.asked:
            continue
        await stage.at(job.start)
        await stage.ask(job)


async def _figures(stage: Stage, usage: Usage, ready: float) -> Figures:
    record = stage.record()
    start: Start | None = started(record, ready) if stage.standing else None
    low, high = stage.plan.window
    seconds, share = usage.between(low, high)
    return replace(
        measure("mjbot", record),
        oracle=await _best(stage),
        ack=quantile(_acks(stage), 0.99),
        cpu_seconds=seconds,
        cpu=share,
        memory=usage.memory,
        start=start,
        hooks=stage.upstream.hooks.taken,
    )


def _acks(stage: Stage) -> list[float]:
    """Seconds from each gateway frame to its callback, for those who asked in the window."""
    low, high = stage.plan.window
    created = {str(each.id): each.created for each in stage.asked.values()}
    arrived: dict[str, float] = {}
    for event in stage.stub.log:
        if event.kind == "request" and event.path.startswith("/interactions/"):
            arrived.setdefault(event.path.split("/")[2], event.at)
    return [
        arrived[number] - at
        for number, at in created.items()
        if number in arrived and low <= at - stage.begin < high
    ]


async def _best(stage: Stage) -> tuple[float, float, float]:
    """What the oracle says of this run's log."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.json"
        log.write_text(json.dumps(stage.log_for_oracle()), encoding="utf-8")
        asked = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.oracle", str(log)), stdout=asyncio.subprocess.PIPE
        )
        told, _ = await asked.communicate()
    found = json.loads(told)
    return found["p50"], found["p95"], found["max"]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def _run_peer(play: Play) -> Figures:
    """A peer's policy, on messages that stand already."""
    async with _stage(play) as stage:
        stub = stage.stub
        jobs = stage.plan.jobs
        stage.asked = {job.task_id: stub.answered(stage.channel(job), stage.user) for job in jobs}
        stage.start()
        setup = {
            "api": stub.api_url,
            "upstream": stage.upstream.address(),
            "token": stub.token,
            "until": stage.begin_wall + stage.plan.last,
            "jobs": [
                {
                    "task": job.task_id,
                    "start": stage.begin_wall + job.start,
                    "channel": str(stage.channel(job).id),
                    "message": str(stage.asked[job.task_id].messages[0].id),
                    "token": stage.asked[job.task_id].token,
                    "application": str(stub.world.bot.id),
                }
                for job in jobs
            ],
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.models", play.program), stdin=asyncio.subprocess.PIPE
        )
        playing: asyncio.Task[object] = asyncio.create_task(process.communicate(json.dumps(setup).encode()))
        async with Usage(process.pid, lambda: stage.second) as usage:
            await stage.ended(playing)
        if process.returncode is None:
            process.kill()
        await playing
        seconds, share = usage.between(*stage.plan.window)
        found = measure(play.program, stage.record())
        return replace(found, oracle=await _best(stage), cpu_seconds=seconds, cpu=share, memory=usage.memory)
