"""Priority queues: `IndexedHeap` orders keys by rank, and `DelayQueue` does so among the keys that are due.

Each operation takes O(log n) amortized time.
"""

from __future__ import annotations

from collections.abc import Hashable
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Rank = tuple[float, ...]
"""The rank of a key. Ranks are compared as tuples, and the lowest rank comes first."""

_STALE_ENTRIES = 64  # superseded entries to tolerate, in addition to one for each live entry


class IndexedHeap(Generic[K]):
    """A heap of keys, ordered by rank. Outdated entries are removed lazily."""

    def __init__(self) -> None:
        self._entries: dict[K, tuple[Rank, int, K]] = {}
        self._heap: list[tuple[Rank, int, K]] = []
        self._number = count()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        return key in self._entries

    def put(self, key: K, rank: Rank) -> None:
        """Insert a key, or change its rank. Keys of equal rank are first in, first out."""
        known = self._entries.get(key)
        if known is not None and known[0] == rank:
            return
        self._entries[key] = entry = (rank, next(self._number), key)
        if len(self._heap) > 2 * len(self._entries) + _STALE_ENTRIES:
            self._heap = list(self._entries.values())
            heapify(self._heap)
        else:
            heappush(self._heap, entry)

    def discard(self, key: K) -> None:
        """Remove a key if it is present."""
        self._entries.pop(key, None)

    def peek(self) -> tuple[Rank, K] | None:
        """Return the lowest rank and its key, or None if the heap is empty."""
        while self._heap:
            rank, _, key = entry = self._heap[0]
            if self._entries.get(key) is entry:
                return rank, key
            heappop(self._heap)
        return None

    def pop_until(self, moment: float) -> K | None:
        """Remove and return the first key if its rank (a time) is at most ``moment``.

        Otherwise, return None.
        """
        if (first := self.peek()) is None or first[0][0] > moment:
            return None
        self.discard(first[1])
        return first[1]


class DelayQueue(Generic[K]):
    """A queue of ranked keys with due times. ``now`` must never decrease between calls."""

    def __init__(self) -> None:
        self._later: IndexedHeap[K] = IndexedHeap()
        self._ready: IndexedHeap[K] = IndexedHeap()
        self._ranks: dict[K, Rank] = {}

    def __len__(self) -> int:
        return len(self._ranks)

    def put(self, key: K, at: float, rank: Rank) -> None:
        """Insert a key that is due at ``at``, or change its due time and rank."""
        self._ranks[key] = rank
        self._ready.discard(key)
        self._later.put(key, (at,))

    def discard(self, key: K) -> None:
        """Remove a key if it is present."""
        self._ranks.pop(key, None)
        self._ready.discard(key)
        self._later.discard(key)

    def peek(self, now: float) -> K | None:
        """Return the lowest-ranked key among those that are due, or None. It stays in the queue."""
        while (key := self._later.pop_until(now)) is not None:
            self._ready.put(key, self._ranks[key])
        best = self._ready.peek()
        return best[1] if best else None

    def next_at(self, now: float) -> float | None:
        """Return the time at which `peek` first returns a key, or None if empty.

        The time is at least ``now``.
        """
        if self.peek(now) is not None:
            return now
        soonest = self._later.peek()
        return soonest[0][0] if soonest else None
