"""The best that any editor could do: every change known at its instant, no latency, finals alone.

Shares no code with the bot. Nothing is edited but final cards, first come first served, within the same two
limits: 5 edits in any 5 s of a channel, 50 in any second in all.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

_CHANNEL, _ALL = (5, 5.0), (50, 1.0)


def times_to_final(ends: Iterable[tuple[float, int]]) -> list[float]:
    """For each end (second, channel) the seconds until its message can show it, at best."""
    channels: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=_CHANNEL[0]))
    every: deque[float] = deque(maxlen=_ALL[0])
    waits = []
    for at, channel in sorted(ends):
        shown = max(at, _free(channels[channel], *_CHANNEL), _free(every, *_ALL))
        channels[channel].append(shown)
        every.append(shown)
        waits.append(shown - at)
    return waits


def _free(starts: deque[float], limit: int, seconds: float) -> float:
    return starts[0] + seconds if len(starts) == limit else 0.0
