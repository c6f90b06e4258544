"""The budget of the requests that Discord's global rate limit counts: 50 a second, with the bot's token.

No header reports this limit. Discord counts in windows of one second, which begin at unknown times, and a
request that is late is counted in a later window, together with those that follow it. So the number of
starts in a second says too little. Each request is counted here from its start until one second after its
latest possible arrival at Discord. While these are at most 50, no second at Discord has more, however late
any of them arrives.

The latest arrival is estimated as the response time minus the fastest round trip seen. Delay common to all
requests cannot bunch them; only the excess can. With an average excess of ``t`` seconds, 48 / (1 + t) edits a
second are possible: 47 at 20 ms, 40 at 200 ms.

https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
"""

from __future__ import annotations

import math
from itertools import count

_MOST, _SECONDS = 50, 1.0
_LONGEST = 5.0  # seconds after which a request counts as arrived; an upload may take far longer
_FORGETTING = 1.0001  # how far the fastest time rises with each request, in case the network has got slower
_REDUCED_SECONDS, _REDUCED_MOST = 600.0, 40  # after a global 429: others may be using the same token


class RequestBudget:
    """Decides when the next request may start. Times are unix seconds."""

    def __init__(self) -> None:
        self._started: dict[int, float] = {}
        self._counted_until: dict[int, float] = {}
        self._numbers = count()
        self._fastest = math.inf  # seconds from a start to its response
        self._reduced_until = -math.inf

    def ready_at(self, now: float, reserved: int = 0) -> float:
        """Return the earliest time of a request that leaves ``reserved`` others free, or ``now``.

        A response can bring it forward.
        """
        for number in [number for number, until in self._counted_until.items() if until <= now]:
            del self._counted_until[number]
            self._started.pop(number, None)
        most = (_REDUCED_MOST if self.is_reduced(now) else _MOST) - reserved
        excess = len(self._counted_until) - most
        return now if excess < 0 else sorted(self._counted_until.values())[excess]

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

    def is_reduced(self, now: float) -> bool:
        """Return whether Discord's limit was exceeded in the last ten minutes."""
        return now < self._reduced_until

    def record_rate_limit(self, now: float) -> bool:
        """Record a global 429, after which at most 40 requests a second start for ten minutes.

        Returns whether this reduction is new.
        """
        is_new = not self.is_reduced(now)
        self._reduced_until = now + _REDUCED_SECONDS
        return is_new
