"""A simulated service that is polled by the schedule, on a simulated clock."""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.polling.intervals import PollSettings
from mjbot.core.polling.schedule import PollSchedule

_LATENCY = 0.02


@dataclass(frozen=True)
class Job:
    """A task: when it begins, and when each of its changes happens. The last one is its end."""

    start: float
    changes: Sequence[float]
    queued: bool = False
    """Whether it is queued until its first change."""


@dataclass
class Polled:
    """What polling did: the time of each request, and for each change when it happened and was found."""

    requests: list[float] = field(default_factory=list)
    found: list[tuple[float, float]] = field(default_factory=list)

    def staleness(self, since: float = 0.0) -> float:
        """The 95th percentile of the seconds after which a change was found."""
        ages = sorted(found - at for at, found in self.found if at >= since)
        return ages[int(0.95 * len(ages))]

    def most_requests(self, seconds: float) -> int:
        """The most requests in any span of ``seconds``."""
        return max(
            bisect_left(self.requests, at + seconds) - number for number, at in enumerate(self.requests)
        )


def poll(jobs: Sequence[Job], seconds: float, batch: int = 100) -> Polled:
    """Poll these tasks until the clock shows ``seconds``."""
    schedule = PollSchedule(PollSettings(batch=batch), random.Random(1).random)
    polled, now = Polled(), 0.0
    snapshots: dict[TaskId, TaskSnapshot] = {}
    seen: dict[TaskId, int] = {}
    events: list[tuple[float, int, float, tuple[TaskId, ...]]] = [
        (job.start, number, -1.0, ()) for number, job in enumerate(jobs)
    ]
    heapify(events)

    def follow(number: int) -> None:
        job, task_id = jobs[number], TaskId(f"task-{number}")
        seen[task_id] = bisect_right(job.changes, now)
        status = "SUBMITTED" if job.queued and not seen[task_id] else "IN_PROGRESS"
        snapshots[task_id] = TaskSnapshot(task_id, now, Task(task_id, status=status), seen_at=now)
        schedule.follow(snapshots[task_id], now)

    def answer(ids: tuple[TaskId, ...], read_at: float) -> None:
        for task_id in ids:
            changes = jobs[int(task_id[5:])].changes
            count = bisect_right(changes, read_at)
            if count > seen[task_id]:
                polled.found.extend((at, now) for at in changes[seen[task_id] : count])
                seen[task_id] = count
                running = Task(task_id, status="IN_PROGRESS")
                snapshots[task_id] = replace(snapshots[task_id], task=running, changed_at=now)
            if count == len(changes):
                schedule.unfollow(task_id)
        schedule.record([snapshots[each] for each in ids if each in schedule], now)
        schedule.succeeded()

    while True:
        wake = schedule.wake_at(now)
        now = max(now, min(math.inf if wake is None else wake, events[0][0] if events else math.inf))
        if now > seconds:
            return polled
        while events and events[0][0] <= now:
            _, number, read_at, ids = heappop(events)
            if ids:
                answer(ids, read_at)
            else:
                follow(number)
        if batch_read := schedule.due(now):
            polled.requests.append(now)
            heappush(events, (now + _LATENCY, -1, now, batch_read))


def steps(start: float, step: float, count: int = 8) -> tuple[float, ...]:
    """Return the times of ``count`` changes that are ``step`` seconds apart."""
    return tuple(start + step * number for number in range(1, count + 1))


def spread(count: int, step: float = 6.6, within: float = 20.0, seed: int = 0) -> list[Job]:
    """Return jobs that begin at random within some seconds, and change every ``step`` seconds."""
    rng = random.Random(seed)
    return [Job(at, steps(at, step)) for at in (rng.uniform(0, within) for _ in range(count))]


def relayed(jobs: Sequence[Job], refresh: Callable[[float], float]) -> list[Job]:
    """Return the jobs as seen through a relay: each change appears at the ``refresh`` that follows it."""
    return [replace(job, changes=tuple(sorted({refresh(change) for change in job.changes}))) for job in jobs]
