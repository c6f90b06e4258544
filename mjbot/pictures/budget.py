"""A single memory budget shared by downloads, files in use, and cached files. This module does no I/O."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from itertools import count


class NoRoom(Exception):
    """Raised if there is not enough memory for a download."""


class ByteBudget:
    """A budget of bytes, from which downloads reserve memory.

    Waiting reservations are served oldest first, and cached files are evicted for them. If all bytes are held
    by reservations that wait for more, the youngest of them fails with `NoRoom`. The oldest can therefore
    always continue, so there is no deadlock.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._used = 0
        self._ages = count()
        self._waiting: dict[Reservation, tuple[int, asyncio.Future[bool]]] = {}
        self._cached: OrderedDict[Reservation, Callable[[], None]] = OrderedDict()

    @property
    def used(self) -> int:
        """The number of reserved bytes, including those of cached files."""
        return self._used

    @property
    def cached(self) -> int:
        """The number of bytes of cached files."""
        return sum(each.size for each in self._cached)

    def reserve(self) -> Reservation:
        """Create an empty reservation."""
        return Reservation(self, next(self._ages))

    def evict(self) -> bool:
        """Drop the least recently used cached file. Returns False if there is none."""
        if not self._cached:
            return False
        reservation, dropped = self._cached.popitem(last=False)
        self._resize(reservation, 0)
        dropped()
        return True

    async def _grow(self, reservation: Reservation, size: int) -> None:
        granted = asyncio.get_running_loop().create_future()
        self._waiting[reservation] = size, granted
        try:
            self._settle()
            if not await granted:
                raise NoRoom
        finally:
            if self._waiting.pop(reservation, None) is not None:
                self._settle()

    def _shrink(self, reservation: Reservation, size: int) -> None:
        self._cached.pop(reservation, None)
        self._resize(reservation, size)
        self._settle()

    def _cache(self, reservation: Reservation, dropped: Callable[[], None]) -> None:
        self._cached[reservation] = dropped
        self._settle()

    def _use(self, reservation: Reservation) -> None:
        self._cached.pop(reservation, None)

    def _resize(self, reservation: Reservation, size: int) -> None:
        self._used += size - reservation.size
        reservation.size = size

    def _settle(self) -> None:
        """Grant the waiting requests that fit, and resolve a deadlock."""
        while self._waiting:
            oldest = min(self._waiting, key=lambda each: each.age)
            size, granted = self._waiting[oldest]
            if granted.cancelled():
                del self._waiting[oldest]
                continue
            while self._used + size > self._size and self.evict():
                pass
            if self._used + size <= self._size:
                del self._waiting[oldest]
                self._resize(oldest, oldest.size + size)
                granted.set_result(True)
            elif self._used == sum(each.size for each in self._waiting):
                self._give_up()
            else:
                return

    def _give_up(self) -> None:
        holders = [each for each in self._waiting if each.size] or list(self._waiting)
        youngest = max(holders, key=lambda each: each.age)
        _, granted = self._waiting.pop(youngest)
        self._resize(youngest, 0)
        if not granted.cancelled():
            granted.set_result(False)


class Reservation:
    """Memory reserved for a download, and later for the downloaded file."""

    def __init__(self, budget: ByteBudget, age: int) -> None:
        self._budget = budget
        self.age = age
        self.size = 0
        """The reserved size in bytes; changed only by the budget."""

    async def grow(self, size: int) -> None:
        """Wait until ``size`` more bytes are reserved. Raises `NoRoom`, and then releases all bytes."""
        await self._budget._grow(self, size)

    def shrink(self, size: int) -> None:
        """Reduce the reservation to ``size`` bytes."""
        self._budget._shrink(self, min(size, self.size))

    def cache(self, dropped: Callable[[], None]) -> None:
        """Allow the budget to reclaim these bytes when it needs them. It then calls ``dropped``."""
        self._budget._cache(self, dropped)

    def use(self) -> None:
        """Undo `cache`, so that the budget no longer reclaims these bytes."""
        self._budget._use(self)
