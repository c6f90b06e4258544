"""Reads many tasks: with one request where that works, and one by one where it does not.

A list that leaves a task out does not prove that the service has lost it, so a single read confirms that. A
list that keeps failing while single reads work is bisected, to find the task that makes it fail.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TYPE_CHECKING

from mjbot.core.polling.batch_policy import CHECKED, BatchPolicy
from mjbot.errors import TaskNotFound, UpstreamError, UpstreamRateLimited
from mjbot.ports import FetchReport
from mjbot.upstream.responses import ReadTimeout, ResponseTooLarge

if TYPE_CHECKING:
    from mjbot.clock import Clock
    from mjbot.core.model.task import Task, TaskId

log = logging.getLogger(__name__)

ReadList = Callable[[Sequence["TaskId"]], Awaitable["list[Task] | None"]]
"""Reads many tasks with one request. Returns None if the server cannot. Raises `UpstreamError`."""
ReadOne = Callable[["TaskId"], Awaitable["Task"]]
"""Reads one task. Raises `UpstreamError`."""


class BatchReads:
    """Reads many tasks within the limits of a `BatchPolicy`, and tells it how each read went."""

    def __init__(self, policy: BatchPolicy, clock: Clock, read_list: ReadList, read_one: ReadOne) -> None:
        self._policy = policy
        self._clock = clock
        self._read_list = read_list
        self._read_one = read_one

    async def fetch(self, ids: Sequence[TaskId], read_first: ReadList | None = None) -> FetchReport:
        """Read these tasks. A task that was left out and could not be checked yet is not in the report.

        ``read_first`` sends the first list in place of the usual function.
        """
        now = self._clock.now()
        if self._policy.size(now) == 1:
            return await self._singly(ids)
        alone = [each for each in ids if self._policy.is_alone(each, now)]
        together = [each for each in ids if each not in alone]
        if not together:
            return await self._each(alone)
        report = await self._together(together, read_first or self._read_list)
        if alone and set(together) == report.failed.keys():  # an outage costs one request
            error = next(iter(report.failed.values()))
            return _merged(report, FetchReport(failed=dict.fromkeys(alone, error)))
        return _merged(report, await self._each(alone))

    async def _singly(self, ids: Sequence[TaskId]) -> FetchReport:
        """Read tasks one by one. After a failed read, first read a task that could be read before."""
        known = self._policy.readable_besides(ids)
        if known is None:
            return await self._each_counted(ids)
        probe = await self._each([known])
        if probe.failed:  # an outage: it costs one request
            self._policy.cannot_be_read(known)
            return FetchReport(failed=dict.fromkeys(ids, probe.failed[known]))
        return _merged(await self._each_counted(ids), probe)

    async def _each_counted(self, ids: Sequence[TaskId]) -> FetchReport:
        report = await self._each(ids)
        if report.failed:
            self._policy.failed(report.failed)
        return report

    async def _together(self, ids: Sequence[TaskId], read_list: ReadList) -> FetchReport:
        first = self._policy.probe_of(ids)
        if first is None:
            return await self._list(ids, read_list)
        probe = await self._each([first])
        if probe.failed:  # an outage
            self._policy.failed(ids)
            return FetchReport(failed=dict.fromkeys(ids, probe.failed[first]))
        report = await self._list(ids, self._read_list)
        if _failed(report, ids):
            report = await self._bisect(ids, report)
        return _merged(report, probe)

    async def _bisect(self, ids: Sequence[TaskId], whole: FetchReport) -> FetchReport:
        """Read the halves of a list that failed, and theirs, until few tasks are left. Read these singly."""
        if self._is_busy(whole):
            return whole
        middle = (len(ids) + 1) // 2
        halves = [half for half in (ids[:middle], ids[middle:]) if half]
        reports = [await self._list(half, self._read_list) for half in halves] if len(ids) > 1 else [whole]
        if any(map(self._is_busy, reports)):
            return _merged(*reports)
        if all(map(_failed, reports, halves)):
            self._policy.both_halves_failed(ids, self._clock.now())
            singly = all(self._policy.is_alone(each, self._clock.now()) for each in ids)
            if not singly:
                return _merged(*reports)
            log.warning("the image service fails if %d of the tasks are in a batch read", len(ids))
            return await self._each(ids)
        return _merged(
            *[
                await self._bisect(half, report) if _failed(report, half) else report
                for half, report in zip(halves, reports, strict=True)
            ]
        )

    def _is_busy(self, report: FetchReport) -> bool:
        """Return whether reads failed because the service is slow or limits them, and not due to a task."""
        errors = report.failed.values()
        slow = self._policy.is_slow and any(isinstance(each, ReadTimeout) for each in errors)
        return slow or any(isinstance(each, UpstreamRateLimited) for each in errors)

    async def _list(self, ids: Sequence[TaskId], read_list: ReadList) -> FetchReport:
        try:
            tasks = await read_list(ids)
        except ResponseTooLarge as error:
            if len(ids) == 1:
                return FetchReport(failed=dict.fromkeys(ids, error))
            self._give_up("answers a batch read with more than can be read")
        except UpstreamError as error:
            if not isinstance(error, UpstreamRateLimited):
                self._policy.failed(ids)
            return FetchReport(failed=dict.fromkeys(ids, error))
        else:
            if tasks is not None:
                return await self._report_from(ids, tasks)
            self._give_up("has no batch read")
        return await self._each(ids)

    async def _report_from(self, ids: Sequence[TaskId], tasks: Sequence[Task]) -> FetchReport:
        wanted = set(ids)
        found = {task.id: task for task in tasks if task.id in wanted}
        self._policy.found(found)
        absent = [each for each in ids if each not in found]
        if absent and not all(task.id in wanted for task in tasks):
            self._give_up("ignores the ids of a batch read")
            return _merged(FetchReport(found), await self._each(absent))
        now = self._clock.now()
        missing = frozenset(each for each in absent if self._policy.is_missing(each, now))
        unchecked = [each for each in absent if each not in missing]
        checked = await self._each(unchecked[:CHECKED])
        if checked.found and len(unchecked) > CHECKED:
            self._policy.cut(len(found), now)
            log.warning("the image service answers a batch read only in part; fewer tasks are asked for")
        return _merged(FetchReport(found, missing), checked)

    async def _each(self, ids: Sequence[TaskId]) -> FetchReport:
        results = await asyncio.gather(*map(self._read_one, ids), return_exceptions=True)
        found: dict[TaskId, Task] = {}
        missing: set[TaskId] = set()
        failed: dict[TaskId, UpstreamError] = {}
        for task_id, result in zip(ids, results, strict=True):
            if isinstance(result, TaskNotFound):
                missing.add(task_id)
            elif isinstance(result, UpstreamError):
                failed[task_id] = result
            elif isinstance(result, BaseException):
                raise result
            else:
                found[task_id] = result
        self._policy.found(found)
        self._policy.confirm_missing(missing, self._clock.now())
        return FetchReport(found, frozenset(missing), failed)

    def _give_up(self, reason: str) -> None:
        log.warning("the image service %s; tasks are read one by one for ten minutes", reason)
        self._policy.give_up(self._clock.now())


def _failed(report: FetchReport, ids: Collection[TaskId]) -> bool:
    return len(report.failed) == len(ids)


def _merged(*reports: FetchReport) -> FetchReport:
    """Return all reports as one. What a later one says of a task replaces an earlier failure."""
    found: dict[TaskId, Task] = {}
    missing: set[TaskId] = set()
    failed: dict[TaskId, UpstreamError] = {}
    for report in reports:
        found |= report.found
        missing |= report.missing
        failed |= report.failed
    known = found.keys() | missing
    left = {each: error for each, error in failed.items() if each not in known}
    return FetchReport(found, frozenset(missing - found.keys()), left)
