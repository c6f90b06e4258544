"""How often something may be done: at most so many times in any span of so many seconds."""

from __future__ import annotations

from collections import deque


class Window:
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
