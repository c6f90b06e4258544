"""Submits in flight. Shutdown waits for them, because a cancelled submit may or may not create a task."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class InFlight:
    """The asyncio tasks that are handling a submit."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    @contextmanager
    def track(self) -> Iterator[None]:
        """Track the current asyncio task until the context ends."""
        running = asyncio.current_task()
        assert running is not None
        self._running.add(running)
        try:
            yield
        finally:
            self._running.discard(running)

    async def finish(self, seconds: float) -> None:
        """Wait up to ``seconds`` for all submits, then cancel the rest, whose outcome stays unknown."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)
