"""How often something may be done: so many times in any span of seconds, or one after another, evenly."""

from __future__ import annotations

from collections import deque


class SlidingWindow:
    """A sliding window: ``limit`` starts in any ``seconds``. Never lets a burst straddle two spans."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._starts: deque[float] = deque()

    def ready_at(self, now: float) -> float:
        """The earliest moment for the next start; ``now`` when it may begin at once."""
        while self._starts and self._starts[0] <= now - self.seconds:
            self._starts.popleft()
        if len(self._starts) < self.limit:
            return now
        return self._starts[-self.limit] + self.seconds

    def take(self, now: float) -> None:
        """Count one start."""
        self._starts.append(now)


class LeakyBucket:
    """One start each so many ``seconds``; the first ``burst`` after a rest may go at once."""

    def __init__(self, seconds: float, burst: int) -> None:
        self._seconds = seconds
        self._slack = seconds * (burst - 1)
        self._even = 0.0  # where we would be, had all gone evenly

    def ready_at(self, now: float) -> float:
        """The earliest moment for the next start; ``now`` when it may begin at once."""
        return max(now, self._even - self._slack)

    def take(self, now: float) -> None:
        """Count one start."""
        self._even = max(self._even, now) + self._seconds
