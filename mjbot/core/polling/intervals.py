"""Poll intervals, derived from a request budget and from the measured time between changes of running tasks.

A batch read costs one request for any number of tasks up to its size. While one request reads all tasks, one
is sent each second. The budget grows with the number of requests that all tasks need, to 4 a second at 1,000
tasks and 7 at 10,000. The time between changes sets the limits of the interval: a poll finds a change after
at most half of that time where the budget permits, and a task is not read more than eight times in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

READS_PER_SECOND = 10  # requests to the service in all
POLLS_PER_SECOND = 7  # of these; the rest is for interactive reads
_MORE_POLLS = 3  # polls a second more for every tenfold number of requests
_READS_PER_CHANGE = 8
_QUEUED_FACTOR = 4  # a queued task is read a quarter as often as a running one
_EXPEDITED_SPACING = 0.25  # seconds between two requests for expedited tasks
_LIMITED_SHARE = 0.5  # of the budget, after the service has asked for fewer requests
_INITIAL_GUESS = 8.0  # seconds between changes, until some were measured
_SMOOTHING = 0.2  # weight of the newest measurement
_LONGEST_GAP = 60.0  # seconds; a longer gap concerns one task rather than the service


@dataclass(frozen=True, slots=True)
class PollSettings:
    """Limits for the seconds between two reads of a task, and for the number of ids per request."""

    shortest: float = 1.0
    longest: float = 15.0
    batch: int = 100


class PollClass(Enum):
    """Classes of tasks by the expected time until their next change."""

    RUNNING = "running"
    """A task that runs, or that was asked for some seconds ago."""
    QUEUED = "queued"
    SLOW = "slow"
    """A task that waits for input, is quiet, ended without a result, or reports changes by webhook."""


@dataclass(frozen=True, slots=True)
class PollIntervals:
    """Poll intervals in seconds: between two reads of a task of each class, and between two requests."""

    intervals: Mapping[PollClass, float]
    spacing: float
    shortest_spacing: float
    """The time between two requests while tasks are overdue."""
    expedited_spacing: float
    """The time between two requests for tasks that are read as early as possible."""

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
    settings: PollSettings,
    change_interval: float,
    tasks: Mapping[PollClass, int],
    per_request: int,
    *,
    limited: bool = False,
    refreshing: bool = False,
) -> PollIntervals:
    """Compute the poll intervals that fit the request budget.

    The usual rate gives way, up to `POLLS_PER_SECOND`, where a running task would otherwise be read less than
    twice per change interval. Beyond that, queued tasks are polled less often first, up to the longest
    interval. If that is not enough, all intervals are multiplied by the same factor.

    ``limited``: the service has asked for fewer requests, and gets half as many. ``refreshing``: it is about
    to refresh all tasks, so they are read as often as the budget permits.
    """
    share = _LIMITED_SHARE if limited else 1.0
    max_rate = POLLS_PER_SECOND * share
    if refreshing:
        change_interval = 0.0
    shortest = min(max(settings.shortest, change_interval / _READS_PER_CHANGE) / share, settings.longest)
    running_tasks, queued_tasks, slow_tasks = (tasks.get(poll_class, 0) for poll_class in PollClass)
    usual_rate = _usual_rate((running_tasks + queued_tasks + slow_tasks) / per_request) * share
    running = (running_tasks + queued_tasks / _QUEUED_FACTOR) / (usual_rate * per_request)
    running = min(max(running, shortest), max(change_interval / 2, shortest), settings.longest)
    slow = max(settings.longest, running)
    queued = min(_QUEUED_FACTOR * running, slow)
    other_load = running_tasks / running + slow_tasks / slow
    budget_left = max_rate * per_request - other_load
    if queued_tasks and queued_tasks / queued > budget_left:
        queued = max(queued, min(queued_tasks / budget_left, slow)) if budget_left > 0 else slow
    load = (other_load + queued_tasks / queued) / per_request
    factor = max(1.0, load / max_rate)
    intervals = {
        PollClass.RUNNING: running * factor,
        PollClass.QUEUED: queued * factor,
        PollClass.SLOW: slow * factor,
    }
    unit = min((intervals[poll_class] for poll_class in PollClass if tasks.get(poll_class)), default=running)
    requests = max(1, math.ceil(load / factor * unit - 1e-9))
    spacing = max(unit / requests, 1 / max_rate)
    return PollIntervals(intervals, spacing, 1 / max_rate, _EXPEDITED_SPACING / share)


def _usual_rate(requests: float) -> float:
    """Return the usual number of polls a second if reading all tasks once takes ``requests`` requests."""
    return min(1 + _MORE_POLLS * math.log10(max(requests, 1.0)), POLLS_PER_SECOND)
