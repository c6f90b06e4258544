"""Who is next: of many that wait, those whose moment has come, and of these the first by rank.

Each question costs the logarithm of how many wait, so that ten thousand messages cost as much to think
about as ten.
"""

from __future__ import annotations

from collections.abc import Hashable
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Rank = tuple[float, ...]
"""Compared as tuples are; the lower goes first."""

_SLACK = 64  # overtaken entries that may lie about, beside as many as there are live ones


class Agenda(Generic[K]):
    """Keys with a moment and a rank each. Entries that were overtaken stay in the heaps until met."""

    def __init__(self) -> None:
        self._entries: dict[K, tuple[int, float, Rank]] = {}
        self._later: list[tuple[float, int, K]] = []
        self._ready: list[tuple[Rank, int, K]] = []
        self._number = count()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        return key in self._entries

    def put(self, key: K, at: float, rank: Rank = ()) -> None:
        """Let this key have its turn from ``at`` on, whatever was said of it before."""
        known = self._entries.get(key)
        if known is not None and known[1:] == (at, rank):
            return
        number = next(self._number)
        self._entries[key] = (number, at, rank)
        heappush(self._later, (at, number, key))
        if len(self._later) + len(self._ready) > 2 * len(self._entries) + _SLACK:
            self._later = [(at, number, key) for key, (number, at, _) in self._entries.items()]
            heapify(self._later)
            self._ready.clear()

    def drop(self, key: K) -> None:
        """This key has no turn any more."""
        self._entries.pop(key, None)

    def first(self, now: float) -> K | None:
        """The first by rank of those whose moment has come, or None. It stays on the agenda."""
        while self._later and self._later[0][0] <= now:
            _, number, key = heappop(self._later)
            if self._holds(key, number):
                heappush(self._ready, (self._entries[key][2], number, key))
        while self._ready and not self._holds(*self._ready[0][:0:-1]):
            heappop(self._ready)
        return self._ready[0][2] if self._ready else None

    def next_at(self, now: float) -> float | None:
        """When `first` will have something: ``now`` if it has, None while nobody waits."""
        if self.first(now) is not None:
            return now
        while self._later and not self._holds(*self._later[0][:0:-1]):
            heappop(self._later)
        return self._later[0][0] if self._later else None

    def _holds(self, key: K, number: int) -> bool:
        """Whether an entry of the heaps is the newest word on its key."""
        return key in self._entries and self._entries[key][0] == number
