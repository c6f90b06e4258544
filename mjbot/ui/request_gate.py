"""The gate that every request to Discord's API passes. It applies Discord's rate limits.

discord.py slows down only after a global 429, and hides the headers that report the limit of a channel. The
hooks of aiohttp see each request before it is sent, discord.py's retries included, and each response.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace

import aiohttp
from yarl import URL

from mjbot.clock import Clock, Wakeup
from mjbot.core.editing.request_budget import RequestBudget
from mjbot.core.editing.routes import ChannelBucket

log = logging.getLogger(__name__)

# "Interaction endpoints are not bound to the bot's Global Rate Limit."
# https://discord.com/developers/docs/interactions/receiving-and-responding#endpoints
_BY_TOKEN = re.compile(r"/(?:interactions|webhooks)/\d+/[^/]+")
_MESSAGE = re.compile(r"/channels/(\d+)/messages/\d+$")

_LONGEST_WINDOW = 60.0  # seconds, whatever a response tells

OnChannelBucket = Callable[[int, ChannelBucket], None]


class RequestGate:
    """Delays requests that would exceed Discord's global limit, and reports the limits of channels.

    ``api`` is the base URL of Discord's API.
    """

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
        self._listeners: list[OnChannelBucket] = []

    def subscribe(self, listener: OnChannelBucket) -> None:
        """Call ``listener`` with a channel and its limit after each edit of one of its messages."""
        self._listeners.append(listener)

    def is_counted(self, url: URL) -> bool:
        """Return whether the global limit counts a request: those by the bot's token, and no files."""
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
        now, headers = self._clock.now(), end.response.headers
        if end.response.status == 429 and headers.get("X-RateLimit-Scope") == "global":
            log.warning("Discord's global rate limit was exceeded: edits are slower for ten minutes")
            self.budget.record_rate_limit(now)
        message = _MESSAGE.search(end.url.path) if end.method == "PATCH" else None
        if message is not None and (limit := limit_in(headers, now)) is not None:
            for listener in self._listeners:
                listener(int(message[1]), limit)
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


def limit_in(headers: Mapping[str, str], now: float) -> ChannelBucket | None:
    """Read the rate limit in the headers of a response, or None if there is none.

    https://discord.com/developers/docs/topics/rate-limits#header-format
    """
    try:
        limit, remaining = int(headers["X-RateLimit-Limit"]), int(headers["X-RateLimit-Remaining"])
        seconds = min(_LONGEST_WINDOW, float(headers["X-RateLimit-Reset-After"]))
    except (KeyError, ValueError):
        return None
    return ChannelBucket(limit, remaining, now + seconds) if limit > 0 else None
