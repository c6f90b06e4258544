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
from tests.benchmarks.harness import BotHarness
from tests.benchmarks.scenarios import Scenario
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


async def run(scenario: Scenario) -> Figures:
    """Play it, and measure."""
    began = time.monotonic()
    found = await (_run_mjbot(scenario) if scenario.program == "mjbot" else _run_peer(scenario))
    return replace(found, label=scenario.label, took=time.monotonic() - began)


@asynccontextmanager
async def _stage(scenario: Scenario) -> AsyncIterator[BotHarness]:
    async with DiscordStub() as stub, SandboxServer(World(side=32, scenes=_SCENES), time.time) as upstream:
        if scenario.images == "link":
            upstream.world.base_url = _PICTURES
        harness = BotHarness(stub, upstream, scenario.plan())
        # What lives as long as the run is not looked through again and again for garbage.
        gc.collect()
        gc.freeze()
        try:
            yield harness
        finally:
            gc.unfreeze()


async def _run_mjbot(scenario: Scenario) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        async with _stage(scenario) as harness:
            bot = BotProcess(harness.stub, harness.upstream, Path(folder))
            notify = await _set_up(bot, harness, scenario)
            try:
                ready = await _begun(bot, harness, notify)
                async with Usage(bot.pid, lambda: harness.second) as usage:
                    await _asked(harness)
                    await harness.ended()
            finally:
                await bot.close()
            return await _figures(harness, usage, ready)


async def _set_up(bot: BotProcess, harness: BotHarness, scenario: Scenario) -> str:
    """Settings and database; the address of the webhooks, if there are any."""
    # The shim with which tests turn the clock costs time at every look at it.
    for name in ("PYTHONPATH", "CLOCK_FILE"):
        del bot.environment[name]
    bot.set(**_SETTINGS, IMAGES=scenario.images)
    token = secrets.token_urlsafe(24) if scenario.webhooks else ""
    notify = ""
    if scenario.webhooks:
        address = f"127.0.0.1:{_free_port()}"
        bot.set(HTTP_LISTEN=address, PUBLIC_URL=f"http://{address}")
        notify = f"http://{address}/webhook/{token}"
    standing = sum(job.message_exists for job in harness.plan.jobs)
    if standing:
        harness.start(1.0 + _WRITING * standing, notify)
    await prepare(bot.database, harness, token)
    return notify


async def _begun(bot: BotProcess, harness: BotHarness, notify: str) -> float:
    """Start the bot; with messages that stand already, the seconds until it answers its first command."""
    standing = bool(harness.standing)
    if standing:
        await harness.at(0.0)
    launched = time.monotonic()
    await bot.launch()
    await harness.stub.ready(_CONNECT)
    if not standing:
        harness.start(notify=notify)
        return 0.0
    first = next(job for job in harness.plan.jobs if not job.message_exists)
    await harness.ask(first)
    await harness.asked[first.task_id].answered(_CONNECT)
    return time.monotonic() - launched


async def _asked(harness: BotHarness) -> None:
    for job in sorted(harness.plan.jobs, key=lambda each: each.start):
        if job.message_exists or job.task_id in harness.asked:
            continue
        await harness.at(job.start)
        await harness.ask(job)


async def _figures(harness: BotHarness, usage: Usage, ready: float) -> Figures:
    record = harness.record()
    start: Start | None = started(record, ready) if harness.standing else None
    low, high = harness.plan.window
    seconds, share = usage.between(low, high)
    return replace(
        measure("mjbot", record),
        oracle=await _best(harness),
        ack=quantile(_acks(harness), 0.99),
        cpu_seconds=seconds,
        cpu=share,
        memory=usage.memory,
        start=start,
        webhooks=harness.upstream.webhooks.answered,
    )


def _acks(harness: BotHarness) -> list[float]:
    """Seconds from each gateway frame to its callback, for those who asked in the window."""
    low, high = harness.plan.window
    created = {str(each.id): each.created for each in harness.asked.values()}
    arrived: dict[str, float] = {}
    for event in harness.stub.log:
        if event.kind == "request" and event.path.startswith("/interactions/"):
            arrived.setdefault(event.path.split("/")[2], event.at)
    return [
        arrived[number] - at
        for number, at in created.items()
        if number in arrived and low <= at - harness.begin < high
    ]


async def _best(harness: BotHarness) -> tuple[float, float, float]:
    """What the oracle says of this run's log."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.json"
        log.write_text(json.dumps(harness.log_for_oracle()), encoding="utf-8")
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


async def _run_peer(scenario: Scenario) -> Figures:
    """A peer's policy, on messages that stand already."""
    async with _stage(scenario) as harness:
        stub = harness.stub
        jobs = harness.plan.jobs
        harness.asked = {job.task_id: stub.answered(harness.channel(job), harness.user) for job in jobs}
        harness.start()
        setup = {
            "api": stub.api_url,
            "upstream": harness.upstream.address(),
            "token": stub.token,
            "until": harness.begin_wall + harness.plan.last,
            "jobs": [
                {
                    "task": job.task_id,
                    "start": harness.begin_wall + job.start,
                    "channel": str(harness.channel(job).id),
                    "message": str(harness.asked[job.task_id].messages[0].id),
                    "token": harness.asked[job.task_id].token,
                    "application": str(stub.world.bot.id),
                }
                for job in jobs
            ],
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.models", scenario.program),
            stdin=asyncio.subprocess.PIPE,
        )
        playing: asyncio.Task[object] = asyncio.create_task(process.communicate(json.dumps(setup).encode()))
        async with Usage(process.pid, lambda: harness.second) as usage:
            await harness.ended(playing)
        if process.returncode is None:
            process.kill()
        await playing
        seconds, share = usage.between(*harness.plan.window)
        found = measure(scenario.program, harness.record())
        return replace(
            found, oracle=await _best(harness), cpu_seconds=seconds, cpu=share, memory=usage.memory
        )
