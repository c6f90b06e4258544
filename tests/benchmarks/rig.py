"""One run: the sandbox and the Discord stub here, the program that is measured in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.benchmarks import oracle
from tests.benchmarks.figures import Figures, measure, quantile, state_of
from tests.benchmarks.plan import ARRIVALS, LIFE, PERCENTS, STEPS, Job, jobs
from tests.system.discord_stub import Channel, DiscordStub, Interaction, Message, User
from tests.system.process import BotProcess, running

_LEAD = 3.0  # seconds before the first task
_PATIENCE = 120.0  # seconds after the last end
_TICK = os.sysconf("SC_CLK_TCK")


class Stage:
    """The two servers, the channels, and the tasks of one run."""

    def __init__(
        self, stub: DiscordStub, upstream: SandboxServer, plan: Sequence[Job], channels: int
    ) -> None:
        self.stub, self.upstream, self.plan = stub, upstream, plan
        guild = stub.add_guild("Atelier")
        self.channels = [stub.add_channel(guild, f"pictures-{n}") for n in range(channels)]
        self.user: User = stub.add_user("ann")
        self.asked: dict[str, Interaction] = {}
        self.begin = self.begin_wall = 0.0

    def start(self) -> None:
        """The plan's second 0 is a little from now."""
        self.begin, self.begin_wall = time.monotonic() + _LEAD, time.time() + _LEAD
        for job in self.plan:
            self.upstream.world.add(job.task_id, STEPS, start=self.begin_wall + job.start)

    @property
    def messages(self) -> dict[str, Message | None]:
        """The card of each task, as far as there is one."""
        return {task_id: each.message for task_id, each in self.asked.items()}

    @property
    def last(self) -> float:
        """The second of the plan at which waiting is over."""
        return ARRIVALS + LIFE + _PATIENCE

    def channel(self, job: Job) -> Channel:
        return self.channels[job.channel]

    def finished(self) -> bool:
        return all(
            m is not None and state_of(m.history[-1]) == len(PERCENTS) - 1 for m in self.messages.values()
        )

    async def ended(self, also: asyncio.Task[object] | None = None) -> None:
        """Wait until every message shows its end, or for so long that some never will."""
        while (
            time.monotonic() < self.begin + self.last and not self.finished() and not (also and also.done())
        ):
            await asyncio.sleep(0.5)

    def figures(self, program: str) -> Figures:
        best = oracle.times_to_final((job.changes[-1], job.channel) for job in self.plan)
        seen, count = self.upstream.requests, self.stub.count_429
        return measure(program, self.plan, self.messages, seen, self.begin, self.begin_wall, count, best)


async def run_mjbot(count: int, channels: int) -> Figures:
    """mjbot itself, asked for every task by `/status`."""
    with tempfile.TemporaryDirectory() as folder:
        async with DiscordStub() as stub, SandboxServer(World(side=32), time.time) as upstream:
            stage = Stage(stub, upstream, jobs(count, channels), channels)
            async with running(stub, upstream, Path(folder), settings=_SETTINGS) as bot:
                return await _played(stage, bot)


_SETTINGS = {
    "GUILD_CARDS": "100000",
    "IMAGES": "link",
    "POLL_MIN": "2",
    "POLL_MAX": "15",
}


async def _played(stage: Stage, bot: BotProcess) -> Figures:
    stage.start()
    before = usage(bot.pid)
    for job in sorted(stage.plan, key=lambda each: each.start):
        await asyncio.sleep(max(0.0, stage.begin + job.start - time.monotonic()))
        stage.asked[job.task_id] = await stage.stub.slash(
            stage.channel(job), stage.user, "status", task_id=job.task_id
        )
    await stage.ended()
    after, span = usage(bot.pid), time.monotonic() - stage.begin
    cpu, memory = (after[0] - before[0]) / span, after[1]
    return replace(
        stage.figures("mjbot"), ack=quantile(acks(stage.stub, stage.asked), 0.99), cpu=cpu, memory=memory
    )


def acks(stub: DiscordStub, asked: Mapping[str, Interaction]) -> list[float]:
    """Seconds from each gateway frame to its callback."""
    created = {f"/interactions/{each.id}/": each.created for each in asked.values()}
    arrived = {
        "/".join(each.path.split("/")[:3]) + "/": each.at
        for each in stub.log
        if each.kind == "request" and each.path.startswith("/interactions/")
    }
    return [arrived[path] - at for path, at in created.items() if path in arrived]


def usage(pid: int) -> tuple[float, float]:
    """CPU seconds so far, and resident memory in MiB."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return (int(fields[11]) + int(fields[12])) / _TICK, pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def run_model(model: str, count: int, channels: int) -> Figures:
    """A peer's policy, on messages that stand already."""
    async with DiscordStub() as stub, SandboxServer(World(side=32), time.time) as upstream:
        stage = Stage(stub, upstream, jobs(count, channels), channels)
        stage.asked = {job.task_id: stub.answered(stage.channel(job), stage.user) for job in stage.plan}
        stage.start()
        setup = {
            "api": stub.api_url,
            "upstream": upstream.address(),
            "token": stub.token,
            "until": stage.begin_wall + stage.last,
            "jobs": [
                {
                    "task": job.task_id,
                    "start": stage.begin_wall + job.start,
                    "channel": str(stage.channel(job).id),
                    "message": str(stage.asked[job.task_id].messages[0].id),
                    "token": stage.asked[job.task_id].token,
                    "application": str(stub.world.bot.id),
                }
                for job in stage.plan
            ],
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.models", model), stdin=asyncio.subprocess.PIPE
        )
        playing: asyncio.Task[object] = asyncio.create_task(process.communicate(json.dumps(setup).encode()))
        await stage.ended(playing)
        if process.returncode is None:
            process.kill()
        await playing
        return stage.figures(model)
