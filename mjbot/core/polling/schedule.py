"""Which tasks to read next. Requests go out as evenly as a drum, each with those that were due first.

How often is decided in intervals.py. In one interval ``ceil(tasks / batch)`` requests are made, so the cost
of a task falls with their number, and never do all of them go at once.
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
from mjbot.core.scheduling.priority_queue import IndexedHeap

_JOIN = 0.5  # a request that is made takes along whoever is due within half an interval
_JITTER = 0.1
_BACKOFF_CEILING = 60.0
_DOUBLINGS = 10  # enough to reach the ceiling; a power of all failures would overflow within a day
_WANTED_SPACING = 0.25  # seconds between two requests that hints bring forward
_TRUST = 4  # longest intervals for which a service that has told of a task is left to tell of it


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
    """Which tasks are followed, and when each is due. Tell it what was read; ask it what to read."""

    def __init__(self, pace: PollSettings, jitter: Callable[[], float] = lambda: 0.5) -> None:
        self._pace = pace
        self._jitter = jitter
        self._entries: dict[TaskId, _Entry] = {}
        self._due: IndexedHeap[TaskId] = IndexedHeap()
        self._alarms: IndexedHeap[TaskId] = IndexedHeap()
        self._wanted: dict[TaskId, None] = {}
        self._wanted_from = 0.0
        self._class_counts: Counter[PollClass] = Counter()
        self._in_flight = 0
        self._ear = ChangeIntervalEstimator()
        self._failures = 0
        self._hold_until = 0.0
        self._last_beat = -math.inf
        self.per_request = pace.batch

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, task_id: TaskId) -> bool:
        return task_id in self._entries

    @property
    def poll_intervals(self) -> PollIntervals:
        """How often tasks are read at present."""
        return poll_intervals(self._pace, self._ear.interval, self._class_counts, self.per_request)

    def follow(self, snapshot: TaskSnapshot, now: float, *, soon: bool = False) -> None:
        """Begin to read a task; ``soon`` when its present state is not known yet."""
        if snapshot.id in self._entries:
            return
        poll_class = _poll_class(snapshot)
        self._class_counts[poll_class] += 1
        interval = self.poll_intervals.intervals[poll_class]
        due = now - interval if soon else now + interval
        self._entries[snapshot.id] = _Entry(poll_class, due, now, changed_at=snapshot.changed_at)
        self._due.put(snapshot.id, (due,))

    def unfollow(self, task_id: TaskId) -> None:
        """Stop reading a task."""
        if entry := self._entries.pop(task_id, None):
            self._class_counts[entry.poll_class] -= 1
            self._in_flight -= entry.in_flight
            self._due.drop(task_id)
            self._alarms.drop(task_id)
            self._wanted.pop(task_id, None)

    def due(self, now: float) -> list[tuple[TaskId, ...]]:
        """The batches to read now. During an outage one batch alone asks whether it is over."""
        if now < self._hold_until or self._one_is_asking:
            return []
        batches = []
        if not self._failures and now >= self._wanted_from and (wanted := self._wanted_now()):
            self._wanted_from = now + _WANTED_SPACING
            batches.append(self._start(wanted, now))
        if _first_at(self._due) <= now and (self._failures or now >= self._beat_from()):
            batches.append(self._start(self._oldest(now + self.poll_intervals.running * _JOIN), now))
            self._last_beat = now
        return batches

    def hurry(self, task_id: TaskId) -> None:
        """Read this task soon: there is reason to think that it has changed.

        However many are wanted, one request each quarter of a second is brought forward for them.
        """
        if task_id in self._entries:
            self._wanted[task_id] = None  # one that is being read just now may be older than the reason

    def hint(self, task_id: TaskId, now: float) -> None:
        """The service says that this task has changed: read it soon, and for a while seldom unasked."""
        if entry := self._entries.get(task_id):
            entry.trusted_until = now + _TRUST * self._pace.longest
            self.hurry(task_id)

    def set_alarm(self, task_id: TaskId, at: float | None) -> None:
        """Note when the silence of a task will have something to say."""
        if at is None or task_id not in self._entries:
            self._alarms.drop(task_id)
        else:
            self._alarms.put(task_id, (at,))

    def alarms(self, now: float) -> list[TaskId]:
        """Tasks whose silence has just become something to say."""
        rung = []
        while (task_id := self._alarms.take_until(now)) is not None:
            rung.append(task_id)
        return rung

    def wake_at(self) -> float | None:
        """When `due` or `alarms` will next have something, or None while nothing is followed."""
        moments = [_first_at(self._alarms)]
        if not self._one_is_asking:  # else its answer, not the clock, says what happens next
            beat = self._hold_until if self._failures else self._beat_from()
            moments.append(max(_first_at(self._due), beat))
        if not self._failures and self._wanted_now():
            moments.append(self._wanted_from)
        soonest = min(moments)
        return None if math.isinf(soonest) else soonest

    def record(self, snapshots: Iterable[TaskSnapshot], now: float) -> None:
        """Note what a batch brought."""
        spread = 1 + _JITTER * (2 * self._jitter() - 1)  # one for the batch: its tasks stay together
        present = self.poll_intervals
        for snapshot in snapshots:
            entry = self._entries.get(snapshot.id)
            if entry is None:
                continue
            self._learn(entry, snapshot)
            self._class_counts[entry.poll_class] -= 1
            entry.poll_class = PollClass.SLOW if now < entry.trusted_until else _poll_class(snapshot)
            self._class_counts[entry.poll_class] += 1
            # Counted from the request, so that slow answers do not slow the rhythm; but a service that
            # takes longer than an interval is left some peace.
            after = entry.read_at + present.intervals[entry.poll_class] * spread
            self._landed(snapshot.id, entry, max(after, now + self._pace.shortest / 2))

    def succeeded(self) -> None:
        """The service answered: any back-off is over."""
        self._failures = 0
        self._hold_until = 0.0

    def failed(self, ids: Iterable[TaskId], now: float, retry_after: float | None = None) -> None:
        """The service did not answer, or asked for time: nobody is read until the back-off is over."""
        self._failures += 1
        backoff = min(self._pace.shortest * 2 ** min(self._failures - 1, _DOUBLINGS), _BACKOFF_CEILING)
        backoff *= 1 + _JITTER * (2 * self._jitter() - 1)
        # What the service asks for is a minimum; past an hour it is more likely a mistake than a wish.
        self._hold_until = now + min(max(backoff, retry_after or 0.0), 3600.0)
        for task_id in ids:
            if entry := self._entries.get(task_id):
                self._landed(task_id, entry, min(entry.due, now))

    @property
    def _one_is_asking(self) -> bool:
        """During an outage one request at a time asks whether it is over."""
        return self._failures > 0 and self._in_flight > 0

    def _beat_from(self) -> float:
        """When the next request may go: evenly after the last; who is half an interval late need not wait."""
        present = self.poll_intervals
        late = max(_first_at(self._due) + present.running * _JOIN, self._last_beat + 1 / POLLS_PER_SECOND)
        return min(self._last_beat + present.spacing, late)

    def _wanted_now(self) -> list[TaskId]:
        free = (each for each in self._wanted if not self._entries[each].in_flight)
        return [each for each, _ in zip(free, range(self.per_request), strict=False)]

    def _oldest(self, horizon: float) -> list[TaskId]:
        found: list[TaskId] = []
        while len(found) < self.per_request and (task_id := self._due.take_until(horizon)) is not None:
            found.append(task_id)
        return found

    def _start(self, ids: list[TaskId], now: float) -> tuple[TaskId, ...]:
        for task_id in ids:
            entry = self._entries[task_id]
            entry.in_flight, entry.read_at = True, now
            self._due.drop(task_id)
            self._wanted.pop(task_id, None)
        self._in_flight += len(ids)
        return tuple(ids)

    def _landed(self, task_id: TaskId, entry: _Entry, due: float) -> None:
        self._in_flight -= entry.in_flight
        entry.in_flight, entry.due = False, due
        self._due.put(task_id, (due,))

    def _learn(self, entry: _Entry, snapshot: TaskSnapshot) -> None:
        changed, before = snapshot.changed_at, entry.changed_at
        running = snapshot.task is not None and snapshot.task.phase is Phase.RUNNING
        # Only steps between two running states tell the rhythm; leaving a queue tells its length.
        if entry.running and running and changed is not None and before is not None:
            self._ear.observe(changed - before)
        entry.changed_at, entry.running = changed, running


def _first_at(order: IndexedHeap[TaskId]) -> float:
    first = order.first()
    return first[0][0] if first else math.inf


def _poll_class(snapshot: TaskSnapshot) -> PollClass:
    phase = snapshot.task.phase if snapshot.task else None
    if phase is Phase.WAITING or snapshot.condition is Condition.QUIET:
        return PollClass.SLOW
    return PollClass.QUEUED if phase is Phase.QUEUED else PollClass.RUNNING
