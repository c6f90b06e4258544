"""The loop that polls the image service. core/polling/schedule.py chooses which tasks to read and when."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mjbot.clock import Clock, Wakeup
from mjbot.core.model.makes import is_make
from mjbot.core.model.snapshot import (
    Missing,
    Observation,
    Seen,
    StalenessThresholds,
    TaskSnapshot,
    Tick,
    Unreachable,
    UpstreamProblem,
    advance,
    next_threshold,
)
from mjbot.core.model.task import TaskId
from mjbot.core.polling.schedule import PollSchedule
from mjbot.errors import UpstreamUnavailable
from mjbot.guard import LoopGuard
from mjbot.ports import BatchSource, FetchReport
from mjbot.reports import ChangeReports, OnChange

log = logging.getLogger(__name__)

OnPoll = Callable[[Sequence[TaskId], FetchReport, float], None]


class TaskTracker:
    """Polls tasks until they have settled, and reports every visible change to the listeners.

    Other modules pass the results of their own reads to `observe`.
    """

    def __init__(
        self,
        source: BatchSource,
        schedule: PollSchedule,
        clock: Clock,
        thresholds: StalenessThresholds,
        guard: Callable[[str], LoopGuard],
    ) -> None:
        self._source = source
        self._schedule = schedule
        self._clock = clock
        self._thresholds = thresholds
        self._snapshots: dict[TaskId, TaskSnapshot] = {}
        self._wakeup = Wakeup(clock, "until a task is due to be read")
        self._outage = False
        self._poll_listeners: list[OnPoll] = []
        # One guard per step, so that a step that always fails is not hidden by the success of another.
        self._reading, self._applying = guard("poll loop"), guard("readings of tasks")
        self._listening = guard("poll listeners")
        self._changes = ChangeReports(guard("reports of changes"))

    def subscribe(self, listener: OnChange) -> None:
        """Call ``listener`` with the tasks that have changed visibly, after each read."""
        self._changes.subscribe(listener)

    def on_poll(self, listener: OnPoll) -> None:
        """Call ``listener`` after each poll with the requested IDs, the report, and the unix time."""
        self._poll_listeners.append(listener)

    def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """Return the current snapshot of a task, or None if it is not followed."""
        return self._snapshots.get(task_id)

    def follow(self, snapshot: TaskSnapshot, *, soon: bool = False) -> None:
        """Poll a task until it has settled. With ``soon``, the first poll is at once.

        Does nothing if the task is already followed. A `Make` request that has no task yet is not polled,
        because the service does not know its ID.
        """
        if snapshot.settled or snapshot.id in self._snapshots or is_make(snapshot.id):
            return
        self._snapshots[snapshot.id] = snapshot
        self._schedule.follow(snapshot, self._clock.now(), soon=soon)
        if not soon:
            self._schedule.set_alarm(snapshot.id, next_threshold(snapshot, self._thresholds))
        self._wakeup.notify()

    def __len__(self) -> int:
        """Return the number of followed tasks."""
        return len(self._snapshots)

    def poll_soon(self, task_id: TaskId) -> None:
        """Read a task soon, because it has probably changed."""
        self._schedule.poll_soon(task_id)
        self._wakeup.notify()

    def hint(self, task_id: TaskId) -> bool:
        """Handle a webhook that reported a change of a task. Returns False if the task is not followed."""
        if task_id not in self._snapshots:
            return False
        self._schedule.hint(task_id, self._clock.now())
        self._wakeup.notify()
        return True

    def record_rate_limit(self) -> None:
        """Poll half as often for ten minutes, because the service has refused another read with a 429."""
        self._schedule.record_rate_limit(self._clock.now())

    def unfollow(self, task_id: TaskId) -> None:
        """Stop polling a task that no message follows any more."""
        self._stop_polling(task_id)
        self._changes.forget(task_id)

    async def observe(self, observations: Mapping[TaskId, Observation]) -> None:
        """Update the snapshots of tasks from observations. Tasks that are not followed are ignored."""
        now = self._clock.now()
        for task_id, observation in observations.items():
            with self._applying.contain():
                self._advance(task_id, observation, now)
        await self._report()

    async def run(self) -> None:
        """Poll the tasks that are due, until cancelled."""
        async with asyncio.TaskGroup() as reads:
            while True:
                now = self._clock.now()
                if expired := self._schedule.alarms(now):
                    await self.observe(dict.fromkeys(expired, Tick()))
                elif (again_at := self._changes.again_at) is not None and again_at <= now:
                    await self._report()
                self._schedule.per_request = self._source.per_request
                if batch := self._schedule.due(now):
                    reads.create_task(self._read(batch))
                await self._wakeup.wait(self._wake_at())

    def _wake_at(self) -> float | None:
        moments = (self._changes.again_at, self._schedule.wake_at(self._clock.now()))
        return min((each for each in moments if each is not None), default=None)

    def _advance(self, task_id: TaskId, observation: Observation, now: float) -> None:
        if (before := self._snapshots.get(task_id)) is None:
            return
        after = self._snapshots[task_id] = advance(before, observation, now, self._thresholds)
        self._schedule.set_alarm(task_id, next_threshold(after, self._thresholds))
        if after.visible != before.visible:
            self._changes.add(after)
            log.debug("task changed: %s", task_id, extra={"task": task_id})
        if after.settled:
            self._stop_polling(task_id)

    def _stop_polling(self, task_id: TaskId) -> None:
        self._snapshots.pop(task_id, None)
        self._schedule.unfollow(task_id)

    async def _report(self) -> None:
        await self._changes.send(self._clock.now())
        if self._changes.again_at is not None:
            self._wakeup.notify()

    async def _fetch(self, ids: Sequence[TaskId]) -> FetchReport:
        """Read these tasks. After an unexpected error, bisect the list to find the task that causes it."""
        with self._reading.contain():
            report = await self._source.fetch_many(ids)
            self._notify_poll_listeners(ids, report)
            return report
        if len(ids) == 1:
            return FetchReport(failed={ids[0]: UpstreamUnavailable("the read failed unexpectedly")})
        middle = len(ids) // 2
        first, second = await self._fetch(ids[:middle]), await self._fetch(ids[middle:])
        return FetchReport(
            {**first.found, **second.found},
            first.missing | second.missing,
            {**first.failed, **second.failed},
        )

    def _notify_poll_listeners(self, ids: Sequence[TaskId], report: FetchReport) -> None:
        for listener in self._poll_listeners:
            with self._listening.contain():
                listener(ids, report, self._clock.now())

    async def _read(self, ids: Sequence[TaskId]) -> None:
        report = await self._fetch(ids)
        self._log_outage(report)
        await self.observe(_observations(report))
        now = self._clock.now()
        self._schedule.record([self._snapshots[each] for each in ids if each in self._snapshots], now)
        if limited := any(each.problem is UpstreamProblem.RATE_LIMITED for each in report.failed.values()):
            self._schedule.record_rate_limit(now)
        waits = [error.retry_after for error in report.failed.values() if error.retry_after]
        # A service that asks for a pause gets it, even if it has answered another read just before.
        if report.failed and (limited or waits or not (report.found or report.missing)):
            self._schedule.failed(report.failed, now, max(waits, default=None))
        else:
            self._schedule.succeeded()
        self._wakeup.notify()

    def _log_outage(self, report: FetchReport) -> None:
        if report.failed and not self._outage:
            error = next(iter(report.failed.values()))
            log.warning("the image service cannot be read: %s", error.problem)
            log.debug("upstream error: %s", error)  # may quote a prompt
        elif self._outage and not report.failed:
            log.info("the image service can be read again")
        self._outage = bool(report.failed)


def _observations(report: FetchReport) -> dict[TaskId, Observation]:
    observations: dict[TaskId, Observation] = {
        # A relay may return a task under another id than the one in the request.
        task_id: Seen(task if task.id == task_id else replace(task, id=task_id))
        for task_id, task in report.found.items()
    }
    observations |= {task_id: Missing() for task_id in report.missing}
    return observations | {task_id: Unreachable(error.problem) for task_id, error in report.failed.items()}
