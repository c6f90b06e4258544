"""Discord's global rate limit, which requests wait for before they are sent.

discord.py slows down only after a global 429. The hooks of aiohttp see each request before it is sent,
discord.py's retries included.
"""

from __future__ import annotations

import logging
import re
from types import SimpleNamespace

import aiohttp
from yarl import URL

from mjbot.clock import Clock, Wakeup
from mjbot.core.editing.request_budget import RequestBudget

log = logging.getLogger(__name__)

# "Interaction endpoints are not bound to the bot's Global Rate Limit."
# https://discord.com/developers/docs/interactions/receiving-and-responding#endpoints
_BY_TOKEN = re.compile(r"/(?:interactions|webhooks)/\d+/[^/]+")


class GlobalRateLimiter:
    """Delays requests that would exceed Discord's global limit. ``api`` is the base URL of Discord's API."""

    def __init__(self, api: str, clock: Clock) -> None:
        self.budget = RequestBudget()
        """The budget of the global limit, which edits share with all other requests."""
        self.trace = aiohttp.TraceConfig()
        """The trace for discord.py's HTTP client."""
        self.trace.on_request_start.append(self._on_start)
        self.trace.on_request_end.append(self._on_end)
        self.trace.on_request_exception.append(self._on_exception)
        self._api = URL(api)
        self._clock = clock
        self._wakeup = Wakeup(clock, "until a request may be sent")

    def is_counted(self, url: URL) -> bool:
        """Return whether the global limit counts a request: those by the bot's token, not those for files."""
        if url.origin() != self._api.origin() or not url.path.startswith(self._api.path):
            return False
        return _BY_TOKEN.match(url.path, len(self._api.path)) is None

    async def _on_start(
        self, _s: aiohttp.ClientSession, context: SimpleNamespace, start: aiohttp.TraceRequestStartParams
    ) -> None:
        if not self.is_counted(start.url):
            return
        while (at := self.budget.ready_at(now := self._clock.now())) > now:
            await self._wakeup.wait(at)
        context.request_number = self.budget.start(now)

    async def _on_end(
        self, _s: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        now = self._clock.now()
        is_global = end.response.status == 429 and end.response.headers.get("X-RateLimit-Scope") == "global"
        if is_global and self.budget.record_rate_limit(now):
            log.warning("Discord's global rate limit was hit: at most 40 requests a second for ten minutes")
        self._count_end(context, now, answered=True)

    async def _on_exception(
        self, _s: aiohttp.ClientSession, context: SimpleNamespace, _e: aiohttp.TraceRequestExceptionParams
    ) -> None:
        self._count_end(context, self._clock.now(), answered=False)

    def _count_end(self, context: SimpleNamespace, now: float, *, answered: bool) -> None:
        number: int | None = getattr(context, "request_number", None)
        if number is not None:
            self.budget.end(number, now, answered=answered)
            self._wakeup.notify()
