"""Which pictures to attach, and how they are had."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from mjbot.core.card.card import Picture
from mjbot.pictures import raster
from mjbot.pictures.addresses import looks_public, rebased, sendable
from mjbot.pictures.budget import ByteBudget, Share
from mjbot.pictures.worker import ImageWorker
from mjbot.ports import SMALLER, File

log = logging.getLogger(__name__)

Images = Literal["auto", "link", "attach"]

_MIB = 1024 * 1024
_REDIRECTS = 3
_CHUNK = 64 * 1024
_URL = 2048  # the longest address that Discord takes


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What one picture, and all that are under way, may cost. Bytes, seconds, pixels.

    Discord takes files of 10 MiB everywhere; a larger result is attached as a smaller copy.
    """

    final_bytes: int = 32 * _MIB
    preview_bytes: int = _MIB
    attached_bytes: int = 10 * _MIB
    final_seconds: float = 20.0
    preview_seconds: float = 5.0
    pixels: int = 64_000_000
    at_once: int = 4
    in_flight_bytes: int = 64 * _MIB
    kept_bytes: int = 16 * _MIB


DEFAULT_LIMITS = ImageLimits()


class Pictures:
    """A `PictureSource` over HTTP. The session is the caller's, made by `picture_session`.

    ``base`` is where the image service is, up to ``/mj``; without it no address is rebased.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        mode: Images,
        base: str = "",
        limits: ImageLimits = DEFAULT_LIMITS,
    ) -> None:
        self._session = session
        self._mode = mode
        self._base = base
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.at_once)
        self._budget = ByteBudget(limits.in_flight_bytes)
        self.worker = ImageWorker()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._kept: OrderedDict[str, File] = OrderedDict()

    def link(self, picture: Picture) -> str | None:
        """The address, if Discord's servers can reach it."""
        url = rebased(picture.url, self._base)
        return url if looks_public(url) and len(url) <= _URL else None

    def attaches(self, picture: Picture) -> bool:
        """True when this picture is to be sent as a file."""
        if self._mode == "auto":
            return picture.final or self.link(picture) is None
        return self._mode == "attach"

    async def load(self, picture: Picture) -> File | None:
        """The picture as a file; None when it cannot be had, is too large, or is no picture."""
        # Cards of one task want its picture at one moment: the first fetches it, the others find it kept.
        turn = self._turns.setdefault(picture.key, asyncio.Lock())
        async with turn:
            if (kept := self._kept.get(picture.key)) is not None:
                return kept
            try:
                file = await self._fetch(picture)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                log.info("a picture cannot be fetched: %s", type(error).__name__)
                return None
            if file is not None:
                self._keep(picture.key, file)
            return file

    async def _fetch(self, picture: Picture) -> File | None:
        most = self._limits.final_bytes if picture.final else self._limits.preview_bytes
        async with self._slots, self._budget.hold(most) as share:
            data = await self._download(picture, most, share)
            return await self._file(picture, data)

    async def _download(self, picture: Picture, most: int, share: Share) -> bytes:
        limits = self._limits
        seconds = limits.final_seconds if picture.final else limits.preview_seconds
        async with self._session.get(
            URL(sendable(rebased(picture.url, self._base)), encoded=True),
            timeout=aiohttp.ClientTimeout(total=seconds),
            max_redirects=_REDIRECTS,
        ) as answer:
            answer.raise_for_status()
            if answer.content_length is not None:
                if answer.content_length > most:
                    raise ValueError("too large")
                share.shrink(answer.content_length)
            data = bytearray()
            async for chunk in answer.content.iter_chunked(_CHUNK):
                data += chunk
                if len(data) > most:
                    raise ValueError("too large")
            return bytes(data)

    async def _file(self, picture: Picture, data: bytes) -> File | None:
        limits = self._limits
        header = await self.worker.work(raster.sniff_header, data, limits.pixels)
        if header is None:
            log.info("what came for a picture is none, or has too many pixels")
            return None
        if len(data) <= limits.attached_bytes:
            return File(f"{picture.key}.{header.kind}", data, picture.alt, header.size)
        copy = await self.worker.work(raster.smaller, data, header.kind, limits.attached_bytes)
        name = f"{picture.key}{SMALLER}.{raster.COPY_KIND}"
        return File(name, copy, picture.alt, header.size) if copy else None

    def _keep(self, key: str, file: File) -> None:
        # Several cards may follow one task; the last few pictures are worth their memory.
        self._kept[key] = file
        while sum(len(each.data) for each in self._kept.values()) > self._limits.kept_bytes:
            self._kept.popitem(last=False)
