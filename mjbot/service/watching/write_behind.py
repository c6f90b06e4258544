"""A write-behind buffer for the store. It batches writes for a second, and retries failed writes.

A late write never replaces a newer state. A snapshot that could not be written stays in the buffer, where a
newer snapshot of its task replaces it. Deferred writes contain no snapshots. They may contain new watches, so
they are written before delivered states and closed watches.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from mjbot.clock import Clock, Wakeup
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch, watch_for
from mjbot.errors import StoreFailed
from mjbot.guard import LoopGuard
from mjbot.ports import WatchStore
from mjbot.service.watching.deferred_writes import DeferredWrites

_SECONDS = 1.0
_T = TypeVar("_T")


class WriteBehind:
    """Buffers snapshots, delivered states and closed watches, and writes them in this order."""

    def __init__(self, store: WatchStore, deferred: DeferredWrites, clock: Clock, guard: LoopGuard) -> None:
        self._store = store
        self._deferred = deferred
        self._clock = clock
        self._guard = guard
        self._snapshots: dict[TaskId, TaskSnapshot] = {}
        self._states: dict[MessageRef, DeliveredState] = {}
        self._closed: set[MessageRef] = set()
        self._wakeup = Wakeup(clock, "until something is to be written")
        self._pause = Wakeup(clock, "until the next batch")

    async def save(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Write snapshots now, or later if the store cannot be used at the moment.

        A snapshot that can never be written is dropped. Its card is still shown.
        """
        self._snapshots |= {snapshot.id: snapshot for snapshot in snapshots}
        try:
            await self._save_snapshots()
        except StoreFailed:
            self._wakeup.notify()

    async def add(self, watch: Watch, snapshot: TaskSnapshot | None = None) -> Sequence[Watch]:
        """Store a watch and its task's snapshot now; return the task's open watches in the channel.

        Raises `StoreFailed`. The snapshot is written later then, so the watch can be added without it.
        """
        if snapshot is not None:
            self._snapshots[snapshot.id] = snapshot
        try:
            older = await self._store.add(watch, snapshot)
        except StoreFailed:
            self._wakeup.notify()
            raise
        if snapshot is not None:
            self._written([snapshot])
        return older

    async def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """Return the last snapshot of a task, written or buffered. Raises `StoreFailed`."""
        return self._snapshots.get(task_id) or await self._store.snapshot(task_id)

    def note(self, ref: MessageRef, delivered: DeliveredState) -> None:
        """Buffer the state that a message shows now."""
        self._states[ref] = delivered
        self._wakeup.notify()

    def known(self, watch: Watch) -> Watch:
        """Return a stored watch with the newest delivered state of its message."""
        return replace(watch, delivered=self._states.get(watch.ref, watch.delivered))

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """Return the watch of a message with its newest delivered state. Raises `StoreFailed`."""
        watch = await self._store.watch_at(ref)
        return self.known(watch) if watch else None

    async def watch_for(self, ref: MessageRef, task_id: TaskId) -> Watch | None:
        """Return the watch, of those of a task, that a message belongs to. Raises `StoreFailed`."""
        stored = await self._store.watches_of([task_id])
        return watch_for((self.known(watch) for watch, _ in stored), ref)

    def close(self, ref: MessageRef) -> None:
        """Buffer the close of a message's watch. A restart before the write sends its last card once more."""
        self._closed.add(ref)
        self._wakeup.notify()

    def is_closed(self, ref: MessageRef) -> bool:
        """Return whether a watch has an unwritten close."""
        return ref in self._closed

    def reopen(self, ref: MessageRef) -> None:
        """Cancel an unwritten close, because the message gets a new watch."""
        self._closed.discard(ref)

    async def flush(self) -> None:
        """Write everything now. Raises `StoreFailed`; unwritten changes are kept."""
        await self._save_snapshots()
        delivered, closed = dict(self._states), set(self._closed)
        if delivered or closed:
            await self._save_delivered(delivered, closed)
            self._states = {ref: each for ref, each in self._states.items() if delivered.get(ref) != each}
            self._closed -= closed

    async def run(self) -> None:
        """Write buffered changes, at most once a second, until cancelled."""
        while True:
            await self._wakeup.wait(None)
            await self._pause.wait(self._clock.now() + max(_SECONDS, self._guard.pause))
            try:
                await self.flush()
            except StoreFailed:
                self._wakeup.notify()

    async def _save_snapshots(self) -> None:
        if self._deferred.waiting:
            raise StoreFailed("deferred writes come first")
        if snapshots := list(self._snapshots.values()):
            await self._write(snapshots, self._store.save)
            self._written(snapshots)

    def _written(self, snapshots: Sequence[TaskSnapshot]) -> None:
        for snapshot in snapshots:
            if self._snapshots.get(snapshot.id) is snapshot:
                del self._snapshots[snapshot.id]

    async def _save_delivered(
        self, delivered: Mapping[MessageRef, DeliveredState], closed: Collection[MessageRef]
    ) -> None:
        async def save(refs: Sequence[MessageRef]) -> None:
            states = {ref: delivered[ref] for ref in refs if ref in delivered}
            await self._store.save_delivered(states, [ref for ref in refs if ref in closed])

        await self._write(list({**delivered, **dict.fromkeys(closed)}), save)

    async def _write(self, items: Sequence[_T], write: Callable[[Sequence[_T]], Awaitable[None]]) -> None:
        """Write items in a batch. After an unexpected error, write each item alone and drop those that fail.

        Raises `StoreFailed`.
        """
        with self._guard.contain(StoreFailed):
            await write(items)
            return
        for item in items if len(items) > 1 else ():
            with self._guard.contain(StoreFailed):
                await write([item])
