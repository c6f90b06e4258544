"""What a run cost and how fresh it was, from the stub's and the sandbox's records alone."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mjbot.sandbox.server import Seen
from tests.benchmarks.plan import LIFE, PERCENTS, Job
from tests.system.discord_stub import Message, Version


@dataclass(frozen=True)
class Figures:
    """One run of one program. Times in seconds."""

    program: str
    tasks: int
    channels: int
    polls: int
    first_reads: int  # of people who ask
    polls_a_minute: float  # per task and minute of its life
    peak_reads: int  # in any one second
    interval: float  # median time between two reads of one task
    edits: int
    edits_per_change: float
    wasted: int
    count_429: int
    staleness: tuple[float, float]  # p50, p95
    final: tuple[float, float, float]  # p50, p95, longest
    oracle: float  # p95
    ack: float = 0.0  # p99
    cpu: float = 0.0  # share of one core
    memory: float = 0.0  # MiB


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else 0.0


def state_of(version: Version) -> int:
    """Which of the states a version shows, by what stands on it; -1 for none."""
    if not version.embeds:
        return -1
    if version.embeds[0].get("title") == "Done":
        return len(PERCENTS) - 1
    found = re.findall(r"(?<!\d)(\d+)\s?%", str(version.embeds[0]))
    return PERCENTS.index(int(found[0])) if found and int(found[0]) in PERCENTS else 0


def delays(job: Job, message: Message | None, begin: float) -> list[float]:
    """For each change of a task, how long until its message showed it, or something later."""
    shown = [(each.at - begin, state_of(each)) for each in message.history] if message else []
    return [
        next((max(0.0, at - change) for at, state in shown if state >= number), math.inf)
        for number, change in enumerate(job.changes, 1)
    ]


def wasted(message: Message | None) -> int:
    """How many versions of a message show nothing else than the one before."""
    looks = (
        [(each.content, each.embeds, each.components, each.thinking) for each in message.history]
        if message
        else []
    )
    return sum(before == after for before, after in pairwise(looks))


def measure(
    program: str,
    jobs: Sequence[Job],
    messages: Mapping[str, Message | None],
    seen: Sequence[Seen],
    begin: float,
    begin_wall: float,
    count_429: int,
    oracle: Sequence[float],
) -> Figures:
    """All figures of a run; `begin` is its start by the steady clock, `begin_wall` by the wall's."""
    late = [delays(job, messages[job.task_id], begin) for job in jobs]
    every = [each for task in late for each in task]
    finals = [task[-1] for task in late]
    reads = [each for each in seen if "/task/" in each.path and each.at >= begin_wall]
    edits = sum(
        each.route != "callback" for message in messages.values() if message for each in message.history
    )
    # Of mjbot, a read of one task is the first answer of somebody's question; the loop reads in batches.
    first_reads = sum(each.path.endswith("/fetch") for each in reads) if program == "mjbot" else 0
    polls = len(reads) - first_reads
    return Figures(
        program,
        len(jobs),
        len({job.channel for job in jobs}),
        polls,
        first_reads,
        polls / (len(jobs) * LIFE / 60),
        max(_by_second(reads).values(), default=0),
        quantile(_gaps(reads), 0.5),
        edits,
        edits / sum(len(job.changes) for job in jobs),
        sum(map(wasted, messages.values())),
        count_429,
        (quantile(every, 0.5), quantile(every, 0.95)),
        (quantile(finals, 0.5), quantile(finals, 0.95), max(finals)),
        quantile(oracle, 0.95),
    )


def _by_second(reads: Sequence[Seen]) -> dict[int, int]:
    counts: defaultdict[int, int] = defaultdict(int)
    for each in reads:
        counts[int(each.at)] += 1
    return counts


def _gaps(reads: Sequence[Seen]) -> list[float]:
    last: dict[str, float] = {}
    gaps = []
    for each in reads:
        for task_id in each.ids:
            if task_id in last:
                gaps.append(each.at - last[task_id])
            last[task_id] = each.at
    return gaps
