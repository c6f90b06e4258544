"""Submits under way, which the end of the process waits for: cutting one off leaves nobody sure of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class InFlight:
    """Remembers the coroutines that must not be cut off."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    @contextmanager
    def track(self) -> Iterator[None]:
        """Note the current coroutine while the context is open."""
        running = asyncio.current_task()
        assert running is not None
        self._running.add(running)
        try:
            yield
        finally:
            self._running.discard(running)

    async def finish(self, seconds: float) -> None:
        """Wait for all of them; those that take longer are cancelled, and end as unclear."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)
