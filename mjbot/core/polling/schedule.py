"""The poll schedule. Requests are evenly spaced, and each reads the most overdue tasks.

core/polling/intervals.py computes the intervals. All tasks together need ``ceil(tasks / batch)`` requests per
interval. Requests are never sent all at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import Phase, TaskId
from mjbot.core.polling.intervals import (
    POLLS_PER_SECOND,
    ChangeIntervalEstimator,
    PollClass,
    PollIntervals,
    PollSettings,
    poll_intervals,
)
from mjbot.core.scheduling.backoff import backoff
from mjbot.core.scheduling.priority_queue import IndexedHeap

_EARLY = 0.5  # a request also takes tasks that are due within half an interval
_JITTER = 0.1
_BACKOFF_CEILING = 60.0
_EXPEDITED_SPACING = 0.25  # seconds between two requests for expedited tasks
_WEBHOOK_TRUST = 4  # longest intervals for which a task with a webhook is polled slowly


@dataclass(slots=True)
class _Entry:
    poll_class: PollClass
    due: float
    read_at: float
    changed_at: float | None = None
    running: bool = False
    in_flight: bool = False
    trusted_until: float = 0.0


class PollSchedule:
    """The tasks to poll, with due times. `due` returns the next reads, and `record` takes the results."""

    def __init__(self, settings: PollSettings, jitter: Callable[[], float] = lambda: 0.5) -> None:
        self._settings = settings
        self._jitter = jitter
        self._entries: dict[TaskId, _Entry] = {}
        self._due: IndexedHeap[TaskId] = IndexedHeap()
        self._alarms: IndexedHeap[TaskId] = IndexedHeap()
        self._expedited: dict[TaskId, None] = {}
        self._expedite_from = 0.0
        self._class_counts: Counter[PollClass] = Counter()
        self._in_flight = 0
        self._change_interval = ChangeIntervalEstimator()
        self._failures = 0
        self._backoff_until = 0.0
        self._last_request_at = -math.inf
        self.per_request = settings.batch

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, task_id: TaskId) -> bool:
        return task_id in self._entries

    @property
    def poll_intervals(self) -> PollIntervals:
        """The current poll intervals."""
        return poll_intervals(
            self._settings, self._change_interval.interval, self._class_counts, self.per_request
        )

    def follow(self, snapshot: TaskSnapshot, now: float, *, soon: bool = False) -> None:
        """Start polling a task. With ``soon``, read it at once, because its current state is unknown."""
        if snapshot.id in self._entries:
            return
        poll_class = _poll_class(snapshot)
        self._class_counts[poll_class] += 1
        interval = self.poll_intervals.intervals[poll_class]
        due = now - interval if soon else now + interval
        self._entries[snapshot.id] = _Entry(poll_class, due, now, changed_at=snapshot.changed_at)
        self._due.put(snapshot.id, (due,))

    def unfollow(self, task_id: TaskId) -> None:
        """Stop polling a task."""
        if entry := self._entries.pop(task_id, None):
            self._class_counts[entry.poll_class] -= 1
            self._in_flight -= entry.in_flight
            self._due.discard(task_id)
            self._alarms.discard(task_id)
            self._expedited.pop(task_id, None)

    def due(self, now: float) -> list[tuple[TaskId, ...]]:
        """Return the batches of tasks to read now.

        During an outage, return one request at a time, as a probe.
        """
        if now < self._backoff_until or self._probing:
            return []
        batches = []
        if not self._failures and now >= self._expedite_from and (expedited := self._next_expedited()):
            self._expedite_from = now + _EXPEDITED_SPACING
            batches.append(self._start(expedited, now))
        if _first_at(self._due) <= now and (self._failures or now >= self._next_request_at()):
            batches.append(self._start(self._most_overdue(now + self.poll_intervals.running * _EARLY), now))
            self._last_request_at = now
        return batches

    def poll_soon(self, task_id: TaskId) -> None:
        """Read a task as early as possible, because it has probably changed.

        All tasks that are read early add at most one request every quarter of a second.
        """
        if task_id in self._entries:
            self._expedited[task_id] = None  # a read in flight may have begun before the change

    def hint(self, task_id: TaskId, now: float) -> None:
        """Handle a webhook that reported a change: read the task soon, then slowly for a while."""
        if entry := self._entries.get(task_id):
            entry.trusted_until = now + _WEBHOOK_TRUST * self._settings.longest
            self.poll_soon(task_id)

    def set_alarm(self, task_id: TaskId, at: float | None) -> None:
        """Set or clear the time at which the condition of a task changes if no update arrives."""
        if at is None or task_id not in self._entries:
            self._alarms.discard(task_id)
        else:
            self._alarms.put(task_id, (at,))

    def alarms(self, now: float) -> list[TaskId]:
        """Remove and return the tasks for which the time given to `set_alarm` has come."""
        expired = []
        while (task_id := self._alarms.pop_until(now)) is not None:
            expired.append(task_id)
        return expired

    def wake_at(self) -> float | None:
        """Return the time of the next result of `due` or `alarms`, or None if nothing is scheduled."""
        moments = [_first_at(self._alarms)]
        if not self._probing:  # the probe's response, not the clock, decides what happens next
            earliest = self._backoff_until if self._failures else self._next_request_at()
            moments.append(max(_first_at(self._due), earliest))
        if not self._failures and self._next_expedited():
            moments.append(self._expedite_from)
        soonest = min(moments)
        return None if math.isinf(soonest) else soonest

    def record(self, snapshots: Iterable[TaskSnapshot], now: float) -> None:
        """Set the next due times for the tasks of a batch that was read."""
        spread = 1 + _JITTER * (2 * self._jitter() - 1)  # one per batch: its tasks stay together
        present = self.poll_intervals
        for snapshot in snapshots:
            entry = self._entries.get(snapshot.id)
            if entry is None:
                continue
            self._measure_change(entry, snapshot)
            self._class_counts[entry.poll_class] -= 1
            entry.poll_class = PollClass.SLOW if now < entry.trusted_until else _poll_class(snapshot)
            self._class_counts[entry.poll_class] += 1
            # Counted from the request, so that slow responses do not lengthen the interval; but a service
            # that takes longer than an interval gets a pause.
            after = entry.read_at + present.intervals[entry.poll_class] * spread
            self._reschedule(snapshot.id, entry, max(after, now + self._settings.shortest / 2))

    def succeeded(self) -> None:
        """End any back-off, because the service answered."""
        self._failures = 0
        self._backoff_until = 0.0

    def failed(self, ids: Iterable[TaskId], now: float, retry_after: float | None = None) -> None:
        """Back off after a failed read.

        ``retry_after`` is the value of a Retry-After header in seconds, or None.
        """
        self._failures += 1
        pause = backoff(self._settings.shortest, self._failures - 1, _BACKOFF_CEILING)
        pause *= 1 + _JITTER * (2 * self._jitter() - 1)
        self._backoff_until = now + max(pause, retry_after or 0.0)
        for task_id in ids:
            if entry := self._entries.get(task_id):
                self._reschedule(task_id, entry, min(entry.due, now))

    @property
    def _probing(self) -> bool:
        """Whether a probe is in flight during an outage."""
        return self._failures > 0 and self._in_flight > 0

    def _next_request_at(self) -> float:
        """Return the time of the next request. It is earlier than the usual spacing if a task is overdue."""
        present = self.poll_intervals
        overdue = max(
            _first_at(self._due) + present.running * _EARLY, self._last_request_at + 1 / POLLS_PER_SECOND
        )
        return min(self._last_request_at + present.spacing, overdue)

    def _next_expedited(self) -> list[TaskId]:
        idle = (each for each in self._expedited if not self._entries[each].in_flight)
        return [each for each, _ in zip(idle, range(self.per_request), strict=False)]

    def _most_overdue(self, horizon: float) -> list[TaskId]:
        found: list[TaskId] = []
        while len(found) < self.per_request and (task_id := self._due.pop_until(horizon)) is not None:
            found.append(task_id)
        return found

    def _start(self, ids: list[TaskId], now: float) -> tuple[TaskId, ...]:
        for task_id in ids:
            entry = self._entries[task_id]
            entry.in_flight, entry.read_at = True, now
            self._due.discard(task_id)
            self._expedited.pop(task_id, None)
        self._in_flight += len(ids)
        return tuple(ids)

    def _reschedule(self, task_id: TaskId, entry: _Entry, due: float) -> None:
        self._in_flight -= entry.in_flight
        entry.in_flight, entry.due = False, due
        self._due.put(task_id, (due,))

    def _measure_change(self, entry: _Entry, snapshot: TaskSnapshot) -> None:
        changed, before = snapshot.changed_at, entry.changed_at
        running = snapshot.task is not None and snapshot.task.phase is Phase.RUNNING
        # Only changes between two running states count; leaving a queue shows how long the queue was.
        if entry.running and running and changed is not None and before is not None:
            self._change_interval.observe(changed - before)
        entry.changed_at, entry.running = changed, running


def _first_at(heap: IndexedHeap[TaskId]) -> float:
    first = heap.peek()
    return first[0][0] if first else math.inf


def _poll_class(snapshot: TaskSnapshot) -> PollClass:
    phase = snapshot.task.phase if snapshot.task else None
    if phase is Phase.WAITING or snapshot.condition in (Condition.QUIET, Condition.NO_RESULT):
        return PollClass.SLOW
    return PollClass.QUEUED if phase is Phase.QUEUED else PollClass.RUNNING
