"""Poll intervals, derived from the measured time between changes of a running task.

Polling twice as often as tasks change finds each change after at most half the time between changes. Polling
more often gains little. A relay refreshes its table every 15 s, and Midjourney reports progress every 6 to 8
s. The time between changes is therefore measured, and the poll interval is half of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

READS_PER_SECOND = 10  # requests to the service in all
POLLS_PER_SECOND = 7  # of these; the rest is for interactive reads
_INITIAL_GUESS = 8.0  # seconds between changes, until some were measured
_SMOOTHING = 0.2  # weight of the newest measurement
_LONGEST_GAP = 60.0  # seconds; a longer gap concerns one task rather than the service


@dataclass(frozen=True, slots=True)
class PollSettings:
    """Limits for the seconds between two reads of a task, and for the number of ids per request."""

    shortest: float = 2.0
    longest: float = 15.0
    batch: int = 100


class PollClass(Enum):
    """Classes of tasks by the expected time until their next change."""

    RUNNING = "running"
    QUEUED = "queued"
    SLOW = "slow"
    """A task that waits for input, is quiet, ended without a result, or reports changes by webhook."""


@dataclass(frozen=True, slots=True)
class PollIntervals:
    """Poll intervals in seconds: between two reads of a task of each class, and between two requests."""

    intervals: Mapping[PollClass, float]
    spacing: float

    @property
    def running(self) -> float:
        """The interval of running tasks."""
        return self.intervals[PollClass.RUNNING]


class ChangeIntervalEstimator:
    """A moving average (exponential) of the seconds between two changes of a running task."""

    def __init__(self) -> None:
        self.interval = _INITIAL_GUESS

    def observe(self, interval: float) -> None:
        """Add a measurement: a running task changed ``interval`` seconds after the previous change."""
        if 0 < interval <= _LONGEST_GAP:
            self.interval += _SMOOTHING * (interval - self.interval)


def poll_intervals(
    settings: PollSettings, change_interval: float, tasks: Mapping[PollClass, int], per_request: int
) -> PollIntervals:
    """Compute the poll intervals: half the measured change interval, stretched to fit the read budget.

    If the budget is exceeded, queued tasks are polled less often first, up to the longest interval. If that
    is not enough, all intervals are multiplied by the same factor.
    """
    running = min(max(change_interval / 2, settings.shortest), settings.longest)
    slow = max(settings.longest, running)
    queued = max(min(2 * running, settings.longest), running)
    other_load = tasks.get(PollClass.RUNNING, 0) / running + tasks.get(PollClass.SLOW, 0) / slow
    budget_left = POLLS_PER_SECOND * per_request - other_load
    queued_tasks = tasks.get(PollClass.QUEUED, 0)
    if queued_tasks and queued_tasks / queued > budget_left:
        queued = max(queued, min(queued_tasks / budget_left, settings.longest)) if budget_left > 0 else slow
    load = (other_load + queued_tasks / queued) / per_request
    factor = max(1.0, load / POLLS_PER_SECOND)
    intervals = {
        PollClass.RUNNING: running * factor,
        PollClass.QUEUED: queued * factor,
        PollClass.SLOW: slow * factor,
    }
    unit = min((intervals[poll_class] for poll_class in PollClass if tasks.get(poll_class)), default=running)
    requests = max(1, math.ceil(load / factor * unit - 1e-9))
    return PollIntervals(intervals, max(unit / requests, 1 / POLLS_PER_SECOND))
