"""The reads that a program made, from the record of the image service."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mjbot.sandbox.server import RecordedRequest
from tests.benchmarks.plan import Job

ROUND_SLACK, BATCH = 1.2, 100


@dataclass(frozen=True)
class Rounds:
    """How many requests the rounds took; a round lasts one poll interval."""

    count: int = 0
    requests: int = 0
    allowed: float = 0.0  # 1.2 x ceil(live / 100), summed over the rounds
    worst: float = 0.0  # the most requests of one round, in units of ceil(live / 100)
    mean: float = 0.0


@dataclass(frozen=True)
class Read:
    """One read, at a second of the plan."""

    at: float
    ids: tuple[str, ...]
    first: bool  # made for a command; none of its tasks had been read before


def reads_of(seen: Sequence[RecordedRequest], begin_wall: float, known: set[str]) -> list[Read]:
    """All reads since second 0, in order; ``known``: tasks that were followed before."""
    read = set(known)
    found = []
    for each in seen:
        if "/task/" not in each.path or each.at < begin_wall:
            continue
        first = each.path.endswith("/fetch") or not any(task_id in read for task_id in each.ids)
        read.update(each.ids)
        found.append(Read(each.at - begin_wall, each.ids, first))
    return found


def peak(seconds: Sequence[float]) -> int:
    """The most of these times within any one second."""
    moments = sorted(seconds)
    return max((bisect_left(moments, at + 1.0) - n for n, at in enumerate(moments)), default=0)


def running_gaps(reads: Sequence[Read], jobs: Mapping[str, Job]) -> list[float]:
    """The seconds between two reads of a task that was running at both."""
    last: dict[str, float] = {}
    gaps = []
    for each in reads:
        for task_id in each.ids:
            job = jobs.get(task_id)
            if job is None or not job.changes[0] <= each.at < job.end:
                continue
            if task_id in last:
                gaps.append(each.at - last[task_id])
            last[task_id] = each.at
    return gaps


def rounds_of(polls: Sequence[Read], since: Mapping[str, float], interval: float) -> Rounds:
    """Group polls into rounds. ``since``: the second from which each task was followed."""
    last = {task_id: each.at for each in polls for task_id in each.ids}
    begins = sorted(since[task_id] for task_id in last if task_id in since)
    ends = sorted(at for task_id, at in last.items() if task_id in since)
    if not polls:
        return Rounds()
    moments = [each.at for each in polls]
    count = math.ceil((moments[-1] - moments[0]) / interval) if interval else 1
    edges = [moments[0] + n * interval for n in range(max(1, count) + 1)]
    # The larger of the counts at both ends of the round, because tasks begin and end within it.
    live = [bisect_right(begins, at) - bisect_left(ends, at) for at in edges]
    needs = [max(1, math.ceil(max(each) / BATCH)) for each in pairwise(live)]
    found = [bisect_left(moments, end) - bisect_left(moments, start) for start, end in pairwise(edges)]
    found[-1] += sum(at >= edges[-1] for at in moments)
    ratios = [number / need for number, need in zip(found, needs, strict=True)]
    return Rounds(len(found), len(polls), ROUND_SLACK * sum(needs), max(ratios), sum(ratios) / len(ratios))
