"""Files that users upload to Discord, and the pictures of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import aiohttp
import discord

from mjbot.core.i18n.texts import Text
from mjbot.core.making.reference_pictures import refuse_attachment


class DiscordUpload:
    """An uploaded file, described by Discord's attachment object. Implements `Upload`."""

    def __init__(self, http: discord.http.HTTPClient, data: Mapping[str, Any]) -> None:
        self._http = http
        self._data = data

    @classmethod
    def of(cls, http: discord.http.HTTPClient, attachment: discord.Attachment) -> Self:
        """Create the upload for an attachment that is an option of a slash command."""
        return cls(http, attachment.to_dict())

    @property
    def name(self) -> str:
        """The file name."""
        return str(self._data.get("filename") or "")

    @property
    def content_type(self) -> str | None:
        """The media type, or None, because Discord omits it for some files."""
        found = self._data.get("content_type")
        return str(found) if found else None

    @property
    def size(self) -> int:
        """The size in bytes, as Discord reports it."""
        return int(self._data.get("size") or 0)

    async def read(self) -> bytes:
        """Download the file. Raises OSError."""
        try:
            return await self._http.get_from_cdn(str(self._data.get("url")))
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
            raise OSError(type(error).__name__) from error


def picture_in(message: discord.Message, http: discord.http.HTTPClient) -> DiscordUpload | str | None:
    """Return the first picture of a message: an attachment, or the URL of an embed's image."""
    for attachment in message.attachments:
        upload = DiscordUpload.of(http, attachment)
        if refuse_attachment(upload.name, upload.content_type, upload.size) is not Text.PICTURE_TYPE:
            return upload
    for embed in message.embeds:
        for shown in (embed.image, embed.thumbnail):
            if address := shown.proxy_url or shown.url:  # Discord's copy lasts longer than most originals
                return address
    return None
