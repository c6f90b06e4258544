"""The HTTP session for images, protected against SSRF: no API key, no cookies, no private addresses.

Every redirect goes through the connector again, so an address is always checked before it is used.
"""

from __future__ import annotations

import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from mjbot.core.model.addresses import is_literal, is_public_address, origin

_Origin = tuple[str, int] | None


def picture_session(upstream: str, resolver: AbstractResolver | None = None) -> aiohttp.ClientSession:
    """Create a session that reaches only public addresses, and the host and port of ``upstream``.

    Redirect URLs are not re-quoted, because that would break signed links. Bodies are not decompressed,
    because a small body could become a large one.
    """
    trusted = origin(upstream)
    return aiohttp.ClientSession(
        connector=_GuardedConnector(PublicResolver(trusted, resolver or aiohttp.ThreadedResolver()), trusted),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept": "image/*", "Accept-Encoding": "identity"},
        auto_decompress=False,
        requote_redirect_url=False,
    )


class PrivateAddress(aiohttp.ClientConnectionError):
    """Raised if a URL or a redirect leads to a private address."""


class _GuardedConnector(aiohttp.TCPConnector):
    def __init__(self, resolver: AbstractResolver, trusted: _Origin) -> None:
        super().__init__(resolver=resolver, limit=0)  # `HostQueue` limits the downloads
        self._trusted = trusted

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        # aiohttp does not pass IP literals to the resolver, so they are checked here.
        host = req.url.host or ""
        if is_literal(host) and (host, req.url.port) != self._trusted and not is_public_address(host):
            raise PrivateAddress("a private address")
        return await super().connect(req, traces, timeout)


class PublicResolver(AbstractResolver):
    """Resolves host names to public addresses only. ``trusted`` is a host and port that may be private."""

    def __init__(self, trusted: _Origin, inner: AbstractResolver) -> None:
        self._trusted = trusted
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses to connect to. Raises OSError if none of them is public."""
        results = await self._inner.resolve(host, port, family)
        if (host.lower().removesuffix("."), port) == self._trusted:
            return results
        # Checked after resolution, so a name that changes its address (DNS rebinding) is caught.
        public = [each for each in results if is_public_address(each["host"])]
        if not public:
            raise OSError("no public address")
        return public

    async def close(self) -> None:
        """Close the wrapped resolver."""
        await self._inner.close()
