"""How many bytes may be under way at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_UNIT = 1024 * 1024


class ByteBudget:
    """Bytes to hold while they are needed, in whole MiB, first come first served."""

    def __init__(self, size: int) -> None:
        self._units = asyncio.Semaphore(size // _UNIT)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def hold(self, size: int) -> AsyncIterator[Share]:
        """Wait until so many bytes are free, and hold them inside the context; at most the whole budget."""
        share = Share(self._units)
        try:
            # One taker at a time: two that each have half of what they need would wait for ever.
            async with self._turn:
                while share.size < size:
                    await share.grow()
            yield share
        finally:
            share.shrink(0)


class Share:
    """What one holder holds."""

    def __init__(self, units: asyncio.Semaphore) -> None:
        self._units = units
        self._held = 0

    @property
    def size(self) -> int:
        """In bytes."""
        return self._held * _UNIT

    async def grow(self) -> None:
        """Take one unit more."""
        await self._units.acquire()
        self._held += 1

    def shrink(self, size: int) -> None:
        """Give back what is not needed for so many bytes."""
        while self._held and self.size - _UNIT >= size:
            self._held -= 1
            self._units.release()
