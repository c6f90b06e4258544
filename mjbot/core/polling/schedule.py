"""The poll schedule. Requests are evenly spaced, and each reads the most overdue tasks.

A request is sent when a task is due, and has room for ``batch`` tasks: it also takes tasks that are not due
yet. core/polling/intervals.py computes the intervals, and core/polling/refresh_cycle.py moves the reads to
the moments at which a service refreshes its tasks.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable

from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.polling.intervals import (
    ChangeIntervalEstimator,
    PollClass,
    PollIntervals,
    PollSettings,
    poll_intervals,
)
from mjbot.core.polling.polled_task import PolledTask, is_running, poll_class_of
from mjbot.core.polling.refresh_cycle import RefreshCycle
from mjbot.core.scheduling.backoff import backoff
from mjbot.core.scheduling.priority_queue import IndexedHeap

_LATE = 0.5  # of an interval: a task that is overdue by more is read before the next evenly spaced request
_JITTER = 0.05  # so that bots that start together do not keep reading together
_BACKOFF_JITTER = 0.1
_BACKOFF_CEILING = 60.0
_WEBHOOK_TRUST = 4  # longest intervals for which a task with a webhook is polled slowly
_FIRST_SECONDS = 30.0  # for which a queued task is read as often as a running one, since it may soon start
_LIMITED_FOR = 600.0  # seconds for which fewer requests are sent after the service has asked for that


class PollSchedule:
    """The tasks to poll, with due times. `due` returns the next reads, and `record` takes the results."""

    def __init__(self, settings: PollSettings, jitter: Callable[[], float] = lambda: 0.5) -> None:
        self._settings = settings
        self._jitter = jitter
        self._entries: dict[TaskId, PolledTask] = {}
        self._due: IndexedHeap[TaskId] = IndexedHeap()
        self._alarms: IndexedHeap[TaskId] = IndexedHeap()
        self._expedited: dict[TaskId, None] = {}
        self._expedite_from = 0.0
        self._class_counts: Counter[PollClass] = Counter()
        self._in_flight = 0
        self._change_interval = ChangeIntervalEstimator()
        self._cycle = RefreshCycle(settings.longest)
        self._limited_until = 0.0
        self._failures = 0
        self._backoff_until = 0.0
        self._paused_until = 0.0
        self._last_request_at = -math.inf
        self.per_request = settings.batch

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, task_id: TaskId) -> bool:
        return task_id in self._entries

    def intervals(self, now: float) -> PollIntervals:
        """Return the current poll intervals."""
        return poll_intervals(
            self._settings,
            self._change_interval.interval,
            self._class_counts,
            self.per_request,
            limited=now < self._limited_until,
            refreshing=self._cycle.is_expected(now),
        )

    def follow(self, snapshot: TaskSnapshot, now: float, *, soon: bool = False) -> None:
        """Start polling a task. With ``soon``, read it at once, because its current state is unknown."""
        if snapshot.id in self._entries:
            return
        new_until = 0.0 if soon else now + _FIRST_SECONDS
        poll_class = poll_class_of(snapshot, now < new_until)
        self._class_counts[poll_class] += 1
        interval = self.intervals(now).intervals[poll_class]
        due = now - interval if soon else self._cycle.next_read(now + interval)
        self._entries[snapshot.id] = PolledTask(
            poll_class,
            due,
            read_at=now,
            previous_read_at=now,
            new_until=new_until,
            changed_at=snapshot.changed_at,
        )
        self._due.put(snapshot.id, (due,))

    def unfollow(self, task_id: TaskId) -> None:
        """Stop polling a task."""
        if entry := self._entries.pop(task_id, None):
            self._class_counts[entry.poll_class] -= 1
            self._in_flight -= entry.in_flight
            self._due.discard(task_id)
            self._alarms.discard(task_id)
            self._expedited.pop(task_id, None)

    def due(self, now: float) -> tuple[TaskId, ...]:
        """Return the tasks to read now with one request, or nothing. Expedited and overdue tasks come first.

        During an outage, one request at a time is sent, as a probe.
        """
        if now < self._resumes_at or self._probing:
            return ()
        may_expedite = self._expedited and not self._failures and now >= self._next_expedited_at(now)
        expedited = self._next_expedited() if may_expedite else []
        if expedited:
            self._expedite_from = now + self.intervals(now).expedited_spacing
        elif not (_first_at(self._due) <= now and (self._failures or now >= self._next_request_at(now))):
            return ()
        self._last_request_at = now
        return self._start(expedited, now)

    def poll_soon(self, task_id: TaskId) -> None:
        """Read a task as early as possible, because it has probably changed.

        All tasks that are read early add at most four requests a second, or two after a rate limit.
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

    def wake_at(self, now: float) -> float | None:
        """Return the time of the next result of `due` or `alarms`, or None if nothing is scheduled."""
        moments = [_first_at(self._alarms)]
        if not self._probing:  # the probe's response, not the clock, decides what happens next
            earliest = self._backoff_until if self._failures else self._next_request_at(now)
            moments.append(max(_first_at(self._due), earliest, self._paused_until))
        if not self._failures and self._next_expedited():
            moments.append(max(self._next_expedited_at(now), self._paused_until))
        soonest = min(moments)
        return None if math.isinf(soonest) else soonest

    def record(self, snapshots: Iterable[TaskSnapshot], now: float) -> None:
        """Set the next due times for the tasks of a batch that was read."""
        spread = 1 + _JITTER * self._jitter()  # one per batch: its tasks stay together
        read = [(entry, each) for each in snapshots if (entry := self._entries.get(each.id))]
        self._cycle.advance(now)
        for entry, snapshot in read:
            cycle = self._cycle.discarded
            if entry.off_cycle != cycle and entry.differs_from(snapshot):
                entry.off_cycle = None if self._cycle.observe(*entry.span_of(snapshot)) else cycle
            self._measure_change(entry, snapshot)
        present = self.intervals(now)
        for entry, snapshot in read:
            self._class_counts[entry.poll_class] -= 1
            trusted = now < entry.trusted_until
            entry.poll_class = PollClass.SLOW if trusted else poll_class_of(snapshot, now < entry.new_until)
            self._class_counts[entry.poll_class] += 1
            # Counted from the request, so that slow responses do not lengthen the interval; but a service
            # that takes longer than an interval gets a pause.
            after = entry.read_at + present.intervals[entry.poll_class] * spread
            after = max(after, now + self._settings.shortest / 2)
            off_cycle = entry.off_cycle == self._cycle.discarded
            due = after if off_cycle else self._cycle.next_read(after)
            self._reschedule(snapshot.id, entry, due)

    def record_rate_limit(self, now: float) -> None:
        """Send half as many requests for ten minutes, because the service has asked for fewer."""
        self._limited_until = now + _LIMITED_FOR

    def succeeded(self) -> None:
        """End any back-off, because the service answered. A Retry-After holds: the answer may be older."""
        self._failures = 0
        self._backoff_until = 0.0

    def failed(self, ids: Iterable[TaskId], now: float, retry_after: float | None = None) -> None:
        """Back off after a failed read.

        ``retry_after`` is the value of a Retry-After header in seconds, or None. Requests that were in flight
        when a back-off began fail with the first, and do not lengthen it.
        """
        if not self._failures or now >= self._resumes_at:
            self._failures += 1
        pause = backoff(self._settings.shortest, self._failures - 1, _BACKOFF_CEILING)
        pause *= 1 + _BACKOFF_JITTER * (2 * self._jitter() - 1)
        self._backoff_until = now + pause
        self._paused_until = max(self._paused_until, now + (retry_after or 0.0))
        for task_id in ids:
            if entry := self._entries.get(task_id):
                self._reschedule(task_id, entry, min(entry.due, now))

    @property
    def _resumes_at(self) -> float:
        """The time at which the back-off and any Retry-After have passed."""
        return max(self._backoff_until, self._paused_until)

    @property
    def _probing(self) -> bool:
        """Whether a probe is in flight during an outage."""
        return self._failures > 0 and self._in_flight > 0

    def _next_request_at(self, now: float) -> float:
        """Return the time of the next request. It is earlier than the usual spacing if a task is overdue."""
        present = self.intervals(now)
        overdue = max(
            _first_at(self._due) + present.running * _LATE, self._last_request_at + present.shortest_spacing
        )
        return min(self._last_request_at + present.spacing, overdue)

    def _next_expedited_at(self, now: float) -> float:
        """Return the time of the next request for expedited tasks. The budget counts it like any other."""
        return max(self._expedite_from, self._last_request_at + self.intervals(now).shortest_spacing)

    def _next_expedited(self) -> list[TaskId]:
        idle = (each for each in self._expedited if not self._entries[each].in_flight)
        return [each for each, _ in zip(idle, range(self.per_request), strict=False)]

    def _start(self, first: Iterable[TaskId], now: float) -> tuple[TaskId, ...]:
        """Start a request for these tasks and, as far as it has room, for those that are due next."""
        ids = list(first)
        for task_id in ids:
            self._due.discard(task_id)
        while len(ids) < self.per_request and (following := self._due.pop_until(math.inf)) is not None:
            ids.append(following)
        for task_id in ids:
            entry = self._entries[task_id]
            entry.in_flight, entry.previous_read_at, entry.read_at = True, entry.read_at, now
            self._expedited.pop(task_id, None)
        self._in_flight += len(ids)
        return tuple(ids)

    def _reschedule(self, task_id: TaskId, entry: PolledTask, due: float) -> None:
        self._in_flight -= entry.in_flight
        entry.in_flight, entry.due = False, due
        self._due.put(task_id, (due,))

    def _measure_change(self, entry: PolledTask, snapshot: TaskSnapshot) -> None:
        changed, before = snapshot.changed_at, entry.changed_at
        running = is_running(snapshot)
        # Only changes between two running states count; leaving a queue shows how long the queue was.
        if entry.running and running and changed is not None and before is not None:
            self._change_interval.observe(changed - before)
        entry.changed_at, entry.running = changed, running


def _first_at(heap: IndexedHeap[TaskId]) -> float:
    first = heap.peek()
    return first[0][0] if first else math.inf
