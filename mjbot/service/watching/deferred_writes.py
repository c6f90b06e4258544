"""Deferred database writes, which are retried after a temporary database failure."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

from mjbot.clock import Clock, Wakeup
from mjbot.errors import StoreFailed
from mjbot.guard import LoopGuard

_PAUSE = 1.0

Write = Callable[[], Awaitable[object]]


class DeferredWrites:
    """Runs writes in order. Writes that fail are kept in memory and retried every second."""

    def __init__(self, clock: Clock, guard: LoopGuard) -> None:
        self._clock = clock
        self._guard = guard
        self._waiting: deque[Write] = deque()
        self._wakeup = Wakeup(clock, "until a write is to be tried again")
        self._pause = Wakeup(clock, "until the database is tried again")

    @property
    def waiting(self) -> bool:
        """Whether any write is waiting for a retry."""
        return bool(self._waiting)

    async def write(self, write: Write) -> bool:
        """Run a write now. If it fails, keep it for a retry and return False."""
        if not self._waiting:
            with suppress(StoreFailed):
                await write()
                return True
        self._waiting.append(write)
        self._wakeup.notify()
        return False

    async def run(self) -> None:
        """Retry the writes that have failed, until cancelled."""
        while True:
            if not self._waiting:
                await self._wakeup.wait(None)
            await self._pause.wait(self._clock.now() + _PAUSE)
            with self._guard.contain(), suppress(StoreFailed):
                await self.flush()

    async def flush(self) -> None:
        """Retry all failed writes now. Raises `StoreFailed` at the first failure and keeps the others."""
        while self._waiting:
            try:
                await self._waiting[0]()
            except StoreFailed:
                raise
            except Exception:
                self._waiting.popleft()  # it would fail again
                raise
            self._waiting.popleft()
