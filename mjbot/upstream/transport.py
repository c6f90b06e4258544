"""Sends requests over HTTP, with limits on time and size.

A read without a response has simply failed. A submit without a response may have been accepted.
"""

from __future__ import annotations

from collections.abc import Callable

import aiohttp

from mjbot.errors import UpstreamUnavailable
from mjbot.errors.submits import SubmitUnclear
from mjbot.upstream.api import Request
from mjbot.upstream.network import failure_words
from mjbot.upstream.responses import ReadTimeout, Response, ResponseTooLarge

_MAX_BODY = 8 * 1024 * 1024


def api_session(*traces: aiohttp.TraceConfig) -> aiohttp.ClientSession:
    """Create the session for the image service.

    Its connections are not limited: submits and seeds, which may take a minute each and have limits per user
    and guild, would keep the polls of everyone's cards waiting for one.
    """
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trace_configs=list(traces))


class Transport:
    """Sends the requests of one client. ``redact`` removes secrets from every response body."""

    def __init__(self, session: aiohttp.ClientSession, redact: Callable[[bytes], bytes]) -> None:
        self._session = session
        self._redact = redact

    async def read(self, request: Request) -> Response:
        """Send a request that is safe to retry. Raises `UpstreamUnavailable` or `ReadTimeout`."""
        try:
            return await self._send(request)
        except TimeoutError as error:
            raise ReadTimeout(failure_words(error)) from None
        except (aiohttp.ClientError, OSError) as error:
            raise UpstreamUnavailable(failure_words(error)) from None

    async def submit(self, request: Request) -> Response:
        """Send a submit once. Raises `UpstreamUnavailable` if nothing was sent, else `SubmitUnclear`."""
        try:
            return await self._send(request)
        except aiohttp.ClientConnectorError as error:
            raise UpstreamUnavailable(failure_words(error)) from None  # nothing was sent
        except (aiohttp.ClientError, OSError, TimeoutError, ResponseTooLarge) as error:
            raise SubmitUnclear(type(error).__name__) from None

    async def _send(self, request: Request) -> Response:
        async with self._session.request(
            request.method,
            request.url,
            headers=request.headers,
            json=request.json,
            timeout=aiohttp.ClientTimeout(total=request.timeout),
            allow_redirects=False,  # a redirect would carry the key to an address that is not configured
        ) as response:
            body = await response.content.read(_MAX_BODY)
            while len(body) < _MAX_BODY and (chunk := await response.content.read(_MAX_BODY - len(body))):
                body += chunk
            if len(body) >= _MAX_BODY:
                raise ResponseTooLarge(f"its answer has more than {_MAX_BODY:,} bytes")
            return Response(response.status, self._redact(body), response.headers)
