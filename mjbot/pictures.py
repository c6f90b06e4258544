"""Pictures from the image service: which to attach, fetched once, checked before they are shown.

An imageUrl is untrusted input. It is fetched without the key, within limits of time and size, and
never from a private address, save the image service's own host. Links of results die within a day, so
a result is attached where it can be.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections import OrderedDict
from typing import Literal
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from mjbot.core.card import Picture
from mjbot.ports import File

log = logging.getLogger(__name__)

Images = Literal["auto", "link", "attach"]

_FINAL_BYTES, _PREVIEW_BYTES = 10 * 1024 * 1024, 1024 * 1024
_FINAL_SECONDS, _PREVIEW_SECONDS = 20.0, 5.0
_AT_ONCE = 4
_KEPT_BYTES = 16 * 1024 * 1024
_REDIRECTS = 3
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF87a": "gif", b"GIF89a": "gif"}


class Pictures:
    """A `PictureSource` over HTTP. The session is the caller's, made with `guarded_connector`."""

    def __init__(self, session: aiohttp.ClientSession, mode: Images) -> None:
        self._session = session
        self._mode = mode
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._kept: OrderedDict[str, File] = OrderedDict()

    def link(self, picture: Picture) -> str | None:
        """The address, if Discord's servers can reach it."""
        return picture.url if _looks_public(picture.url) else None

    def attaches(self, picture: Picture) -> bool:
        """True when this picture is to be sent as a file."""
        if self._mode == "auto":
            return picture.final or not _looks_public(picture.url)
        return self._mode == "attach"

    async def load(self, picture: Picture) -> File | None:
        """The picture as a file; None when it cannot be had, is too large, or is no picture."""
        # Cards of one task want its picture at one moment: the first fetches it, the others find it kept.
        turn = self._turns.setdefault(picture.key, asyncio.Lock())
        async with turn, self._slots:
            if (kept := self._kept.get(picture.key)) is not None:
                return kept
            try:
                data = await self._download(picture)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                log.info("a picture cannot be fetched: %s", type(error).__name__)
                return None
            kind = kind_of(data)
            if kind is None:
                return None
            file = File(f"{picture.key}.{kind}", data, picture.alt)
            self._keep(picture.key, file)
            return file

    async def _download(self, picture: Picture) -> bytes:
        most = _FINAL_BYTES if picture.final else _PREVIEW_BYTES
        seconds = _FINAL_SECONDS if picture.final else _PREVIEW_SECONDS
        async with self._session.get(
            URL(picture.url, encoded=True),  # signed links must keep their query byte for byte
            timeout=aiohttp.ClientTimeout(total=seconds),
            max_redirects=_REDIRECTS,
        ) as answer:
            answer.raise_for_status()
            data = bytearray()
            async for chunk in answer.content.iter_chunked(64 * 1024):
                data += chunk
                if len(data) > most:
                    raise ValueError("too large")
            return bytes(data)

    def _keep(self, key: str, file: File) -> None:
        # Several cards may follow one task; the last few pictures are worth their memory.
        self._kept[key] = file
        while sum(len(each.data) for each in self._kept.values()) > _KEPT_BYTES:
            self._kept.popitem(last=False)


def kind_of(data: bytes) -> str | None:
    """The file type by its first bytes; None for anything that is not a raster picture."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in _KINDS.items() if data.startswith(magic)), None)


def guarded_connector(trusted_host: str) -> aiohttp.TCPConnector:
    """A connector that reaches public addresses only, and the image service's own host."""
    return _GuardedConnector(
        resolver=_PublicResolver(trusted_host), trusted_host=trusted_host, limit=2 * _AT_ONCE
    )


class _GuardedConnector(aiohttp.TCPConnector):
    def __init__(self, *, resolver: AbstractResolver, trusted_host: str, limit: int) -> None:
        super().__init__(resolver=resolver, limit=limit)
        self._trusted_host = trusted_host

    async def connect(self, req, traces, timeout):  # type: ignore[no-untyped-def]
        # aiohttp does not ask the resolver about a literal address, so it is looked at here.
        host = req.url.host or ""
        if host != self._trusted_host and _literal(host) is not None and not _public(host):
            raise aiohttp.ClientConnectionError("a private address")
        return await super().connect(req, traces, timeout)


class _PublicResolver(AbstractResolver):
    def __init__(self, trusted_host: str) -> None:
        self._inner = aiohttp.ThreadedResolver()
        self._trusted_host = trusted_host

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        results = await self._inner.resolve(host, port, family)
        if host == self._trusted_host:
            return results
        # Checked here, after resolution, so that the address checked is the address connected to.
        public = [each for each in results if _public(each["host"])]
        if not public:
            raise OSError("no public address")
        return public

    async def close(self) -> None:
        await self._inner.close()


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _public(host: str) -> bool:
    address = _literal(host)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address is not None and address.is_global and not address.is_multicast


def _looks_public(url: str) -> bool:
    """True when Discord's servers can probably fetch this address (they say nothing if they cannot)."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # such as "http://[x": an address that nobody can fetch
        return False
    if _literal(host) is not None:
        return _public(host)
    return "." in host and not host.endswith((".local", ".internal", ".lan", ".localhost"))
