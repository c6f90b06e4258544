"""Fetches, verifies and caches images, and decides which of them to attach."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

import aiohttp
from yarl import URL

from mjbot.clock import Clock
from mjbot.core.card.card import Medium, Picture
from mjbot.core.model.addresses import percent_encoded, readable, rebase
from mjbot.pictures import raster, video
from mjbot.pictures.budget import ByteBudget, NoRoom, Reservation
from mjbot.pictures.download import Deadlines, Download, Unusable, reserve
from mjbot.pictures.header import is_complete, read_header
from mjbot.pictures.hosts import HostFailed, HostQueue, HostUnavailable
from mjbot.pictures.worker import ImageWorker
from mjbot.ports import File

log = logging.getLogger(__name__)

ImageMode = Literal["auto", "link", "attach"]

_MIB = 1024 * 1024
_MAX_URL = 2048  # the longest URL that Discord accepts


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """The limits for one image, and for all images together, in bytes, seconds and pixels.

    Discord accepts files of 10 MiB in every guild. A larger result is attached as a smaller copy.
    """

    final_bytes: int = 32 * _MIB
    preview_bytes: int = _MIB
    attached_bytes: int = 10 * _MIB
    connect_seconds: float = 5.0
    silent_seconds: float = 5.0
    """In seconds without a byte. A host that has been too slow once is later given more time."""
    final_seconds: float = 20.0
    preview_seconds: float = 5.0
    memory_seconds: float = 30.0
    pixels: int = 64_000_000
    """The limit for images that are attached unchanged. Decoding has its own limit, `DECODED_BYTES`."""
    concurrent: int = 32
    """The number of downloads at once; before their first byte they use no memory."""
    concurrent_per_host: int = 4
    memory_bytes: int = 64 * _MIB
    """The limit for downloads, files in use and cached files together."""
    cache_bytes: int = 16 * _MIB
    """The limit for files that have not been used for a while; until then `memory_bytes` limits them."""
    cache_seconds: float = 60.0


DEFAULT_LIMITS = ImageLimits()


@dataclass(eq=False, slots=True)
class _SharedFile:
    """One image that is being downloaded, in use, or cached."""

    key: str
    reservation: Reservation
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    file: File | None = None
    users: int = 0
    timer: asyncio.TimerHandle | None = None
    """The timer of a cached file, else None."""


class Pictures:
    """Loads images over HTTP. Implements `PictureSource`. The caller closes the `picture_session`.

    ``base`` is the base URL of the image service, up to ``/mj``. Paths and URLs with a private host are
    resolved against it, unless it is empty.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        clock: Clock,
        mode: ImageMode,
        base: str = "",
        limits: ImageLimits = DEFAULT_LIMITS,
    ) -> None:
        self._session = session
        self._mode = mode
        self._base = base
        self._limits = limits
        self._hosts = HostQueue(limits.concurrent, limits.concurrent_per_host, clock)
        self._budget = ByteBudget(limits.memory_bytes)
        self.worker = ImageWorker()
        self._entries: dict[str, _SharedFile] = {}
        self._downloads: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Cancel all downloads, and drop all files."""
        for download in self._downloads:
            download.cancel()
        await asyncio.gather(*self._downloads, return_exceptions=True)
        self.worker.close()
        for entry in self._entries.values():
            entry.ended.set()  # a task that is cancelled before its first step would not set it
            if entry.timer is not None:
                entry.timer.cancel()
        self._entries.clear()

    @property
    def used_bytes(self) -> int:
        """The bytes of downloads, files in use and cached files, at most ``memory_bytes`` in total."""
        return self._budget.used

    def link(self, picture: Picture) -> str | None:
        """Return the URL of the image if Discord's servers can reach it, else None."""
        return readable(picture.image_url, self._base, _MAX_URL)

    def attaches(self, picture: Picture) -> bool:
        """Return whether this picture must be sent as an attachment."""
        if picture.medium is Medium.TEXT:
            return True  # no URL leads to it
        if self._mode == "auto":
            return picture.final or self.link(picture) is None
        return self._mode == "attach"

    @asynccontextmanager
    async def loaded(self, picture: Picture, within: float | None = None) -> AsyncIterator[File | None]:
        """Yield the file, or None. Waits for up to ``within`` seconds, if given. See `PictureSource`."""
        if picture.medium is Medium.TEXT:
            yield File(f"{picture.key}.txt", picture.text.encode("utf-8", "replace"))
            return
        # All cards of one task need its image at the same time: they share one download.
        entry = self._entries.get(picture.key) or self._start(picture)
        self._use(entry)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await entry.ended.wait()
            yield entry.file
        finally:
            entry.users -= 1
            self._release(entry)

    def _start(self, picture: Picture) -> _SharedFile:
        entry = self._entries[picture.key] = _SharedFile(picture.key, self._budget.reserve())
        download = asyncio.create_task(self._run(picture, entry), name=f"download of {picture.key}")
        self._downloads.add(download)
        download.add_done_callback(self._downloads.discard)
        return entry

    async def _run(self, picture: Picture, entry: _SharedFile) -> None:
        try:
            entry.file = await self._fetch(picture, entry.reservation)
        except (HostFailed, HostUnavailable, Unusable, NoRoom, ValueError) as error:
            log.info("an image cannot be fetched: %s", str(error) or type(error).__name__)
        except Exception:
            log.exception("an image cannot be fetched")
        finally:
            if entry.file is None:
                self._entries.pop(entry.key, None)
            entry.reservation.shrink(len(entry.file.data) if entry.file else 0)
            entry.ended.set()
            self._release(entry)

    def _use(self, entry: _SharedFile) -> None:
        entry.users += 1
        entry.reservation.use()
        if entry.timer is not None:
            entry.timer.cancel()
            entry.timer = None

    def _release(self, entry: _SharedFile) -> None:
        """Cache a file that is no longer used, if there is enough memory."""
        if entry.users or entry.file is None or self._entries.get(entry.key) is not entry:
            return
        loop = asyncio.get_running_loop()
        entry.timer = loop.call_later(self._limits.cache_seconds, self._trim, entry)
        entry.reservation.cache(lambda: self._forget(entry))

    def _trim(self, entry: _SharedFile) -> None:
        if self._budget.cached > self._limits.cache_bytes:
            entry.reservation.shrink(0)
            self._forget(entry)

    def _forget(self, entry: _SharedFile) -> None:
        del self._entries[entry.key]
        if entry.timer is not None:
            entry.timer.cancel()

    async def _fetch(self, picture: Picture, reservation: Reservation) -> File:
        url = percent_encoded(rebase(picture.url, self._base))
        download = Download(URL(url, encoded=True), reservation, self._max_bytes(picture))
        try:
            data = await self._download(picture, download)
        except NoRoom:
            # Retry once there is room for the whole file: then it cannot run out of room again.
            await reserve(reservation, download.expected_bytes, self._limits.memory_seconds)
            data = await self._download(picture, download)
        return await self._verify(picture, data)

    async def _download(self, picture: Picture, download: Download) -> bytes:
        limits = self._limits
        async with self._hosts.turn((download.url.host or "", download.url.port or 0)) as turn:
            deadlines = Deadlines(
                connect=limits.connect_seconds,
                silence=limits.final_seconds if turn.is_patient else limits.silent_seconds,
                total=limits.final_seconds if turn.is_patient or picture.final else limits.preview_seconds,
                memory=limits.memory_seconds,
            )
            return await download.run(self._session, turn, deadlines)

    def _max_bytes(self, picture: Picture) -> int:
        return self._limits.final_bytes if picture.final else self._limits.preview_bytes

    async def _verify(self, picture: Picture, data: bytes) -> File:
        limits = self._limits
        if (kind := video.kind_of(data)) is not None and picture.final:
            if not video.is_complete(data):
                raise Unusable("a part of a video")
            return File(f"{picture.key}.{kind}", data, picture.alt)
        header = read_header(data)
        if header is None or header.pixels > limits.pixels:
            raise Unusable("not an image, or too many pixels")
        if not is_complete(data, header):
            raise Unusable("a part of an image")
        if len(data) <= limits.attached_bytes:
            return File(f"{picture.key}.{header.kind}", data, picture.alt, header.size)
        copy = await self.worker.run(raster.shrink, data, limits.attached_bytes)
        if copy is None:
            raise Unusable("too large")
        return File.smaller_copy(f"{picture.key}.{raster.COPY_KIND}", copy, picture.alt, header.size)
