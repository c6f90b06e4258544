"""Fetches, verifies and caches images, and decides which of them to attach."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from mjbot.core.card.card import Picture
from mjbot.core.model.addresses import percent_encoded, readable, rebase
from mjbot.pictures import raster
from mjbot.pictures.budget import ByteBudget, Reservation
from mjbot.pictures.worker import ImageWorker
from mjbot.ports import File

log = logging.getLogger(__name__)

ImageMode = Literal["auto", "link", "attach"]

_MIB = 1024 * 1024
_MAX_REDIRECTS = 3
_CHUNK = 64 * 1024
_MAX_URL = 2048  # the longest URL that Discord accepts


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """Limits for one image, and for all concurrent downloads. Bytes, seconds, pixels.

    Discord accepts files of 10 MiB everywhere; a larger result is attached as a smaller copy.
    """

    final_bytes: int = 32 * _MIB
    preview_bytes: int = _MIB
    attached_bytes: int = 10 * _MIB
    final_seconds: float = 20.0
    preview_seconds: float = 5.0
    pixels: int = 64_000_000
    concurrent: int = 4
    in_flight_bytes: int = 64 * _MIB
    cache_bytes: int = 16 * _MIB


DEFAULT_LIMITS = ImageLimits()


class Pictures:
    """A `PictureSource` over HTTP. The caller owns the session, made by `picture_session`.

    ``base`` is the base URL of the image service, up to ``/mj``; without it no URL is rebased.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        mode: ImageMode,
        base: str = "",
        limits: ImageLimits = DEFAULT_LIMITS,
    ) -> None:
        self._session = session
        self._mode = mode
        self._base = base
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.concurrent)
        self._budget = ByteBudget(limits.in_flight_bytes)
        self.worker = ImageWorker()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._cache: OrderedDict[str, File] = OrderedDict()
        self._loading: dict[str, asyncio.Future[File | None]] = {}

    def link(self, picture: Picture) -> str | None:
        """The URL, if Discord's servers can reach it."""
        return readable(picture.url, self._base, _MAX_URL)

    def attaches(self, picture: Picture) -> bool:
        """True if this image must be sent as an attachment."""
        if self._mode == "auto":
            return picture.final or self.link(picture) is None
        return self._mode == "attach"

    async def load(self, picture: Picture) -> File | None:
        """The image as a file; None if it is unavailable, too large, or not an image."""
        # All cards of one task want its image at the same time: the first one fetches it for the others.
        lock = self._locks.setdefault(picture.key, asyncio.Lock())
        async with lock:
            if (cached := self._cache.get(picture.key)) is not None:
                return cached
            try:
                file = await self._fetch(picture)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                log.info("an image cannot be fetched: %s", type(error).__name__)
                return None
            if file is not None:
                self._add_to_cache(picture.key, file)
            return file

    @asynccontextmanager
    async def loaded(self, picture: Picture) -> AsyncIterator[File | None]:
        """The image as a file."""
        loading = self._loading.get(picture.key)
        if loading is None:
            loading = self._loading[picture.key] = asyncio.ensure_future(self.load(picture))
            loading.add_done_callback(lambda _: self._loading.pop(picture.key, None))
        yield await asyncio.shield(loading)

    async def _fetch(self, picture: Picture) -> File | None:
        max_bytes = self._limits.final_bytes if picture.final else self._limits.preview_bytes
        async with self._slots, self._budget.reserve(max_bytes) as reservation:
            data = await self._download(picture, max_bytes, reservation)
            return await self._verify(picture, data)

    async def _download(self, picture: Picture, max_bytes: int, reservation: Reservation) -> bytes:
        limits = self._limits
        seconds = limits.final_seconds if picture.final else limits.preview_seconds
        async with self._session.get(
            URL(percent_encoded(rebase(picture.url, self._base)), encoded=True),
            timeout=aiohttp.ClientTimeout(total=seconds),
            max_redirects=_MAX_REDIRECTS,
        ) as response:
            response.raise_for_status()
            if response.content_length is not None:
                if response.content_length > max_bytes:
                    raise ValueError("too large")
                reservation.shrink(response.content_length)
            data = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                data += chunk
                if len(data) > max_bytes:
                    raise ValueError("too large")
            return bytes(data)

    async def _verify(self, picture: Picture, data: bytes) -> File | None:
        limits = self._limits
        header = await self.worker.run(raster.sniff_header, data, limits.pixels)
        if header is None:
            log.info("a downloaded file is not an image, or has too many pixels")
            return None
        if len(data) <= limits.attached_bytes:
            return File(f"{picture.key}.{header.kind}", data, picture.alt, header.size)
        copy = await self.worker.run(raster.shrink, data, header.kind, limits.attached_bytes)
        if copy is None:
            return None
        return File.smaller_copy(f"{picture.key}.{raster.COPY_KIND}", copy, picture.alt, header.size)

    def _add_to_cache(self, key: str, file: File) -> None:
        # Several cards may follow one task; the last few images are worth their memory.
        self._cache[key] = file
        while sum(len(each.data) for each in self._cache.values()) > self._limits.cache_bytes:
            self._cache.popitem(last=False)
