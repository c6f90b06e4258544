"""A write-behind buffer for the database. It batches the writes of a second, and retries failed writes.

A late write never replaces a newer state. A snapshot that could not be written stays in the buffer, where a
newer snapshot of the same task replaces it. Deferred writes contain no snapshots. They may contain new
watches, so they are written before delivered states and closed watches.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from mjbot.clock import Clock, Wakeup
from mjbot.core.editing.outcome import Later, Outcome, Rerouted
from mjbot.core.editing.pending_edit import Edit
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
    """Buffers task snapshots, the states of messages, and closed watches, and writes them in this order."""

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
        """Write snapshots now, or later if the database fails.

        A snapshot that can never be written is dropped. The card of its task is still updated.
        """
        self._snapshots |= {snapshot.id: snapshot for snapshot in snapshots}
        try:
            await self._save_snapshots()
        except StoreFailed:
            self._wakeup.notify()

    async def add(self, watch: Watch, snapshot: TaskSnapshot | None = None) -> Sequence[Watch]:
        """Store a watch and a snapshot of its task. Returns the task's older open watches in the channel.

        If this raises, the snapshot is written later, so a second call can omit it.
        """
        if snapshot is not None:
            self._snapshots[snapshot.id] = snapshot
        try:
            older = await self._store.add(watch, snapshot)
        except Exception:
            self._wakeup.notify()
            raise
        if snapshot is not None:
            self._written([snapshot])
        return older

    async def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """Return the newest snapshot of a task, buffered or stored, or None. Raises `StoreFailed`."""
        return self._snapshots.get(task_id) or await self._store.snapshot(task_id)

    def note(self, ref: MessageRef, delivered: DeliveredState) -> None:
        """Buffer the state that a message now shows."""
        self._states[ref] = delivered
        self._wakeup.notify()

    def note_pressed(self, ref: MessageRef) -> None:
        """Buffer that it is unknown what a message shows, unless the store knows that already.

        A press changes the message. What it showed before may still be buffered, and must not be written.
        """
        if (before := self._states.get(ref)) is not None:
            self.note(ref, replace(before, digest=""))

    def note_attempt(self, edit: Edit, outcome: Outcome, _now: float) -> None:
        """Buffer that it is unknown what a message shows, after an edit that may have been applied."""
        if isinstance(outcome, Later | Rerouted) and edit.delivered.digest != edit.card.digest:
            self.note(edit.ref, replace(edit.delivered, digest=""))

    def known(self, watch: Watch) -> Watch:
        """Return a copy of a stored watch with the state that its message now shows."""
        return replace(watch, delivered=self._states.get(watch.ref, watch.delivered))

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """Return the watch of a message with the state that the message now shows. Raises `StoreFailed`."""
        watch = await self._store.watch_at(ref)
        return self.known(watch) if watch else None

    async def watch_for(self, ref: MessageRef, task_id: TaskId) -> Watch | None:
        """Return the watch of a task to which a message belongs, or None. Raises `StoreFailed`."""
        stored = await self._store.watches_of([task_id])
        return watch_for((self.known(watch) for watch, _ in stored), ref)

    def close(self, ref: MessageRef) -> None:
        """Buffer the close of a message's watch. After a restart before the write, the card is sent again."""
        self._closed.add(ref)
        self._wakeup.notify()

    def is_closed(self, ref: MessageRef) -> bool:
        """Return whether the watch of a message has a pending close that is not written yet."""
        return ref in self._closed

    def reopen(self, ref: MessageRef) -> None:
        """Cancel a pending close that is not written yet. Call this when the message gets a new watch."""
        self._closed.discard(ref)

    async def flush(self) -> None:
        """Write all buffered changes now. If this raises `StoreFailed`, changes not written stay buffered."""
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
        """Write items in one batch. After an unexpected error, write them one by one and drop any that fail.

        Raises `StoreFailed`.
        """
        with self._guard.contain(StoreFailed):
            await write(items)
            return
        for item in items if len(items) > 1 else ():
            with self._guard.contain(StoreFailed):
                await write([item])
