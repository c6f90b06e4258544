"""When to read which task. One shared rhythm for all of them, learnt from the service itself.

Reading twice as often as the service changes finds every change about half a step late, and reading
more often finds nothing new. A gateway refreshes its table every 15 s; Midjourney itself moves every
6 to 8 s. So the book measures the time between changes and aims at half of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mjbot.core.task import Phase, TaskId
from mjbot.core.view import Condition, TaskView

READS_PER_SECOND = 10  # what we ask of the service in all
POLLS_PER_SECOND = 8  # of these; the rest is for people, who wait for their answer
_FIRST_GUESS = 8.0  # seconds between changes, until some were measured
_LEARN = 0.2  # weight of the newest measurement
_GAP_CEILING = 60.0  # a longer silence says something about one task, not about the rhythm
_JOIN = 0.5  # whatever is due within half an interval joins the round
_JITTER = 0.1
_BACKOFF_CEILING = 60.0
_HINT_SPACING = 1.0  # seconds between two rounds that hints bring forward
_DOUBLINGS = 10  # enough to reach the ceiling; a power of all failures would overflow within a day


@dataclass(frozen=True, slots=True)
class Pace:
    """The bounds of the rhythm: seconds between two reads of a task, and ids per request."""

    shortest: float = 2.0
    longest: float = 15.0
    batch: int = 100


@dataclass(slots=True)
class _Entry:
    due: float
    changed_at: float | None = None
    running: bool = False
    in_flight: bool = False
    alarm: float | None = None
    hinted: bool = False
    hint_waits: bool = False


class PollBook:
    """Which tasks are followed, and when each is due. Tell it what was read; ask it what to read."""

    def __init__(self, pace: Pace, jitter: Callable[[], float] = lambda: 0.5) -> None:
        self._pace = pace
        self._jitter = jitter
        self._entries: dict[TaskId, _Entry] = {}
        self._gap = _FIRST_GUESS
        self._failures = 0
        self._hold_until = 0.0
        self._hint_round = -_HINT_SPACING
        self.per_request = pace.batch

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, task_id: TaskId) -> bool:
        return task_id in self._entries

    @property
    def interval(self) -> float:
        """Seconds between two rounds for running tasks; it stretches so that our share of reads is enough."""
        wanted = min(max(self._gap / 2, self._pace.shortest), self._pace.longest)
        requests = len(self._entries) / self.per_request
        return max(wanted, requests / POLLS_PER_SECOND)

    def follow(self, view: TaskView, now: float, *, soon: bool = False) -> None:
        """Begin to read a task; ``soon`` when its present state is not known yet."""
        if view.id not in self._entries:
            due = now if soon else now + self._delay(view)
            self._entries[view.id] = _Entry(due, changed_at=view.changed_at)

    def unfollow(self, task_id: TaskId) -> None:
        """Stop reading a task."""
        self._entries.pop(task_id, None)

    def due(self, now: float) -> list[tuple[TaskId, ...]]:
        """The batches to read now. During an outage one batch alone asks whether it is over."""
        waiting = [(k, e) for k, e in self._entries.items() if not e.in_flight]
        if now < self._hold_until or not any(entry.due <= now for _, entry in waiting):
            return []
        if self._one_is_asking:
            return []
        horizon = now + self.interval * _JOIN
        ids = [task_id for task_id, entry in waiting if entry.due <= horizon]
        size = self.per_request if self._failures else self._pace.batch
        batches = [tuple(ids[i : i + size]) for i in range(0, len(ids), size)]
        if self._failures:
            batches = batches[:1]
        for task_id in (each for batch in batches for each in batch):
            self._entries[task_id].in_flight = True
        return batches

    def hurry(self, task_id: TaskId, now: float) -> None:
        """Read this task now: there is reason to think that it has changed."""
        if entry := self._entries.get(task_id):
            entry.due = min(entry.due, now)

    def hint(self, task_id: TaskId, now: float) -> None:
        """The service says that this task has changed: read it soon, and from now on seldom unasked.

        However many hints come, they bring one round a second forward; whatever is due joins it.
        """
        if entry := self._entries.get(task_id):
            entry.hinted = True
            entry.hint_waits = entry.in_flight  # what is being read just now may be older than the hint
            if self._hint_round < now:
                self._hint_round = max(now, self._hint_round + _HINT_SPACING)
            entry.due = min(entry.due, self._hint_round)

    def set_alarm(self, task_id: TaskId, at: float | None) -> None:
        """Note when the silence of a task will have something to say."""
        if entry := self._entries.get(task_id):
            entry.alarm = at

    @property
    def _one_is_asking(self) -> bool:
        """During an outage one request at a time asks whether it is over."""
        return self._failures > 0 and any(entry.in_flight for entry in self._entries.values())

    def alarms(self, now: float) -> list[TaskId]:
        """Tasks whose silence has just become something to say."""
        rung = [k for k, e in self._entries.items() if e.alarm is not None and e.alarm <= now]
        for task_id in rung:
            self._entries[task_id].alarm = None
        return rung

    def wake_at(self) -> float | None:
        """When `due` or `alarms` will next have something, or None while nothing is followed."""
        reads = [e.due for e in self._entries.values() if not e.in_flight]
        if self._one_is_asking:
            reads = []  # its answer, not the clock, says what happens next
        moments = [max(min(reads), self._hold_until)] if reads else []
        moments += [e.alarm for e in self._entries.values() if e.alarm is not None]
        return min(moments, default=None)

    def record(self, views: Iterable[TaskView], now: float) -> None:
        """Note what a batch brought."""
        spread = 1 + _JITTER * (2 * self._jitter() - 1)  # one for the batch: its tasks stay together
        for view in views:
            entry = self._entries.get(view.id)
            if entry is None:
                continue
            self._learn(entry, view)
            entry.in_flight = False
            delay = max(self._pace.longest, self.interval) if entry.hinted else self._delay(view)
            entry.due = now + (0.0 if entry.hint_waits else delay * spread)
            entry.hint_waits = False

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
                entry.in_flight = False
                entry.due = min(entry.due, now)

    def _learn(self, entry: _Entry, view: TaskView) -> None:
        changed, before = view.changed_at, entry.changed_at
        running = view.task is not None and view.task.phase is Phase.RUNNING
        # Only steps between two running states tell the rhythm; leaving a queue tells its length.
        if entry.running and running and changed is not None and before is not None:
            gap = changed - before
            if 0 < gap <= _GAP_CEILING:
                self._gap += _LEARN * (gap - self._gap)
        entry.changed_at, entry.running = changed, running

    def _delay(self, view: TaskView) -> float:
        phase = view.task.phase if view.task else None
        if phase is Phase.WAITING or view.condition is Condition.QUIET:
            return max(self._pace.longest, self.interval)
        if phase is Phase.QUEUED:
            return max(min(self.interval * 2, self._pace.longest), self.interval)
        return self.interval
