"""How often tasks are read: one rhythm for all of them, learnt from the service itself.

Reading twice as often as the service changes finds every change about half a step late, and reading
more often finds nothing new. A gateway refreshes its table every 15 s; Midjourney itself moves every
6 to 8 s. So the time between changes is measured, and half of it is aimed at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

READS_PER_SECOND = 10  # what we ask of the service in all
POLLS_PER_SECOND = 7  # of these; the rest is for people, who wait for their answer
_FIRST_GUESS = 8.0  # seconds between changes, until some were measured
_LEARN = 0.2  # weight of the newest measurement
_GAP_CEILING = 60.0  # a longer silence says something about one task, not about the rhythm


@dataclass(frozen=True, slots=True)
class PollSettings:
    """The bounds of the rhythm: seconds between two reads of a task, and ids per request."""

    shortest: float = 2.0
    longest: float = 15.0
    batch: int = 100


class PollClass(Enum):
    """How often there is likely news of a task."""

    RUNNING = "running"
    QUEUED = "queued"
    SLOW = "seldom"
    """It waits for somebody's words, is quiet, or its service tells of it by itself."""


@dataclass(frozen=True, slots=True)
class PollIntervals:
    """Seconds between two reads of a task of each kind, and between two requests."""

    intervals: Mapping[PollClass, float]
    spacing: float

    @property
    def running(self) -> float:
        """What people wait for."""
        return self.intervals[PollClass.RUNNING]


class ChangeIntervalEstimator:
    """Measures how long the service takes from one change of a running task to the next."""

    def __init__(self) -> None:
        self.interval = _FIRST_GUESS

    def observe(self, interval: float) -> None:
        """A running task changed ``interval`` seconds after it had changed before."""
        if 0 < interval <= _GAP_CEILING:
            self.interval += _LEARN * (interval - self.interval)


def poll_intervals(
    pace: PollSettings, interval: float, tasks: Mapping[PollClass, int], per_request: int
) -> PollIntervals:
    """The rhythm for so many tasks: as the service moves, stretched where our share of reads is too small.

    Queues give way first, up to the longest interval; then everything by the same factor.
    """
    running = min(max(interval / 2, pace.shortest), pace.longest)
    seldom = max(pace.longest, running)
    queued = max(min(2 * running, pace.longest), running)
    ready = tasks.get(PollClass.RUNNING, 0) / running + tasks.get(PollClass.SLOW, 0) / seldom
    spare = POLLS_PER_SECOND * per_request - ready
    crowd = tasks.get(PollClass.QUEUED, 0)
    if crowd and crowd / queued > spare:
        queued = max(queued, min(crowd / spare, pace.longest)) if spare > 0 else seldom
    load = (ready + crowd / queued) / per_request
    factor = max(1.0, load / POLLS_PER_SECOND)
    intervals = {
        PollClass.RUNNING: running * factor,
        PollClass.QUEUED: queued * factor,
        PollClass.SLOW: seldom * factor,
    }
    unit = min((intervals[poll_class] for poll_class in PollClass if tasks.get(poll_class)), default=running)
    requests = max(1, math.ceil(load / factor * unit - 1e-9))
    return PollIntervals(intervals, max(unit / requests, 1 / POLLS_PER_SECOND))
