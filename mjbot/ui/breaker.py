"""What holds all edits back: Discord's limit of all requests, and its budget of invalid ones.

10,000 answers of 401, 403 or 429 in ten minutes ban an address:
https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from __future__ import annotations

import logging
from types import SimpleNamespace

import aiohttp

from mjbot.clock import Clock
from mjbot.core.scheduling.rate_limiters import SlidingWindow

log = logging.getLogger(__name__)

_MOST, _SECONDS = 1_000, 600.0  # a tenth of the budget: other programs may share the address
_INVALID = (401, 403, 429)
# After a limit of all requests discord.py sends what it had begun once more; that comes first.
_CATCHING_UP = 1.0
_LONGEST = 60.0  # then it is asked again, whatever was said


class InvalidRequestBreaker:
    """Counts the refusals of all our requests to Discord, and says how long edits had better rest."""

    def __init__(self, clock: Clock, most: int = _MOST) -> None:
        self._clock = clock
        self._window = SlidingWindow(most, _SECONDS)
        self._on = False
        self._paused_until = 0.0
        self.trace = aiohttp.TraceConfig()
        """For discord.py's HTTP client."""
        self.trace.on_request_end.append(self._count)

    def rest(self) -> float:
        """The seconds for which no edit should be made; 0 when all is well."""
        now = self._clock.now()
        seconds = self._window.ready_at(now) - now
        if (seconds > 0) != self._on:
            self._on = not self._on
            log.warning("Discord refused too much; edits %s", "rest" if self._on else "go on")
        return max(seconds, self._paused_until - now)

    async def _count(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        headers = end.response.headers
        if end.response.status == 429 and headers.get("X-RateLimit-Scope") == "global":
            self._paused_until = self._clock.now() + _seconds(headers.get("Retry-After")) + _CATCHING_UP
        # A limit that is shared with others is not held against us.
        shared = headers.get("X-RateLimit-Scope") == "shared"
        if end.response.status in _INVALID and not shared:
            self._window.take(self._clock.now())


def _seconds(told: str | None) -> float:
    try:
        return min(max(0.0, float(told or 1.0)), _LONGEST)
    except ValueError:
        return 1.0
