"""What is still to be written to the database: a little later, many at once, and again if it cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mjbot.clock import Clock, Wakeup
from mjbot.core.task import TaskId
from mjbot.core.view import TaskView
from mjbot.core.watch import MessageRef, Shown, Watch
from mjbot.errors import StoreFailed
from mjbot.ports import WatchStore

_SECONDS = 1.0


class Unsaved:
    """Views, what messages show, and watches that are over. The database is told of them in this order."""

    def __init__(self, store: WatchStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._views: dict[TaskId, TaskView] = {}
        self._shown: dict[MessageRef, Shown] = {}
        self._over: set[MessageRef] = set()
        self._wakeup = Wakeup(clock, "until there is something to write")
        self._pause = Wakeup(clock, "until what messages show is saved")

    async def save(self, views: Sequence[TaskView]) -> None:
        """Write views now; or, where the database takes nothing at the moment, later."""
        self._views |= {view.id: view for view in views}
        try:
            await self._save_views()
        except StoreFailed:
            self._wakeup.ring()

    def note(self, ref: MessageRef, shown: Shown) -> None:
        """A message shows this now."""
        self._shown[ref] = shown
        self._wakeup.ring()

    def known(self, watch: Watch) -> Watch:
        """A stored watch, with what its message has come to show since."""
        return replace(watch, shown=self._shown.get(watch.ref, watch.shown))

    def close(self, ref: MessageRef) -> None:
        """A message's watch is over. Until this is written, a new start shows its last card once more."""
        self._over.add(ref)
        self._wakeup.ring()

    def is_over(self, ref: MessageRef) -> bool:
        """Whether a watch is over that the database still takes for open."""
        return ref in self._over

    def reopen(self, ref: MessageRef) -> None:
        """A message is to be followed anew: what closes its old watch is written before this, or never."""
        self._over.discard(ref)

    async def flush(self) -> None:
        """Write everything now. Raises `StoreFailed`; what was not written is kept."""
        await self._save_views()
        shown, over = dict(self._shown), set(self._over)
        if shown or over:
            await self._store.save_shown(shown, over)
            self._shown = {ref: each for ref, each in self._shown.items() if shown.get(ref) != each}
            self._over -= over

    async def run(self) -> None:
        """Write what there is, once a second at most, for ever."""
        while True:
            await self._wakeup.wait(None)
            await self._pause.wait(self._clock.now() + _SECONDS)
            try:
                await self.flush()
            except StoreFailed:
                self._wakeup.ring()

    async def _save_views(self) -> None:
        if views := list(self._views.values()):
            await self._store.save(views)
            for view in views:
                if self._views.get(view.id) is view:
                    del self._views[view.id]
