"""The reads that a program made, from the record of the image service."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mjbot.sandbox.server import RecordedRequest
from tests.benchmarks.plan import Job


@dataclass(frozen=True)
class Read:
    """One read, at a second of the plan."""

    at: float
    ids: tuple[str, ...]
    first: bool  # made for a command; if it is a batch, none of its tasks had been read before


def reads_of(seen: Sequence[RecordedRequest], begin_wall: float, known: set[str]) -> list[Read]:
    """All reads since second 0, in order; ``known``: tasks that were followed before."""
    read = set(known)
    found = []
    for each in seen:
        if "/task/" not in each.path or each.at < begin_wall:
            continue
        # Polls are batch reads: every service here has them.
        first = each.path.endswith("/fetch") or read.isdisjoint(each.ids)
        read.update(each.ids)
        found.append(Read(each.at - begin_wall, each.ids, first))
    return found


def peak(moments: Sequence[float], seconds: float = 1.0) -> int:
    """The most of these moments within any one second, or so many seconds."""
    ordered = sorted(moments)
    return max((bisect_left(ordered, at + seconds) - n for n, at in enumerate(ordered)), default=0)


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
