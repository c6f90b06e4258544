"""The channel route: edits by channel id and message id with the bot token, for ever.

What each of Discord's refusals means for a message is decided here, and nowhere else.
https://discord.com/developers/docs/topics/opcodes-and-status-codes
"""

from __future__ import annotations

import io
import logging
from typing import Any

import aiohttp
import discord

from mjbot.core.card import Picture
from mjbot.core.edits import Edit
from mjbot.core.outcome import Delivered, Gone, Later, Outcome, Refused
from mjbot.core.watch import Shown
from mjbot.ports import File, PictureSource
from mjbot.ui.embeds import embed_of, view_of

log = logging.getLogger(__name__)

_ATTACHED = "attachment://"
_CHANNEL_GONE = (10003, 10004, 50001)  # unknown channel, unknown guild, no access
_MESSAGE_GONE = (10008, 50005)  # unknown message, somebody else's message
_NO_FILE = (40005, 50013)  # too large; may not attach files here
_ARCHIVED, _OLD_MESSAGE = 50083, 30046
_ARCHIVED_WAIT, _OLD_WAIT, _BUSY_WAIT = 600.0, 60.0, 5.0


class DiscordSink:
    """A `MessageSink` over discord.py."""

    def __init__(self, client: discord.Client, pictures: PictureSource) -> None:
        self._client = client
        self._pictures = pictures

    async def edit(self, edit: Edit) -> Outcome:
        """Make one edit. Raises only when the bot's own token is refused."""
        image, file = await self._picture(edit)
        try:
            try:
                await self._send(edit, image, file)
            except discord.HTTPException as error:
                if file is None or not (error.status == 413 or error.code in _NO_FILE):
                    raise
                image = self._pictures.link(edit.card.picture) if edit.card.picture else None
                await self._send(edit, image, None)
        except discord.HTTPException as error:
            return _outcome(error)
        except discord.RateLimited as error:
            return Later(error.retry_after)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.info("Discord could not be reached: %s", type(error).__name__)
            return Later()
        picture = edit.card.picture.key if image and edit.card.picture else ""
        return Delivered(Shown(edit.card.digest, picture, image or ""))

    async def _picture(self, edit: Edit) -> tuple[str | None, File | None]:
        """What the embed shows, and the file to send for it if it is not there yet."""
        picture = None if edit.plain else edit.card.picture
        if picture is None:
            return None, None
        if picture.key == edit.shown.picture:
            return edit.shown.image, None
        if self._pictures.attaches(picture) and (file := await self._pictures.load(picture)):
            return f"{_ATTACHED}{file.name}", file
        return self._fallback(picture, edit.shown), None

    def _fallback(self, picture: Picture, shown: Shown) -> str | None:
        if link := self._pictures.link(picture):
            return link
        # A preview that cannot be had leaves the one before it; a result must not show a preview.
        return None if picture.final else shown.image or None

    async def _send(self, edit: Edit, image: str | None, file: File | None) -> None:
        channel = self._client.get_partial_messageable(edit.ref.channel_id)
        message = channel.get_partial_message(edit.ref.message_id)
        extra: dict[str, Any] = {}
        if file is not None:
            extra["attachments"] = [
                discord.File(io.BytesIO(file.data), file.name, description=file.alt or None)
            ]
        elif edit.shown.image.startswith(_ATTACHED) and image != edit.shown.image:
            extra["attachments"] = []
        view = None if edit.plain else view_of(edit.card.rows)
        await message.edit(
            content=None,
            embed=embed_of(edit.card if image else edit.card.without_picture, image),
            view=view,
            **extra,
        )


def _outcome(error: discord.HTTPException) -> Outcome:
    status, code = error.status, error.code
    if status == 401:
        raise error  # the token was revoked: nothing can be done but to stop and say so
    if code in _CHANNEL_GONE:
        return Gone(channel=True)
    if code in _MESSAGE_GONE or status == 404:
        return Gone()
    if code == _ARCHIVED:
        return Later(_ARCHIVED_WAIT)
    if status == 429:
        return Later(_OLD_WAIT if code == _OLD_MESSAGE else _BUSY_WAIT, whole_channel=True)
    if status >= 500:
        return Later()
    log.warning("Discord refused a card: status %s, code %s", status, code)
    return Refused()
