"""What is still to be written to the database: a little later, many at once, and again if it cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mjbot.clock import Clock, Wakeup
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch
from mjbot.errors import StoreFailed
from mjbot.ports import WatchStore

_SECONDS = 1.0


class WriteBehind:
    """Views, what messages show, and watches that are over. The database is told of them in this order."""

    def __init__(self, store: WatchStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._snapshots: dict[TaskId, TaskSnapshot] = {}
        self._delivered: dict[MessageRef, DeliveredState] = {}
        self._over: set[MessageRef] = set()
        self._wakeup = Wakeup(clock, "until there is something to write")
        self._pause = Wakeup(clock, "until what messages show is saved")

    async def save(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Write views now; or, where the database takes nothing at the moment, later."""
        self._snapshots |= {snapshot.id: snapshot for snapshot in snapshots}
        try:
            await self._save_views()
        except StoreFailed:
            self._wakeup.notify()

    def note(self, ref: MessageRef, delivered: DeliveredState) -> None:
        """A message shows this now."""
        self._delivered[ref] = delivered
        self._wakeup.notify()

    def known(self, watch: Watch) -> Watch:
        """A stored watch, with what its message has come to show since."""
        return replace(watch, delivered=self._delivered.get(watch.ref, watch.delivered))

    def close(self, ref: MessageRef) -> None:
        """A message's watch is over. Until this is written, a new start shows its last card once more."""
        self._over.add(ref)
        self._wakeup.notify()

    def is_over(self, ref: MessageRef) -> bool:
        """Whether a watch is over that the database still takes for open."""
        return ref in self._over

    def reopen(self, ref: MessageRef) -> None:
        """A message is to be followed anew: what closes its old watch is written before this, or never."""
        self._over.discard(ref)

    async def flush(self) -> None:
        """Write everything now. Raises `StoreFailed`; what was not written is kept."""
        await self._save_views()
        delivered, over = dict(self._delivered), set(self._over)
        if delivered or over:
            await self._store.save_delivered(delivered, over)
            self._delivered = {
                ref: each for ref, each in self._delivered.items() if delivered.get(ref) != each
            }
            self._over -= over

    async def run(self) -> None:
        """Write what there is, once a second at most, for ever."""
        while True:
            await self._wakeup.wait(None)
            await self._pause.wait(self._clock.now() + _SECONDS)
            try:
                await self.flush()
            except StoreFailed:
                self._wakeup.notify()

    async def _save_views(self) -> None:
        if snapshots := list(self._snapshots.values()):
            await self._store.save(snapshots)
            for snapshot in snapshots:
                if self._snapshots.get(snapshot.id) is snapshot:
                    del self._snapshots[snapshot.id]
