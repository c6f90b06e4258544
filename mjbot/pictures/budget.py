"""Bounds the memory of concurrent downloads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_UNIT = 1024 * 1024


class ByteBudget:
    """Bytes to reserve, in whole MiB, first come first served."""

    def __init__(self, size: int) -> None:
        self._units = asyncio.Semaphore(size // _UNIT)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reserve(self, size: int) -> AsyncIterator[Reservation]:
        """Wait until ``size`` bytes are free, and hold them inside the context; at most the whole budget."""
        reservation = Reservation(self._units)
        try:
            # One caller at a time: two that each hold half of what they need would deadlock.
            async with self._turn:
                while reservation.size < size:
                    await reservation.grow()
            yield reservation
        finally:
            reservation.shrink(0)


class Reservation:
    """The bytes that one caller holds."""

    def __init__(self, units: asyncio.Semaphore) -> None:
        self._units = units
        self._held = 0

    @property
    def size(self) -> int:
        """In bytes."""
        return self._held * _UNIT

    async def grow(self) -> None:
        """Wait for one more unit."""
        await self._units.acquire()
        self._held += 1

    def shrink(self, size: int) -> None:
        """Release the units that are not needed for ``size`` bytes."""
        while self._held and self.size - _UNIT >= size:
            self._held -= 1
            self._units.release()
