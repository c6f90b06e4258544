"""The rate limits of channels, which the headers of edits report.

discord.py hides these headers. The hooks of aiohttp see them in each response.

https://discord.com/developers/docs/topics/rate-limits#header-format
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace

import aiohttp

from mjbot.clock import Clock
from mjbot.core.editing.routes import ChannelBucket

_MESSAGE = re.compile(r"/channels/(\d+)/messages/\d+$")
_LONGEST_WINDOW = 60.0  # seconds; longer values in a header are cut

OnChannelBucket = Callable[[int, ChannelBucket], None]


class ChannelLimits:
    """Reports the rate limit of a channel after each edit of one of its messages."""

    def __init__(self, clock: Clock) -> None:
        self.trace = aiohttp.TraceConfig()
        """The trace for discord.py's HTTP client."""
        self.trace.on_request_end.append(self._on_end)
        self._clock = clock
        self._listeners: list[OnChannelBucket] = []

    def subscribe(self, listener: OnChannelBucket) -> None:
        """Call ``listener`` with a channel and its rate limit after each edit of one of its messages."""
        self._listeners.append(listener)

    async def _on_end(
        self, _s: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        message = _MESSAGE.search(end.url.path) if end.method == "PATCH" else None
        if message is None or (bucket := bucket_from(end.response.headers, self._clock.now())) is None:
            return
        for listener in self._listeners:
            listener(int(message[1]), bucket)


def bucket_from(headers: Mapping[str, str], now: float) -> ChannelBucket | None:
    """Read the rate limit in the headers of a response. Returns None unless they report all of it."""
    try:
        limit, remaining = int(headers["X-RateLimit-Limit"]), int(headers["X-RateLimit-Remaining"])
        seconds = min(_LONGEST_WINDOW, float(headers["X-RateLimit-Reset-After"]))
    except (KeyError, ValueError):
        return None
    return ChannelBucket(limit, remaining, now + seconds) if limit > 0 else None
