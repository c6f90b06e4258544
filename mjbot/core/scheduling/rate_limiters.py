"""Rate limiters: a sliding window, and a leaky bucket that spaces evenly after a burst."""

from __future__ import annotations

from collections import deque


class SlidingWindow:
    """At most ``limit`` starts in any span of ``seconds``, wherever the span begins."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._starts: deque[float] = deque()

    def ready_at(self, now: float) -> float:
        """Return the earliest time of the next start; ``now`` when it may begin at once."""
        while self._starts and self._starts[0] <= now - self.seconds:
            self._starts.popleft()
        if len(self._starts) < self.limit:
            return now
        return self._starts[-self.limit] + self.seconds

    def take(self, now: float) -> None:
        """Count one start."""
        self._starts.append(now)


class LeakyBucket:
    """One start every ``seconds``; after a pause the first ``burst`` may go at once (GCRA)."""

    def __init__(self, seconds: float, burst: int) -> None:
        self._seconds = seconds
        self._tolerance = seconds * (burst - 1)
        self._theoretical = 0.0  # when the next start would be if all were evenly spaced

    def ready_at(self, now: float) -> float:
        """Return the earliest time of the next start; ``now`` when it may begin at once."""
        return max(now, self._theoretical - self._tolerance)

    def take(self, now: float) -> None:
        """Count one start."""
        self._theoretical = max(self._theoretical, now) + self._seconds
