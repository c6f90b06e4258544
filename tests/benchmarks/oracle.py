"""The best that any editor could do: every end known at its instant, no latency, final cards alone.

    python -m tests.benchmarks.oracle LOG.json

The log has ``finals``, each with ``message``, ``channel`` and the second ``at`` which the service ended it,
and ``calls``, the seconds ``at`` which the bot made other requests that count in the window of all. It shares
no code with the bot. Windows are those of the stub: 5 edits of a channel in 5 s, 50 requests in all in 1 s,
each counted from its first.

A final goes out as soon as its channel and the whole have room. Of those that could, the one that ended first
goes, and of equals the one of the fullest channel. No slot is left empty while anybody could use it, and who
waits for a channel takes no slot of the whole meanwhile. So others could only be quicker by making somebody
wait who ended before them.
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
        """Now, or when it is over."""
        closed = self.used >= self.limit and now < self.opened + self.seconds
        return self.opened + self.seconds if closed else now

    def take(self, now: float) -> None:
        if now >= self.opened + self.seconds:
            self.opened, self.used = now, 0
        self.used += 1


def times_to_final(ends: Iterable[tuple[float, int]], calls: Iterable[float] = ()) -> list[float]:
    """For each end (second, channel) the seconds until its message can show it, at best; in no order."""
    coming = deque(sorted(ends))
    others = deque(sorted(calls))
    every = _Window(*_ALL)
    channels: defaultdict[int, _Window] = defaultdict(lambda: _Window(*_CHANNEL))
    waiting: defaultdict[int, deque[float]] = defaultdict(deque)
    heads: list[
        tuple[float, int, int]
    ] = []  # of each channel that has room, its first end; the fullest first
    resting: list[tuple[float, int]] = []  # when a full channel has room again
    waits: list[float] = []
    now = -math.inf

    def line_up(channel: int) -> None:
        if waiting[channel] and (free := channels[channel].free_at(now)) > now:
            heapq.heappush(resting, (free, channel))
        elif waiting[channel]:
            heapq.heappush(heads, (waiting[channel][0], -len(waiting[channel]), channel))

    while coming or heads or resting:
        nexts = [coming[0][0]] if coming else []
        nexts += [resting[0][0]] if resting else []
        nexts += [every.free_at(now)] if heads else []
        now = max(now, min(nexts))
        while others and others[0] <= now:
            every.take(others.popleft())
        while coming and coming[0][0] <= now:
            at, channel = coming.popleft()
            waiting[channel].append(at)
            if len(waiting[channel]) == 1:
                line_up(channel)
        while resting and resting[0][0] <= now:
            line_up(heapq.heappop(resting)[1])
        while heads and every.free_at(now) <= now:
            at, _, channel = heapq.heappop(heads)
            waiting[channel].popleft()
            every.take(now)
            channels[channel].take(now)
            waits.append(now - at)
            line_up(channel)
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
