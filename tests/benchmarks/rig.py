"""One run: sandbox and Discord stub in this process, the measured program in its own."""

from __future__ import annotations

import asyncio
import gc
import json
import math
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from mjbot.ops import webhook_path, webhook_token
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.benchmarks.figures import Figures, Start, measure, quantile, started
from tests.benchmarks.harness import PlanHarness
from tests.benchmarks.scenarios import Scenario
from tests.benchmarks.standing import prepare
from tests.benchmarks.usage import Usage
from tests.system.discord_stub import DiscordStub
from tests.system.process import BotProcess

# A host from which Discord could load pictures: the stub, like the bot, only looks at the address.
_PICTURES = "https://pictures.example.com"
_SCENES = 4  # few pictures to draw, so that drawing them does not slow down the run
_CONNECT = 60.0  # seconds
_USER_LIMITS = {"GUILD_CARDS": "100000"}  # `BotProcess` raises the others
_OF_TESTS = ("PYTHONPATH", "CLOCK_FILE", "MJBOT_POLL_MIN", "MJBOT_POLL_MAX")


async def run(scenario: Scenario) -> Figures:
    """Run a scenario and measure it."""
    began = time.monotonic()
    found = await (_run_mjbot(scenario) if scenario.program == "mjbot" else _run_peer(scenario))
    return replace(found, took=time.monotonic() - began)


@asynccontextmanager
async def _open_harness(scenario: Scenario) -> AsyncIterator[PlanHarness]:
    world, latency = World(side=32, scenes=_SCENES), scenario.latency
    async with (
        DiscordStub(latency=latency) as stub,
        SandboxServer(world, time.time, latency=latency) as upstream,
    ):
        if scenario.images == "link":
            upstream.world.base_url = _PICTURES
        harness = PlanHarness(stub, upstream, scenario.plan())
        # Objects that live as long as the run are excluded from garbage collection.
        gc.collect()
        gc.freeze()
        try:
            yield harness
        finally:
            gc.unfreeze()


async def _run_mjbot(scenario: Scenario) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        async with _open_harness(scenario) as harness:
            bot = BotProcess(harness.stub, harness.upstream, Path(folder), scenario.dialect)
            notify = await _set_up(bot, harness, scenario)
            try:
                ready = await _begun(bot, harness, notify)
                async with Usage(bot.pid, lambda: harness.second) as usage:
                    await _asked(harness)
                    await harness.wait_until_done()
            finally:
                await bot.close()
            return await _figures(harness, usage, ready)


async def _set_up(bot: BotProcess, harness: PlanHarness, scenario: Scenario) -> str:
    """Write settings and database; return the URL for webhooks, or ""."""
    # The defaults, without the quick polls of tests, and without their clock, which is slower to read.
    for name in _OF_TESTS:
        del bot.environment[name]
    bot.set(**_USER_LIMITS, IMAGES=scenario.images)
    notify = ""
    if scenario.webhooks:
        address = f"127.0.0.1:{_free_port()}"
        bot.set(HTTP_LISTEN=address, PUBLIC_URL=f"http://{address}")
        notify = f"http://{address}{webhook_path(webhook_token(harness.stub.token))}"
    if any(job.message_exists for job in harness.plan.jobs):
        harness.start(notify)
    await prepare(bot.database, harness)
    return notify


async def _begun(bot: BotProcess, harness: PlanHarness, notify: str) -> float:
    """Start the bot; if its messages already exist, return the seconds until it answers its first command."""
    standing = bool(harness.standing)
    if standing:
        await harness.at(0.0)
    launched = time.monotonic()
    await bot.launch()
    await harness.stub.ready(_CONNECT)
    if not standing:
        harness.start(notify)
        return 0.0
    first = next(job for job in harness.plan.jobs if not job.message_exists)
    await harness.ask(first)
    await harness.asked[first.task_id].answered(_CONNECT)
    return time.monotonic() - launched


async def _asked(harness: PlanHarness) -> None:
    for job in sorted(harness.plan.jobs, key=lambda each: each.start):
        if job.message_exists or job.task_id in harness.asked:
            continue
        await harness.at(job.start)
        await harness.ask(job)


async def _figures(harness: PlanHarness, usage: Usage, ready: float) -> Figures:
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


def _acks(harness: PlanHarness) -> list[float]:
    """Seconds from each gateway event to its callback, for commands in the measured window.

    They are infinite for a command that was not answered.
    """
    low, high = harness.plan.window
    created = {str(each.id): each.created for each in harness.asked.values()}
    arrived: dict[str, float] = {}
    for event in harness.stub.log:
        if event.kind == "request" and event.path.startswith("/interactions/"):
            arrived.setdefault(event.path.split("/")[2], event.at)
    return [
        arrived.get(number, math.inf) - at
        for number, at in created.items()
        if low <= at - harness.begin < high
    ]


async def _best(harness: PlanHarness) -> tuple[float, float, float]:
    """The oracle's times for the log of this run: median, p95 and longest."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.json"
        log.write_text(json.dumps(harness.log_for_oracle()), encoding="utf-8")
        oracle = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.oracle", str(log)), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await oracle.communicate()
    found = json.loads(output)
    return found["p50"], found["p95"], found["max"]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def _run_peer(scenario: Scenario) -> Figures:
    """Run the policy of a peer, on messages that already exist."""
    async with _open_harness(scenario) as harness:
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
        peer: asyncio.Task[object] = asyncio.create_task(process.communicate(json.dumps(setup).encode()))
        async with Usage(process.pid, lambda: harness.second) as usage:
            await harness.wait_until_done(peer)
        if process.returncode is None:
            process.kill()
        await peer
        seconds, share = usage.between(*harness.plan.window)
        found = measure(scenario.program, harness.record())
        return replace(
            found, oracle=await _best(harness), cpu_seconds=seconds, cpu=share, memory=usage.memory
        )
