"""Read tasks for interactions, from the tracker, the database or the upstream."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from mjbot.clock import Clock
from mjbot.core.model.snapshot import Seen, TaskSnapshot, advance
from mjbot.core.model.task import TaskId
from mjbot.errors import TaskNotFound, UpstreamError, UpstreamRateLimited
from mjbot.ports import TaskSource
from mjbot.service.watching.write_behind import WriteBehind
from mjbot.tracker import TaskTracker


class TaskReader:
    """A read-through cache for tasks. Concurrent reads of a task share one upstream request."""

    def __init__(self, source: TaskSource, buffer: WriteBehind, tracker: TaskTracker, clock: Clock) -> None:
        self._source = source
        self._buffer = buffer
        self._tracker = tracker
        self._clock = clock
        self._reads: dict[TaskId, asyncio.Task[TaskSnapshot]] = {}

    async def get(self, task_id: TaskId) -> TaskSnapshot:
        """Return the tracker's snapshot, else a stored final one, else fetch one. Raises `UpstreamError`."""
        return await self.get_known(task_id) or await self.refetch(task_id)

    async def get_known(self, task_id: TaskId) -> TaskSnapshot | None:
        """Return the tracker's snapshot, else a stored final one, else None. This sends no request."""
        return self._tracker.snapshot(task_id) or await self._stored_end(task_id)

    async def get_current(self, task_id: TaskId) -> TaskSnapshot:
        """Return the tracker's snapshot, else a fetched one, else a stored final one.

        A stored final state is still valid if the upstream no longer knows the task.
        Raises `UpstreamError`.
        """
        if snapshot := self._tracker.snapshot(task_id):
            return snapshot
        try:
            return await self.fetch(task_id)
        except UpstreamError:
            if stored := await self._stored_end(task_id):
                return stored
            raise

    async def fetch(self, task_id: TaskId) -> TaskSnapshot:
        """Fetch a task from the upstream now. Raises `UpstreamError`."""
        if task_id not in self._reads:
            read = asyncio.ensure_future(self._fetch(task_id))
            self._reads[task_id] = read
            read.add_done_callback(lambda _: self._reads.pop(task_id, None))
        return await asyncio.shield(self._reads[task_id])

    async def refetch(self, task_id: TaskId) -> TaskSnapshot:
        """Fetch a task from the upstream now, and store it if it has settled. Raises `UpstreamError`."""
        snapshot = await self.fetch(task_id)
        if snapshot.settled:
            # Then the next press needs no read. A press that needs one can never open a modal: a read may
            # take longer than Discord waits for one.
            await self._buffer.save([snapshot])
        return snapshot

    async def _stored_end(self, task_id: TaskId) -> TaskSnapshot | None:
        stored = await self._buffer.snapshot(task_id)
        return stored if stored and stored.final else None

    async def _fetch(self, task_id: TaskId) -> TaskSnapshot:
        try:
            task = await self._source.fetch(task_id)
        except TaskNotFound as error:
            raise TaskNotFound(str(error), id=task_id) from error
        except UpstreamRateLimited:
            self._tracker.record_rate_limit()
            raise
        now = self._clock.now()
        if task.id.casefold() != task_id.casefold():
            task = replace(task, id=task_id)  # a relay may return its own upstream's id
        # Relays treat ids as case-insensitive; the id that they return has the right case.
        return advance(TaskSnapshot(task.id, opened_at=now), Seen(task), now)
