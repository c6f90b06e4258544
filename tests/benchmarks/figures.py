"""The cost and freshness of a run, computed only from the records of the stub and the sandbox."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mjbot.sandbox.server import RecordedRequest
from tests.benchmarks.plan import PERCENTS, START_UP, Job, Plan
from tests.benchmarks.reads import peak, reads_of, running_gaps
from tests.system.discord_stub import Message, Version


@dataclass(frozen=True)
class Start:
    """A start on a database with open watches: times in seconds, counts of the first 30 s."""

    ready: float  # from the start of the process to the first acknowledged command
    peak_reads: int  # in any one second
    peak_edits: int
    needless: int  # edits of cards whose task had not changed


@dataclass(frozen=True)
class Figures:
    """One run of one program, or the medians of several. Times in seconds; counts of the measured window."""

    program: str
    tasks: int  # in all; in the steady state, live at any time
    channels: int
    requests: int = 0  # all reads
    first_reads: int = 0  # of these, for a command
    seconds: float = 0.0  # that were measured
    task_minutes: float = 0.0  # sum of the lifetimes of all tasks
    peak_reads: int = 0  # in any one second
    peak_polls: int = 0  # in any ten seconds; polls are the reads that are no first reads
    interval: float = 0.0  # median time between two reads of one running task
    edits: int = 0
    changes: int = 0
    wasted: int = 0
    count_429: int = 0
    staleness: tuple[float, float] = (0.0, 0.0)  # p50, p95
    final: tuple[float, float, float] = (0.0, 0.0, 0.0)  # p50, p95, longest
    oracle: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ack: float = 0.0  # p99; infinite if a command in a hundred was not answered
    cpu_seconds: float = 0.0
    cpu: float = 0.0  # share of one core
    memory: float = 0.0  # MiB, at the end
    start: Start | None = None
    webhooks: int = 0  # requests from the service that the bot answered
    took: float = 0.0  # seconds for the run, with set-up

    @property
    def requests_a_minute(self) -> float:
        """Per task and minute of its life."""
        return self.requests / self.task_minutes if self.task_minutes else 0.0

    @property
    def reads_a_second(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0

    @property
    def polls_a_second(self) -> float:
        return (self.requests - self.first_reads) / self.seconds if self.seconds else 0.0

    @property
    def edits_a_change(self) -> float:
        return self.edits / self.changes if self.changes else 0.0


@dataclass(frozen=True)
class Record:
    """The records of a run. Second 0 is ``begin`` on the monotonic, ``begin_wall`` on the wall clock."""

    plan: Plan
    messages: Mapping[str, Message | None]
    seen: Sequence[RecordedRequest]
    begin: float
    begin_wall: float
    count_429: int

    def inside(self, second: float) -> bool:
        """Whether this second is in the measured window."""
        return self.plan.window[0] <= second < self.plan.window[1]


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of the values does not exceed; 0 for none."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else 0.0


def state_of(version: Version) -> int:
    """The number of the state that a version shows, from its embed; -1 for none."""
    if not version.embeds:
        return -1
    if version.embeds[0].get("title") == "Done":
        return len(PERCENTS) - 1
    found = re.findall(r"(?<!\d)(\d+)\s?%", str(version.embeds[0]))
    return PERCENTS.index(int(found[0])) if found and int(found[0]) in PERCENTS else 0


def delays(job: Job, message: Message | None, begin: float) -> dict[float, float]:
    """For the second of each change of a task, the seconds until its message showed it or a later state.

    Of states that begin in the same second, as they do on a relay, only the last can be shown.
    """
    shown = [(each.at - begin, state_of(each)) for each in message.history] if message else []
    return {
        change: next((max(0.0, at - change) for at, state in shown if state >= number), math.inf)
        for number, change in enumerate(job.changes, 1)
    }


def wasted(message: Message | None) -> int:
    """How many versions of a message show the same as the version before."""
    shown = (
        [(each.content, each.embeds, each.components, each.thinking) for each in message.history]
        if message
        else []
    )
    return sum(before == after for before, after in pairwise(shown))


def measure(program: str, record: Record) -> Figures:
    """Compute the figures from both records; the caller adds CPU and memory."""
    jobs = {job.task_id: job for job in record.plan.jobs}
    late = [
        (at == job.end, delay)
        for job in record.plan.jobs
        for at, delay in delays(job, record.messages.get(job.task_id), record.begin).items()
        if record.inside(at)
    ]
    every = [delay for _, delay in late]
    finals = [delay for is_final, delay in late if is_final]
    known = {job.task_id for job in record.plan.jobs if job.message_exists}
    reads = [r for r in reads_of(record.seen, record.begin_wall, known) if record.inside(r.at)]
    theirs = program != "mjbot"
    polls = [each.at for each in reads if theirs or not each.first]
    return Figures(
        program,
        len(jobs) if record.plan.whole else len(known) or len(jobs),
        record.plan.channels,
        requests=len(reads),
        first_reads=len(reads) - len(polls),
        seconds=record.plan.measured,
        task_minutes=_task_minutes(record),
        peak_reads=peak([each.at for each in reads]),
        peak_polls=peak(polls, 10.0),
        interval=quantile(running_gaps(reads, jobs), 0.5),
        edits=len(edit_times(record)),
        changes=len(every),
        wasted=sum(map(wasted, record.messages.values())),
        count_429=record.count_429,
        staleness=(quantile(every, 0.5), quantile(every, 0.95)),
        final=(quantile(finals, 0.5), quantile(finals, 0.95), max(finals, default=0.0)),
    )


def edit_times(record: Record) -> list[float]:
    """The seconds of the measured edits, by any route, without the first responses to commands."""
    times = [
        version.at - record.begin
        for message in record.messages.values()
        if message
        for version in message.history
        if version.route != "callback"
    ]
    return [at for at in times if record.inside(at)]


def started(record: Record, ready: float) -> Start:
    """Measure the start of a bot whose messages already existed."""
    reads = [each.at - record.begin_wall for each in record.seen if "/task/" in each.path]
    edits: list[float] = []
    needless = 0
    for job in record.plan.jobs:
        message = record.messages.get(job.task_id)
        if message is None or not job.message_exists:
            continue
        before = state_of(message.history[0])
        early = [each.at - record.begin for each in message.history[1:]]
        early = [at for at in early if at < START_UP]
        edits += early
        needless += sum(job.state_at(at) == before for at in early)
    return Start(ready, peak([at for at in reads if 0 <= at < START_UP]), peak(edits), needless)


def _task_minutes(record: Record) -> float:
    low, high = record.plan.window
    lives = (min(job.end, high) - max(job.start, low) for job in record.plan.jobs)
    return sum(life for life in lives if life > 0) / 60
