"""The connections of discord.py's HTTP client: the URL of Discord's API, a proxy, and timeouts.

discord.py sets no timeouts. If a response never came, the caller would wait for aiohttp's default of five
minutes. A timeout around discord.py's methods would be wrong, because they also sleep for rate limits and
retry. So the timeouts are set on each connection, which handles one request at a time.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
from aiohttp.client_proto import ResponseHandler
from aiohttp.tracing import Trace
from yarl import URL

from mjbot.core.scheduling.backoff import backoff
from mjbot.core.scheduling.rate_limiters import parse_retry_after

LOST = (aiohttp.ClientError, OSError)
"""The errors that discord.py raises if no HTTP response arrived. Discord may have accepted the request."""
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""The errors that discord.py raises for an unexpected answer."""

_LOGIN_WAIT, _LONGEST_DEFAULT_WAIT = 60.0, 900.0  # seconds without Retry-After; doubling
_LONGEST_LOGIN_WAIT = 3600.0  # even if Retry-After is longer
_LONGEST_RATE_LIMIT = 86_400.0  # that of the command sync is daily
_CONNECT_SECONDS = 5.0
_SEND_SECONDS = 60.0  # to send a request; a file of 10 MiB on a slow line
_SILENCE_SECONDS = 20.0  # without a byte of the response


def use_discord_at(url: str) -> None:
    """Set the base URL of Discord's REST API for all clients in this process."""
    discord.http.Route.BASE = url.rstrip("/")


async def use_gateway_of(http: discord.http.HTTPClient) -> None:
    """Use the gateway URL that the API returns, even for reconnects.

    Otherwise discord.py would connect to Discord's default gateway when a session cannot be resumed.
    """
    _, gateway, _ = await http.get_bot_gateway()
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A forward proxy for all connections to Discord, including the gateway. ``url`` is None for no proxy.

    The credentials are stored separately from the URL, so that they do not leak into error messages.
    """

    url: str | None = None
    auth: aiohttp.BasicAuth | None = field(default=None, repr=False)

    @classmethod
    def at(cls, address: str) -> Proxy:
        """Parse a URL such as ``http://user:password@host:port``. An empty string means no proxy."""
        if not address:
            return cls()
        url = URL(address)
        auth = aiohttp.BasicAuth(url.user, url.password or "", "utf-8") if url.user else None
        return cls(str(url.with_user(None)), auth)


def login_wait(retry_after: str | None, tries: int) -> float:
    """Return the seconds to wait before the next login after a 429.

    Without a valid ``Retry-After``, they double with each try.
    """
    seconds = parse_retry_after(retry_after)
    if seconds is None:
        seconds = backoff(_LOGIN_WAIT, tries, _LONGEST_DEFAULT_WAIT)
    return min(max(seconds, 1.0), _LONGEST_LOGIN_WAIT)


def proxy_problem(error: BaseException) -> str:
    """Return a sentence for the operator if the proxy caused this error, else ""."""
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return "The proxy in MJBOT_DISCORD_PROXY cannot be reached."
    if not isinstance(error, aiohttp.ClientHttpProxyError):
        return ""
    if error.status == 407:
        return "The proxy in MJBOT_DISCORD_PROXY asks for a user and a password, or refuses the given ones."
    return f"The proxy in MJBOT_DISCORD_PROXY does not connect to Discord (status {error.status})."


def rate_limit_trace() -> aiohttp.TraceConfig:
    """Return a trace that raises `ConnectionError` for a 429 by Discord without a usable ``retry_after``.

    discord.py stops all requests at a global 429 before it uses the time. If it could not sleep for it, it
    would never send a request again.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(_check_rate_limit)
    return trace


async def _check_rate_limit(
    _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
) -> None:
    response = end.response
    if response.status != 429 or "Via" not in response.headers:
        return  # discord.py does not wait for it
    try:
        data = json.loads(await response.text())
    except ValueError:
        return
    seconds = data.get("retry_after") if isinstance(data, dict) else None
    if not isinstance(seconds, int | float) or not 0 <= seconds <= _LONGEST_RATE_LIMIT:
        response.close()
        raise ConnectionError("a rate limit without a usable time")


class DeadlineConnector(aiohttp.TCPConnector):
    """A connector with timeouts for connecting, for sending a request and for reading the response."""

    def __init__(
        self,
        connect: float = _CONNECT_SECONDS,
        send: float = _SEND_SECONDS,
        silence: float = _SILENCE_SECONDS,
    ) -> None:
        super().__init__(limit=0)  # as discord.py's own
        self._connect_seconds = connect
        loop = asyncio.get_running_loop()
        # aiohttp has no public way to set the protocol of a connection; tests/ui/test_http.py would notice.
        self._factory = partial(_DeadlineProtocol, loop, send, silence)  # type: ignore[assignment]

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> ResponseHandler:
        """Open a connection, or raise TimeoutError after the timeout.

        Not `connect`, which aiohttp also calls for each request that reuses a connection.
        """
        async with asyncio.timeout(self._connect_seconds):
            return await super()._create_connection(req, traces, timeout)


class _DeadlineProtocol(ResponseHandler):
    """One connection with timeouts. They do not apply to an open WebSocket, which has its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: float, silence: float) -> None:
        super().__init__(loop=loop)
        self._send_seconds = send
        self._silence_seconds = silence
        self._sending: asyncio.TimerHandle | None = None

    def set_response_params(self, **params: Any) -> None:
        """Start the timeout for sending. aiohttp calls this before it sends a request."""
        super().set_response_params(**{**params, "read_timeout": self._silence_seconds})
        self._stop_timer()
        self._sending = asyncio.get_running_loop().call_later(self._send_seconds, self._abort)

    def start_timeout(self) -> None:
        """Stop the timeout for sending. aiohttp calls this when it has sent a request."""
        self._stop_timer()
        super().start_timeout()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop the timeout for sending. asyncio calls this when the connection has ended."""
        self._stop_timer()
        super().connection_lost(exc)

    def _abort(self) -> None:
        # Behind a proxy the tunnel takes over the transport, and this protocol has ended.
        if self.transport is not None and self.transport.get_protocol() is self:
            self.transport.abort()

    def _stop_timer(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None
