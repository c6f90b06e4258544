"""The harness of one run: both simulated servers, the channels and tasks, and the records for measuring."""

from __future__ import annotations

import asyncio
import math
import time

from mjbot.sandbox.server import SandboxServer
from tests.benchmarks.figures import Record, state_of
from tests.benchmarks.plan import PERCENTS, Job, Plan
from tests.system.discord_stub import Channel, DiscordStub, Interaction, Message, User


class PlanHarness:
    """Runs one plan. `start` sets its second 0."""

    def __init__(self, stub: DiscordStub, upstream: SandboxServer, plan: Plan) -> None:
        self.stub, self.upstream, self.plan = stub, upstream, plan
        guild = stub.add_guild("Atelier")
        self.channels = [stub.add_channel(guild, f"pictures-{n}") for n in range(plan.channels)]
        self.user: User = stub.add_user("ann")
        self.asked: dict[str, Interaction] = {}
        self.standing: dict[str, Message] = {}
        self.begin = self.begin_wall = 0.0
        self._open = {job.task_id: job for job in plan.jobs}

    def start(self, notify: str = "") -> None:
        """Set the plan's second 0, at which a relay refreshes, and add its tasks."""
        wait, period, now = self.plan.lead, self.plan.refresh_period, time.time()
        if period:
            wait = math.ceil((now + wait) / period) * period - now
        self.begin, self.begin_wall = time.monotonic() + wait, now + wait
        for job in self.plan.jobs:
            start = self.begin_wall + job.start
            self.upstream.world.add(job.task_id, job.steps, start=start, notify=notify)

    @property
    def second(self) -> float:
        """The current second of the plan."""
        return time.monotonic() - self.begin

    async def at(self, second: float) -> None:
        """Wait until this second of the plan."""
        await asyncio.sleep(max(0.0, second - self.second))

    def channel(self, job: Job) -> Channel:
        return self.channels[job.channel]

    def message(self, task_id: str) -> Message | None:
        """The message with the card of a task, if it exists."""
        if (found := self.standing.get(task_id)) is not None:
            return found
        asked = self.asked.get(task_id)
        return asked.message if asked else None

    async def ask(self, job: Job) -> None:
        """Send the /status command for a task."""
        self.asked[job.task_id] = await self.stub.slash(
            self.channel(job), self.user, "status", task_id=job.task_id
        )

    async def wait_until_done(self, peer: asyncio.Task[object] | None = None) -> None:
        """Wait until every message shows the end of its task, the plan times out, or the peer exits."""
        while self.second < self.plan.last and not (peer and peer.done()):
            if self.plan.whole and self._finished():
                return
            await asyncio.sleep(0.5)

    def _finished(self) -> bool:
        # Only tasks that have ended are checked: checking ten thousand messages would slow down the servers.
        now = self.second
        for task_id in [k for k, job in self._open.items() if job.end <= now]:
            message = self.message(task_id)
            if message and state_of(message.history[-1]) == len(PERCENTS) - 1:
                del self._open[task_id]
        return not self._open

    def record(self) -> Record:
        """The records to measure."""
        messages = {job.task_id: self.message(job.task_id) for job in self.plan.jobs}
        return Record(
            self.plan,
            messages,
            self.upstream.requests,
            self.begin,
            self.begin_wall,
            self.stub.count_429,
        )

    def log_for_oracle(self) -> dict[str, object]:
        """The measured ends, and the other requests that count in the global limit; see `oracle`."""
        low, high = self.plan.window
        finals = [
            {"message": job.task_id, "channel": job.channel, "at": job.end}
            for job in self.plan.jobs
            if low <= job.end < high
        ]
        calls = [
            {"at": event.at - self.begin}
            for event in self.stub.log
            if event.kind == "request"
            and event.method != "PATCH"
            and not event.path.startswith(("/interactions", "/webhooks"))
        ]
        return {"finals": finals, "calls": [call for call in calls if low <= call["at"] < high]}
