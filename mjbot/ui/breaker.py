"""The breaker that pauses all edits: after a global rate limit, and near the limit of invalid requests.

10,000 responses of 401, 403 or 429 within ten minutes ban an IP address:
https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from __future__ import annotations

import logging
from types import SimpleNamespace

import aiohttp

from mjbot.clock import Clock
from mjbot.core.scheduling.rate_limiters import SlidingWindow

log = logging.getLogger(__name__)

_MOST, _SECONDS = 1_000, 600.0  # a tenth of the limit: other programs may share the address
_INVALID = (401, 403, 429)
# After a global rate limit, discord.py first retries the requests that it had started.
_CATCHING_UP = 1.0
_RESTS = (30.0, 600.0)  # seconds; doubled from the first to the second
_LONGEST = 60.0  # even if Retry-After is longer


class InvalidRequestBreaker:
    """Counts the invalid requests of the whole process, and says for how long edits must pause."""

    def __init__(self, clock: Clock, most: int = _MOST) -> None:
        self._clock = clock
        self._invalid = SlidingWindow(most, _SECONDS)
        self._open = False
        self._paused_until = 0.0
        self._rest = 0.0
        self.trace = aiohttp.TraceConfig()
        """For discord.py's HTTP client."""
        self.trace.on_request_end.append(self._count)

    def wait_seconds(self) -> float:
        """Return the seconds for which no edit may be made; 0 or less if edits are allowed."""
        now = self._clock.now()
        seconds = self._invalid.ready_at(now) - now
        if (seconds > 0) != self._open:
            self._open = not self._open
            log.warning("edits %s", "paused: too many invalid requests" if self._open else "resumed")
        return max(seconds, self._paused_until - now)

    async def _count(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        headers = end.response.headers
        if end.response.status == 429 and headers.get("X-RateLimit-Scope") == "global":
            self._paused_until = self._clock.now() + _seconds(headers.get("Retry-After")) + _CATCHING_UP
        self._rest_if_blocked(end.response)
        # A shared rate limit does not count as an invalid request.
        shared = headers.get("X-RateLimit-Scope") == "shared"
        if end.response.status in _INVALID and not shared:
            self._invalid.take(self._clock.now())

    def _rest_if_blocked(self, response: aiohttp.ClientResponse) -> None:
        """Pause if an invalid request was not answered by Discord's API itself: the address may be banned.

        Cloudflare answers with a page. Each further request would count towards the ban.
        """
        if response.status < 300:
            self._rest = 0.0
        elif response.status in _INVALID and response.content_type != "application/json":
            shortest, longest = _RESTS
            self._rest = min(max(2 * self._rest, shortest), longest)
            self._paused_until = max(self._paused_until, self._clock.now() + self._rest)
            log.warning("edits paused for %.0f s: status %s without JSON", self._rest, response.status)


def _seconds(retry_after: str | None) -> float:
    try:
        return min(max(0.0, float(retry_after or 1.0)), _LONGEST)
    except ValueError:
        return 1.0
