"""Delivery of visible task changes to listeners. Each is retried until all listeners have accepted it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.scheduling.backoff import backoff
from mjbot.errors import StoreFailed
from mjbot.guard import LoopGuard

_AGAIN, _CEILING = 1.0, 600.0  # seconds until a report that failed is made again; doubled each time
OnChange = Callable[[Sequence[TaskSnapshot]], Awaitable[None]]


class ChangeReports:
    """Keeps the newest change of each task until all listeners have accepted it.

    A failed report is retried: every second while the database fails, and with back-off after an unexpected
    error. One task does not delay the others. An older state is never reported after a newer one.
    """

    def __init__(self, guard: LoopGuard) -> None:
        self._guard = guard
        self._listeners: list[OnChange] = []
        self._lock = asyncio.Lock()
        self._changes: dict[TaskId, TaskSnapshot] = {}
        self._again_at: dict[TaskId, float] = {}  # of reports that failed
        self._tries: dict[TaskId, int] = {}

    def subscribe(self, listener: OnChange) -> None:
        """Call ``listener`` with the tasks that have changed, at each `send`."""
        self._listeners.append(listener)

    def add(self, snapshot: TaskSnapshot) -> None:
        """Add a change of a task. It replaces an earlier change of the task that was not reported yet."""
        self._changes[snapshot.id] = snapshot

    def forget(self, task_id: TaskId) -> None:
        """Drop the unreported change of a task that is no longer followed."""
        self._changes.pop(task_id, None)
        self._end_retries([task_id])

    @property
    def again_at(self) -> float | None:
        """The time (unix seconds) of the next retry, or None if no report has failed."""
        return min(self._again_at.values(), default=None)

    async def send(self, now: float) -> None:
        """Report the changes that are due."""
        async with self._lock:  # so that no older state of a task is reported after a newer one
            await self._send_due(now)

    async def _send_due(self, now: float) -> None:
        due = [each for each in self._changes.values() if self._again_at.get(each.id, 0.0) <= now]
        for each in due:
            del self._changes[each.id]
        together = [each for each in due if each.id not in self._tries]
        for batch in (together, *([each] for each in due if each.id in self._tries)):
            if not batch or await self._notify(batch, now):
                continue
            for each in batch:  # one by one, so that one task does not hold up the others
                if len(batch) == 1 or not await self._notify([each], now):
                    tries = self._tries[each.id] = self._tries.get(each.id, -1) + 1
                    self._keep([each], now + backoff(_AGAIN, tries, _CEILING))

    async def _notify(self, batch: Sequence[TaskSnapshot], now: float) -> bool:
        """Report these changes. Returns False after an unexpected error.

        If the database fails, all of them are retried later.
        """
        with self._guard.contain():
            try:
                for listener in self._listeners:
                    await listener(batch)
            except StoreFailed:
                self._keep(batch, now + _AGAIN)
            else:
                self._end_retries([each.id for each in batch])
            return True
        return False

    def _keep(self, batch: Sequence[TaskSnapshot], at: float) -> None:
        for each in batch:
            self._changes.setdefault(each.id, each)  # there may be a newer one
            self._again_at[each.id] = at

    def _end_retries(self, ids: Sequence[TaskId]) -> None:
        for each in ids:
            self._again_at.pop(each, None)
            self._tries.pop(each, None)
