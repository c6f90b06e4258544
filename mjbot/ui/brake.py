"""Discord's budget of invalid requests: 10,000 answers of 401, 403 or 429 in ten minutes ban an address.

https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from __future__ import annotations

import logging
from types import SimpleNamespace

import aiohttp

from mjbot.clock import Clock
from mjbot.core.pace import Window

log = logging.getLogger(__name__)

_MOST, _SECONDS = 1_000, 600.0  # a tenth of the budget: other programs may share the address
_INVALID = (401, 403, 429)


class Brake:
    """Counts the refusals of all our requests to Discord, and says how long edits had better rest."""

    def __init__(self, clock: Clock, most: int = _MOST) -> None:
        self._clock = clock
        self._window = Window(most, _SECONDS)
        self._on = False
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
        return seconds

    async def _count(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        # A limit that is shared with others is not held against us.
        shared = end.response.headers.get("X-RateLimit-Scope") == "shared"
        if end.response.status in _INVALID and not shared:
            self._window.take(self._clock.now())
