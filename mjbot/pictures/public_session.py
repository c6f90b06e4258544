"""The session for pictures: no key, no cookies, and no connection to a private address.

Every hop of a redirect asks the connector anew, so what is checked is what is connected to.
"""

from __future__ import annotations

import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from mjbot.pictures.addresses import is_literal, origin, public_address

_CONNECTIONS = 8
_Origin = tuple[str, int] | None


def picture_session(upstream: str, resolver: AbstractResolver | None = None) -> aiohttp.ClientSession:
    """A session that reaches public addresses only, and the host and port of ``upstream``.

    Redirects and bodies are taken as they come: re-quoting would break signed links, and unpacking
    would let a small body become a large one.
    """
    trusted = origin(upstream)
    return aiohttp.ClientSession(
        connector=_GuardedConnector(PublicResolver(trusted, resolver or aiohttp.ThreadedResolver()), trusted),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept": "image/*", "Accept-Encoding": "identity"},
        auto_decompress=False,
        requote_redirect_url=False,
    )


class _GuardedConnector(aiohttp.TCPConnector):
    def __init__(self, resolver: AbstractResolver, trusted: _Origin) -> None:
        super().__init__(resolver=resolver, limit=_CONNECTIONS)
        self._trusted = trusted

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        # aiohttp does not ask the resolver about a literal address, so it is looked at here.
        host = req.url.host or ""
        if is_literal(host) and (host, req.url.port) != self._trusted and not public_address(host):
            raise aiohttp.ClientConnectionError("a private address")
        return await super().connect(req, traces, timeout)


class PublicResolver(AbstractResolver):
    """Resolves to public addresses alone, whatever the name; ``trusted`` is a host and a port."""

    def __init__(self, trusted: _Origin, inner: AbstractResolver) -> None:
        self._trusted = trusted
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses to connect to. Raises OSError when none of them is public."""
        results = await self._inner.resolve(host, port, family)
        if (host.lower().removesuffix("."), port) == self._trusted:
            return results
        # Checked here, after resolution, so that the address checked is the address connected to.
        public = [each for each in results if public_address(each["host"])]
        if not public:
            raise OSError("no public address")
        return public

    async def close(self) -> None:
        """Close the resolver that does the work."""
        await self._inner.close()
