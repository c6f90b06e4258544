"""The best possible editor: it knows every end at once, has no latency, and sends only final cards.

    python -m tests.benchmarks.oracle LOG.json

The log has ``finals``, each with ``message``, ``channel`` and the second ``at`` which its task ended, and
``calls``, the seconds ``at`` which the bot made other requests that count in the global limit. It shares no
code with the bot. The rate limits are those of the stub: 5 edits of a channel in 5 s and 50 requests in all
in 1 s, in fixed windows that start with their first request.

A final card is sent as soon as the limits of its channel and the global limit allow it. Among several, the
task that ended first goes first, and of equals the one of the fullest channel. No slot stays unused while a
card could use it, and a card that waits for its channel uses no global slot. So another order could only
make one card faster by delaying the card of a task that ended earlier.
"""

from __future__ import annotations

import heapq
import json
import math
import sys
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_CHANNEL, _ALL = (5, 5.0), (50, 1.0)


class _Window:
    def __init__(self, limit: int, seconds: float) -> None:
        self.limit, self.seconds = limit, seconds
        self.opened, self.used = -math.inf, 0

    def free_at(self, now: float) -> float:
        """Now, or when the window ends."""
        closed = self.used >= self.limit and now < self.opened + self.seconds
        return self.opened + self.seconds if closed else now

    def take(self, now: float) -> None:
        if now >= self.opened + self.seconds:
            self.opened, self.used = now, 0
        self.used += 1


def times_to_final(ends: Iterable[tuple[float, int]], calls: Iterable[float] = ()) -> list[float]:
    """For each end (second, channel), the fewest seconds until its message can show it; unordered."""
    coming = deque(sorted(ends))
    others = deque(sorted(calls))
    every = _Window(*_ALL)
    channels: defaultdict[int, _Window] = defaultdict(lambda: _Window(*_CHANNEL))
    waiting: defaultdict[int, deque[float]] = defaultdict(deque)
    # The first end of each channel that may be edited; at equal times the fullest channel first.
    heads: list[tuple[float, int, int]] = []
    limited: list[tuple[float, int]] = []  # when a channel at its limit may be edited again
    waits: list[float] = []
    now = -math.inf

    def enqueue(channel: int) -> None:
        if waiting[channel] and (free := channels[channel].free_at(now)) > now:
            heapq.heappush(limited, (free, channel))
        elif waiting[channel]:
            heapq.heappush(heads, (waiting[channel][0], -len(waiting[channel]), channel))

    while coming or heads or limited:
        nexts = [coming[0][0]] if coming else []
        nexts += [limited[0][0]] if limited else []
        nexts += [every.free_at(now)] if heads else []
        now = max(now, min(nexts))
        while others and others[0] <= now:
            every.take(others.popleft())
        while coming and coming[0][0] <= now:
            at, channel = coming.popleft()
            waiting[channel].append(at)
            if len(waiting[channel]) == 1:
                enqueue(channel)
        while limited and limited[0][0] <= now:
            enqueue(heapq.heappop(limited)[1])
        while heads and every.free_at(now) <= now:
            at, _, channel = heapq.heappop(heads)
            waiting[channel].popleft()
            every.take(now)
            channels[channel].take(now)
            waits.append(now - at)
            enqueue(channel)
    return waits


def best(log: Mapping[str, Any]) -> dict[str, float]:
    """The median, the 95th percentile and the longest of the best possible waits."""
    ends = [(float(each["at"]), int(each["channel"])) for each in log["finals"]]
    waits = sorted(times_to_final(ends, [float(each["at"]) for each in log.get("calls", ())]))
    if not waits:
        return {"p50": 0.0, "p95": 0.0, "max": 0.0}
    at = [waits[math.ceil(share * len(waits)) - 1] for share in (0.5, 0.95, 1.0)]
    return dict(zip(("p50", "p95", "max"), at, strict=True))


if __name__ == "__main__":
    found = best(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write(json.dumps(found) + "\n")
