"""What the next batch read may ask for, and for how long, learnt from what became of the last ones.

A service may answer a list only in part, fail as soon as one certain task is asked for, or be slow. In each
case, batches get smaller, or leave a task out, for ten minutes. All times are unix seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mjbot.core.model.task import TaskId
from mjbot.core.scheduling.bounded_dict import BoundedDict

READ_TIMEOUT = 10.0  # seconds
CHECKED = 4  # tasks that one batch left out, and that are then read one by one

_LEARNT_FOR = 600.0  # seconds until what was learnt is tried again
_LONG_TIMEOUT = 30.0  # seconds
_TIMEOUTS = 2  # in a row, after which reads get the long timeout
_QUICK = 5.0  # seconds: half of the usual timeout, so that twice the tasks are still answered in time
_FAILURES = 2  # of batches with a task, after which a single read tells whether it is an outage
_FEW = 8  # tasks of which each may be the one that makes a batch fail
_MOST_ALONE = 16  # tasks that are left out of batches; if there are more, batches are given up
_MISSING_FOR = 20.0  # less than the time after which a missing task is lost, so that two reads confirm it
_REMEMBERED = 20_000  # tasks


class BatchPolicy:
    """Limits batch reads. The outcome of each read is reported to it."""

    def __init__(self, largest: int) -> None:
        self._largest = self._limit = largest
        self._limited_until = 0.0
        self._timeouts = 0
        self._regrows = False
        self._failures = BoundedDict[TaskId, int](_REMEMBERED)
        self._alone: dict[TaskId, float] = {}
        self._missing = BoundedDict[TaskId, float](_REMEMBERED)
        self._readable: TaskId | None = None
        """The task that was found last, unless it could not be read since."""
        self._last_failed = False

    def size(self, now: float) -> int:
        """Return how many tasks one request may read: 1 if tasks are to be read one by one."""
        return self._limit if now < self._limited_until else self._largest

    @property
    def is_slow(self) -> bool:
        """Whether reads time out in a row, without a quick answer between them."""
        return self._timeouts >= _TIMEOUTS

    @property
    def timeout(self) -> float:
        """The seconds that a read may take."""
        return _LONG_TIMEOUT if self.is_slow else READ_TIMEOUT

    def is_alone(self, task_id: TaskId, now: float) -> bool:
        """Return whether a task is left out of batches and read by itself."""
        return now < self._alone.get(task_id, 0.0)

    def is_missing(self, task_id: TaskId, now: float) -> bool:
        """Return whether a single read has lately confirmed that the service does not know a task."""
        return now < self._missing.get(task_id, 0.0)

    def probe_of(self, ids: Sequence[TaskId]) -> TaskId | None:
        """Return which task to read by itself before the batch, which tells an outage from a bad batch.

        It is None until batches with these tasks have failed twice, and another one after each failure.
        """
        failures = max(self._failures.get(each, 0) for each in ids)
        return ids[failures % len(ids)] if failures >= _FAILURES else None

    def readable_besides(self, ids: Sequence[TaskId]) -> TaskId | None:
        """Return another task that could be read lately. Reading it tells an outage from unreadable tasks.

        Returns None if no read has failed lately, or if no such task is known.
        """
        failing = self._last_failed or any(each in self._failures for each in ids)
        return self._readable if failing and self._readable not in ids else None

    def answered(self, seconds: float) -> None:
        """Note how long an answer took. After quick ones, batches that timeouts made smaller grow again."""
        if seconds > _QUICK:
            return
        self._timeouts = 0
        if self._regrows:
            self._limit = min(self._largest, 2 * self._limit)

    def timed_out(self, now: float) -> None:
        """Halve the batches, and after two timeouts in a row wait longer for an answer."""
        self._timeouts += 1
        self._limit_to(self.size(now) // 2, now)
        self._regrows = True

    def found(self, ids: Iterable[TaskId]) -> None:
        """Forget failures and absences of tasks that were found."""
        for each in ids:
            self._failures.pop(each, None)
            self._missing.pop(each, None)
            self._readable, self._last_failed = each, False

    def confirm_missing(self, ids: Iterable[TaskId], now: float) -> None:
        """Note that single reads did not find these tasks."""
        for each in ids:
            self._failures.pop(each, None)
            self._missing[each] = now + _MISSING_FOR

    def cut(self, answered: int, now: float) -> None:
        """Ask for no more than a batch has ``answered``, because it left out tasks that exist."""
        self._limit_to(max(answered, CHECKED), now)

    def failed(self, ids: Iterable[TaskId]) -> None:
        """Count a batch, or a probe for it, or single reads, that failed."""
        self._last_failed = True
        for each in ids:
            self._failures[each] = self._failures.get(each, 0) + 1

    def cannot_be_read(self, task_id: TaskId) -> None:
        """Forget a task that `readable_besides` returned, because its read failed for whatever reason."""
        if self._readable == task_id:
            self._readable = None

    def both_halves_failed(self, ids: Sequence[TaskId], now: float) -> None:
        """Leave the tasks of a small batch out of others. A large one is probably too large."""
        if len(ids) > _FEW:
            self._limit_to(len(ids) // 2, now)
            return
        self._alone = {each: until for each, until in self._alone.items() if now < until}
        self._alone |= dict.fromkeys(ids, now + _LEARNT_FOR)
        if len(self._alone) > _MOST_ALONE:
            self.give_up(now)

    def give_up(self, now: float) -> None:
        """Have tasks read one by one."""
        self._limit_to(1, now)

    def _limit_to(self, size: int, now: float) -> None:
        self._limit, self._limited_until = max(1, min(size, self._largest)), now + _LEARNT_FOR
        self._regrows = False
