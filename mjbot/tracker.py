"""The loop that reads the image service. When to read what is decided in core/polling/schedule.py."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from mjbot.clock import Clock, Wakeup
from mjbot.core.model.snapshot import (
    Missing,
    Observation,
    Seen,
    StalenessThresholds,
    TaskSnapshot,
    Tick,
    Unreachable,
    advance,
    next_threshold,
)
from mjbot.core.model.task import TaskId
from mjbot.core.polling.schedule import PollSchedule
from mjbot.ports import FetchReport, TaskSource

log = logging.getLogger(__name__)

OnChange = Callable[[Sequence[TaskSnapshot]], Awaitable[None]]


class TaskTracker:
    """Follows tasks until they settle, and tells of every change that a person could see.

    `observe` is the one door for news, whoever brings it.
    """

    def __init__(
        self, source: TaskSource, book: PollSchedule, clock: Clock, limits: StalenessThresholds
    ) -> None:
        self._source = source
        self._book = book
        self._clock = clock
        self._limits = limits
        self._snapshots: dict[TaskId, TaskSnapshot] = {}
        self._wakeup = Wakeup(clock, "until a task is due to be read")
        self._broken = False
        self._listeners: list[OnChange] = []

    def subscribe(self, listener: OnChange) -> None:
        """Call ``listener`` with the tasks that changed visibly, after each read."""
        self._listeners.append(listener)

    def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """The present view of a followed task."""
        return self._snapshots.get(task_id)

    def follow(self, snapshot: TaskSnapshot, *, soon: bool = False) -> None:
        """Read this task until it settles; ``soon`` when the view is old. A second call adds nothing."""
        if snapshot.settled or snapshot.id in self._snapshots:
            return
        self._snapshots[snapshot.id] = snapshot
        self._book.follow(snapshot, self._clock.now(), soon=soon)
        if not soon:
            self._book.set_alarm(snapshot.id, next_threshold(snapshot, self._limits))
        self._wakeup.notify()

    def __len__(self) -> int:
        """How many tasks are followed."""
        return len(self._snapshots)

    def hurry(self, task_id: TaskId) -> None:
        """Read a task now: there is reason to think that it has changed."""
        self._book.hurry(task_id)
        self._wakeup.notify()

    def hint(self, task_id: TaskId) -> bool:
        """The service itself says that a task has changed. False: it is not followed."""
        if task_id not in self._snapshots:
            return False
        self._book.hint(task_id, self._clock.now())
        self._wakeup.notify()
        return True

    def unfollow(self, task_id: TaskId) -> None:
        """Stop reading a task: nobody watches it any more."""
        self._snapshots.pop(task_id, None)
        self._book.unfollow(task_id)

    async def observe(self, observations: Mapping[TaskId, Observation]) -> None:
        """Take in news of tasks. Tasks that are not followed are passed over."""
        now = self._clock.now()
        changed = []
        for task_id, observation in observations.items():
            if (before := self._snapshots.get(task_id)) is None:
                continue
            after = self._snapshots[task_id] = advance(before, observation, now, self._limits)
            self._book.set_alarm(task_id, next_threshold(after, self._limits))
            if after.visible != before.visible:
                changed.append(after)
                log.debug("a change was read", extra={"task": task_id})
            if after.settled:
                self.unfollow(task_id)
        if changed:
            for listener in self._listeners:
                await listener(changed)

    async def run(self) -> None:
        """Read what is due, for ever."""
        async with asyncio.TaskGroup() as reads:
            while True:
                now = self._clock.now()
                if rung := self._book.alarms(now):
                    await self.observe(dict.fromkeys(rung, Tick()))
                self._book.per_request = self._source.per_request
                for batch in self._book.due(now):
                    reads.create_task(self._read(batch))
                await self._wakeup.wait(self._book.wake_at())

    async def _read(self, ids: Sequence[TaskId]) -> None:
        report = await self._source.fetch_many(ids)
        self._note_edge(report)
        await self.observe(_sightings(report))
        now = self._clock.now()
        self._book.record([self._snapshots[each] for each in ids if each in self._snapshots], now)
        if report.failed and not (report.found or report.missing):
            waits = [error.retry_after for error in report.failed.values() if error.retry_after]
            self._book.failed(ids, now, max(waits, default=None))
        else:
            self._book.succeeded()
        self._wakeup.notify()

    def _note_edge(self, report: FetchReport) -> None:
        if report.failed and not self._broken:
            error = next(iter(report.failed.values()))
            log.warning("the image service cannot be read: %s", error.problem)
            log.debug("what was said: %s", error)  # may hold words of a prompt
        elif self._broken and not report.failed:
            log.info("the image service can be read again")
        self._broken = bool(report.failed)


def _sightings(report: FetchReport) -> dict[TaskId, Observation]:
    observations: dict[TaskId, Observation] = {
        # A relay may call a task by another id than the one it was asked for.
        task_id: Seen(task if task.id == task_id else replace(task, id=task_id))
        for task_id, task in report.found.items()
    }
    observations |= {task_id: Missing() for task_id in report.missing}
    return observations | {task_id: Unreachable(error.problem) for task_id, error in report.failed.items()}
