"""Loads the pictures that users attach or link to in a command, for the image service.

Each picture is checked before it is loaded, and then re-encoded. The copy is small enough for every server,
and has no metadata such as the place where a photo was taken. Nothing is stored.
"""

from __future__ import annotations

import asyncio
import base64
from typing import Final
from weakref import WeakValueDictionary

from mjbot.core.access.place import Place
from mjbot.core.card.card import Picture
from mjbot.core.i18n.text import escape, short
from mjbot.core.i18n.texts import Text
from mjbot.core.making.reference_pictures import (
    MAX_ADDRESS,
    MAX_BYTES,
    MIB,
    TARGET_BYTES,
    TARGET_SIDE,
    refuse_attachment,
)
from mjbot.core.model.addresses import readable
from mjbot.errors import PressRefused
from mjbot.pictures import raster
from mjbot.pictures.source import ImageLimits, Pictures
from mjbot.ports import Upload

USERS_LIMITS: Final = ImageLimits(final_bytes=MAX_BYTES, memory_bytes=4 * MAX_BYTES, cache_bytes=0)
"""The limits of the `Pictures` that load them."""
_UPLOADS, _UPLOADS_OF_PLACE = 2, 1  # at once; each takes up to 10 MiB, and the memory of the decoded pixels
_ADDRESSES_OF_PLACE = 2  # at once; together they hold up to half of the memory while their hosts are slow
_NAME = 80  # characters of a file name or address in a text
_WAIT_SECONDS = 30.0


class ReferencePictures:
    """Loads pictures from users. Implements `ReferenceSource`.

    ``web`` must not trust any private address, not even that of the image service, because users choose the
    URLs.
    """

    def __init__(self, web: Pictures) -> None:
        self._web = web
        self._uploads = asyncio.Semaphore(_UPLOADS)
        self._uploads_of: WeakValueDictionary[Place, asyncio.Semaphore] = WeakValueDictionary()
        self._addresses_of: WeakValueDictionary[Place, asyncio.Semaphore] = WeakValueDictionary()

    async def of_upload(self, upload: Upload, place: Place) -> str:
        """Return an uploaded picture as a data URL. Raises `PressRefused`."""
        reason = refuse_attachment(upload.name, upload.content_type, upload.size)
        if reason is not None:
            raise _refused(reason, upload.name)
        of_place = self._uploads_of.setdefault(place, asyncio.Semaphore(_UPLOADS_OF_PLACE))
        async with of_place, self._uploads:
            try:
                data = await upload.read()
            except OSError as error:
                raise _refused(Text.PICTURE_UNREADABLE, upload.name) from error
            return await self._encoded(data, upload.name)

    async def of_address(self, address: str, place: Place) -> str:
        """Return the picture at a public address as a data URL. Raises `PressRefused`."""
        url = readable(address, "", MAX_ADDRESS)
        if url is None:
            raise _refused(Text.PICTURE_ADDRESS, address)
        # Apart from uploads: users choose how slow a host is. The limits of ``web`` hold for its memory.
        of_place = self._addresses_of.setdefault(place, asyncio.Semaphore(_ADDRESSES_OF_PLACE))
        async with of_place, self._web.loaded(Picture(url, final=True), _WAIT_SECONDS) as file:
            if file is None:
                raise _refused(Text.PICTURE_UNREADABLE, address)
            return await self._encoded(file.data, address)

    async def _encoded(self, data: bytes, name: str) -> str:
        if len(data) > MAX_BYTES:
            raise _refused(Text.PICTURE_TOO_LARGE, name)
        copy = await self._web.worker.run(raster.reencode, data, TARGET_SIDE, TARGET_BYTES)
        if copy is None:
            raise _refused(Text.PICTURE_UNREADABLE, name)
        return "data:image/jpeg;base64," + base64.b64encode(copy).decode("ascii")


def _refused(text: Text, name: str) -> PressRefused:
    return PressRefused(text, name=escape(short(name, _NAME)), n=MAX_BYTES // MIB)
