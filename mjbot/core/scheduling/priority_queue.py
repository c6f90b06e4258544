"""Who is next: of many that wait, the first; and of those whose moment has come, the first by rank.

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


class IndexedHeap(Generic[K]):
    """Keys, each with a rank. Entries that were overtaken stay in the heap until they are met."""

    def __init__(self) -> None:
        self._ranks: dict[K, tuple[Rank, int]] = {}
        self._heap: list[tuple[Rank, int, K]] = []
        self._number = count()

    def __len__(self) -> int:
        return len(self._ranks)

    def __contains__(self, key: K) -> bool:
        return key in self._ranks

    def put(self, key: K, rank: Rank) -> None:
        """Give a key this rank, whatever it had before. Of equals, the first to come is first."""
        known = self._ranks.get(key)
        if known is not None and known[0] == rank:
            return
        number = next(self._number)
        self._ranks[key] = (rank, number)
        if len(self._heap) > 2 * len(self._ranks) + _SLACK:
            self._heap = [(*entry, key) for key, entry in self._ranks.items()]
            heapify(self._heap)
        else:
            heappush(self._heap, (rank, number, key))

    def drop(self, key: K) -> None:
        """Forget a key."""
        self._ranks.pop(key, None)

    def first(self) -> tuple[Rank, K] | None:
        """The key with the lowest rank, or None. It stays."""
        while self._heap:
            rank, number, key = self._heap[0]
            if self._ranks.get(key) == (rank, number):
                return rank, key
            heappop(self._heap)
        return None

    def take_until(self, moment: float) -> K | None:
        """Of keys whose rank is a moment: the first, if it has come by then. It is dropped."""
        if (first := self.first()) is None or first[0][0] > moment:
            return None
        self.drop(first[1])
        return first[1]


class DelayQueue(Generic[K]):
    """Keys, each with a moment and a rank. The moments that are asked about only move forward."""

    def __init__(self) -> None:
        self._later: IndexedHeap[K] = IndexedHeap()
        self._ready: IndexedHeap[K] = IndexedHeap()
        self._ranks: dict[K, Rank] = {}

    def __len__(self) -> int:
        return len(self._ranks)

    def put(self, key: K, at: float, rank: Rank) -> None:
        """Let this key have its turn from ``at`` on, whatever was said of it before."""
        self._ranks[key] = rank
        self._ready.drop(key)
        self._later.put(key, (at,))

    def drop(self, key: K) -> None:
        """This key has no turn any more."""
        self._ranks.pop(key, None)
        self._ready.drop(key)
        self._later.drop(key)

    def first(self, now: float) -> K | None:
        """The first by rank of those whose moment has come, or None. It stays on the agenda."""
        while (key := self._later.take_until(now)) is not None:
            self._ready.put(key, self._ranks[key])
        best = self._ready.first()
        return best[1] if best else None

    def next_at(self, now: float) -> float | None:
        """When `first` will have something: ``now`` if it has, None while nobody waits."""
        if self.first(now) is not None:
            return now
        soonest = self._later.first()
        return soonest[0][0] if soonest else None
