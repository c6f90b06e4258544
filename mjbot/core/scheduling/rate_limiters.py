"""Rate limiters: sliding windows, and a leaky bucket with bursts."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_FEW: Final = 1_000  # windows to keep before empty ones are searched for and dropped


def parse_retry_after(header: str | None) -> float | None:
    """Return the seconds in a Retry-After header, or None if the value is not a number (but an HTTP date)."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if seconds >= 0 else None


class SlidingWindow:
    """A limit of at most ``limit`` starts in any span of ``seconds``."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._starts: deque[float] = deque()

    def ready_at(self, now: float) -> float:
        """Return the earliest time of the next start, or ``now`` if it may happen at once."""
        self._forget_old(now)
        if len(self._starts) < self.limit:
            return now
        return self._starts[-self.limit] + self.seconds

    def is_empty(self, now: float) -> bool:
        """Return whether all recorded starts have expired."""
        self._forget_old(now)
        return not self._starts

    def take(self, now: float) -> None:
        """Count one start."""
        self._starts.append(now)

    def _forget_old(self, now: float) -> None:
        while self._starts and self._starts[0] <= now - self.seconds:
            self._starts.popleft()


class SlidingWindows(Generic[_K]):
    """A sliding window for each key, such as a user or a guild. Empty windows are dropped."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._windows: dict[_K, SlidingWindow] = {}
        self._tidy_at = _FEW

    def __len__(self) -> int:
        return len(self._windows)

    def ready_at(self, key: _K, now: float) -> float:
        """Return the earliest time of the next start for the key, or ``now`` if it may happen at once."""
        window = self._windows.get(key)
        return window.ready_at(now) if window else now

    def take(self, key: _K, now: float) -> None:
        """Count one start for the key."""
        if key not in self._windows:
            if len(self._windows) >= self._tidy_at:
                self._tidy(now)
            self._windows[key] = SlidingWindow(self._limit, self._seconds)
        self._windows[key].take(now)

    def _tidy(self, now: float) -> None:
        self._windows = {key: each for key, each in self._windows.items() if not each.is_empty(now)}
        self._tidy_at = max(_FEW, 2 * len(self._windows))


class LeakyBucket:
    """A limit of one start every ``seconds``, with up to ``burst`` starts at once after a pause (GCRA)."""

    def __init__(self, seconds: float, burst: int) -> None:
        self._seconds = seconds
        self._tolerance = seconds * (burst - 1)
        self._theoretical = 0.0  # theoretical time of the next start if all were evenly spaced

    def ready_at(self, now: float) -> float:
        """Return the earliest time of the next start, or ``now`` if it may happen at once."""
        return max(now, self._theoretical - self._tolerance)

    def take(self, now: float, seconds: float | None = None) -> None:
        """Count one start. ``seconds`` spaces the next one from it, instead of the usual time."""
        self._theoretical = max(self._theoretical, now) + (self._seconds if seconds is None else seconds)
