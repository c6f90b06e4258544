"""The budget of the requests that Discord's global rate limit counts: 50 a second, with the bot's token.

No header reports this limit. Discord counts in windows of one second, which begin at unknown times, and a
request that is late is counted in a later window, together with those that follow it. So the number of
starts in a second says too little. Each request is counted here from its start until one second after the
latest time at which Discord can have counted it, which its response tells. While these are at most 50, no
second at Discord has more, however late any of them arrives.

That time is as long before the response as the fastest request takes in all: the way there and back is part
of every request, and only what exceeds it can push requests together. If it is exceeded by ``t`` seconds on
average, 48 / (1 + t) edits a second are possible: 47 at 20 ms, 40 at 200 ms.

https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
"""

from __future__ import annotations

import math
from itertools import count

_MOST, _SECONDS = 50, 1.0
_RESERVED = 2  # of the 50, for requests that are no edits, which go first, and against small errors
_LONGEST = 5.0  # seconds after which a request counts as arrived; an upload may take far longer
_FORGETTING = 1.0001  # how far the fastest time rises with each request, in case the network has got slower
_EDITS, _FINAL_EDITS = 40.0, 47.0  # a second
_CATCH_UP = 0.125  # seconds that edits may be behind their even spacing without loss
_CAREFUL_SECONDS, _CAREFUL_MOST = 600.0, 40  # after a global 429: others may be using the same token


class RequestBudget:
    """Decides when the next request may start, and when the next edit may be chosen. Times are unix seconds.

    Edits are spaced evenly, so that a final card never waits for the rest of a second that progress has used.
    """

    def __init__(self) -> None:
        self._started: dict[int, float] = {}
        self._counted_until: dict[int, float] = {}
        self._numbers = count()
        self._fastest = math.inf  # seconds from a start to its response
        self._next_edit = -math.inf  # if all edits were evenly spaced
        self._careful_until = -math.inf

    def ready_at(self, now: float) -> float:
        """Return the earliest time of the next request, or ``now``. A response can bring it forward."""
        return self._free_at(now, reserved=0)

    def edit_ready_at(self, now: float) -> float:
        """Return the earliest time of the next edit, or ``now``. A response can bring it forward."""
        return max(self._free_at(now, reserved=_RESERVED), self._next_edit - _CATCH_UP)

    def choose_edit(self, now: float, *, final: bool) -> None:
        """Space the next edit from one that is chosen now: 40 a second, and 47 while final cards wait."""
        rate = _FINAL_EDITS if final and now >= self._careful_until else _EDITS
        self._next_edit = max(self._next_edit, now) + 1 / rate

    def start(self, now: float) -> int:
        """Count a request that is sent now. Returns its number, for `end`."""
        number = next(self._numbers)
        self._started[number] = now
        self._counted_until[number] = now + _LONGEST + _SECONDS
        return number

    def end(self, number: int, now: float, *, answered: bool = True) -> None:
        """Record that a request got its response, or failed without one. Later calls do nothing."""
        if (started := self._started.pop(number, None)) is None:
            return
        if answered:
            self._fastest = min(self._fastest * _FORGETTING, now - started)
        arrived = max(started, now - self._fastest) if answered else now
        self._counted_until[number] = min(arrived, started + _LONGEST) + _SECONDS

    def limited(self, now: float) -> None:
        """Record that Discord's limit was exceeded. Ten minutes of at most 40 requests a second follow."""
        self._careful_until = now + _CAREFUL_SECONDS

    def _free_at(self, now: float, *, reserved: int) -> float:
        for number in [number for number, until in self._counted_until.items() if until <= now]:
            del self._counted_until[number]
            self._started.pop(number, None)
        most = (_CAREFUL_MOST if now < self._careful_until else _MOST) - reserved
        excess = len(self._counted_until) - most
        return now if excess < 0 else sorted(self._counted_until.values())[excess]
