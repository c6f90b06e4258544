"""The message sink: edits by channel id and message id, with the bot's token or an interaction's.

Only this module decides what an error response of Discord means for a message.
https://discord.com/developers/docs/topics/opcodes-and-status-codes
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

import aiohttp
import discord

from mjbot.core.card.card import Card, Picture
from mjbot.core.editing.edit_queue import Edit
from mjbot.core.editing.outcome import Delivered, Gone, Later, Outcome, Refused, Rerouted
from mjbot.core.model.watch import DeliveredState, MessageRef
from mjbot.ports import File, PictureSource, is_attachment, is_smaller_copy
from mjbot.ui.breaker import InvalidRequestBreaker
from mjbot.ui.embeds import build_embed, build_file, build_view
from mjbot.ui.tokens import InteractionTokens, TokenRefused

log = logging.getLogger(__name__)

_CHANNEL_GONE = (10003, 10004, 50001)  # unknown channel, unknown guild, no access
_MESSAGE_GONE = (10008, 50005)  # unknown message, somebody else's message
_NO_FILE = (40005, 50013)  # too large; may not attach files here
_ARCHIVED, _OLD_MESSAGE = 50083, 30046
_TOKEN_SECONDS = 20.0  # an upload may take a while
_ARCHIVED_WAIT, _OLD_WAIT, _BUSY_WAIT = 600.0, 60.0, 5.0


class DiscordSink:
    """A `MessageSink` over discord.py."""

    def __init__(
        self,
        client: discord.Client,
        pictures: PictureSource,
        breaker: InvalidRequestBreaker,
        tokens: InteractionTokens,
    ) -> None:
        self._client = client
        self._pictures = pictures
        self._breaker = breaker
        self._tokens = tokens

    async def edit(self, edit: Edit) -> Outcome:
        """Apply one edit. If the message already shows this card, only verify its image.

        Raises if the bot's token is refused.
        """
        if (pause := self._breaker.wait_seconds()) > 0:
            return Later(pause)
        try:
            if edit.card.digest == edit.delivered.digest:
                return await self._verify_image(edit)
            return await self._deliver(edit, *await self._picture(edit))
        except TokenRefused:
            self._tokens.revoke(edit.ref)
            return Rerouted()
        except discord.HTTPException as error:
            return _outcome(error)
        except discord.RateLimited as error:
            return Later(error.retry_after)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.info("Discord could not be reached: %s", type(error).__name__)
            return Later()

    def token_until(self, ref: MessageRef) -> float:
        """Until when (unix seconds) a message can be edited by its interaction token."""
        return self._tokens.until(ref)

    async def message_exists(self, ref: MessageRef) -> bool:
        """False only if the message is known to be deleted."""
        try:
            await self._client.get_partial_messageable(ref.channel_id).fetch_message(ref.message_id)
        except discord.NotFound:
            return False
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError):
            return True  # it cannot be fetched at the moment
        return True

    async def _deliver(self, edit: Edit, image: str | None, file: File | None) -> Delivered:
        picture = edit.card.picture
        try:
            message = await self._send(edit, image, file)
            unverified = file is None and self._unverified(edit, image, message)
        except discord.HTTPException as error:
            if file is None or not (error.status == 413 or error.code in _NO_FILE):
                raise
            image = self._pictures.link(picture) if picture else None
            await self._send(edit, image, None)
            unverified = False  # no file is accepted here, so verifying again would change nothing
        return Delivered(
            DeliveredState(edit.card.digest, picture.key if image and picture else "", image or ""),
            unverified,
        )

    def _unverified(self, edit: Edit, image: str | None, message: discord.Message) -> bool:
        """Whether the result may not be visible: it should be a file, or Discord has not fetched the link."""
        picture = None if edit.text_only else edit.card.picture
        if picture is None or not picture.final or is_attachment(image or ""):
            return False
        return image is None or self._pictures.attaches(picture) or not _fetched(message)

    async def _verify_image(self, edit: Edit) -> Outcome:
        """Attach the result of a delivered card if Discord cannot fetch its link."""
        picture, kept = edit.card.picture, Delivered(edit.delivered)
        if picture is None or not picture.final or edit.text_only or is_attachment(edit.delivered.image):
            return kept
        if edit.delivered.image and not self._pictures.attaches(picture) and await self._link_works(edit):
            return kept
        file = await self._pictures.load(picture)
        if file is None:
            return replace(kept, unverified=True)
        return await self._deliver(edit, file.url, file)

    async def _link_works(self, edit: Edit) -> bool:
        try:
            return _fetched(await self._message(edit).fetch())
        except discord.Forbidden:  # the bot may not read the history of this channel
            return True

    async def _picture(self, edit: Edit) -> tuple[str | None, File | None]:
        """The image of the embed, and the file to upload for it if it is not there yet."""
        picture = None if edit.text_only else edit.card.picture
        if picture is None:
            return None, None
        if picture.key == edit.delivered.picture:
            return edit.delivered.image, None
        if self._pictures.attaches(picture) and (file := await self._pictures.load(picture)):
            return file.url, file
        return self._fallback(picture, edit.delivered), None

    def _fallback(self, picture: Picture, delivered: DeliveredState) -> str | None:
        if link := self._pictures.link(picture):
            return link
        # A preview that cannot be loaded leaves the one before it; a result must not show a preview.
        return None if picture.final else delivered.image or None

    def _message(self, edit: Edit) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(edit.ref.channel_id)
        return channel.get_partial_message(edit.ref.message_id)

    async def _send(self, edit: Edit, image: str | None, file: File | None) -> discord.Message:
        extra: dict[str, Any] = {}
        if file is not None:
            extra["attachments"] = [build_file(file)]
        elif is_attachment(edit.delivered.image) and image != edit.delivered.image:
            extra["attachments"] = []
        extra["view"] = None if edit.text_only else build_view(edit.card.rows)
        extra["embed"] = build_embed(_with_matching_text(edit.card, image), image)
        if not edit.by_token:
            return await self._message(edit).edit(content=None, **extra)
        if (token := self._tokens.get(edit.ref)) is None:
            raise TokenRefused
        webhook = discord.Webhook.partial(token.application_id, token.token, client=self._client)
        try:
            # Cancelling an edit delays what follows by the same token; nothing does.
            async with asyncio.timeout(_TOKEN_SECONDS):
                return await webhook.edit_message(edit.ref.message_id, content=None, **extra)
        except TimeoutError as error:
            raise TokenRefused from error
        except discord.HTTPException as error:
            if _is_route_refusal(error):
                raise TokenRefused from error
            raise


def _is_route_refusal(error: discord.HTTPException) -> bool:
    """Whether Discord refused the route, not the message or its content."""
    return error.status in (401, 403, 404, 429) and error.code not in (*_MESSAGE_GONE, *_NO_FILE)


def _with_matching_text(card: Card, image: str | None) -> Card:
    """The card with the description that fits what can be shown of its picture."""
    if not image:
        return card.without_image
    return card.with_smaller_image if is_smaller_copy(image) else card


def _fetched(message: discord.Message) -> bool:
    """Whether Discord has fetched the image of this message: it reports the size of what it could fetch.

    https://discord.com/developers/docs/resources/message#embed-object-embed-image-structure
    """
    image = message.embeds[0].image if message.embeds else None
    # Without an embed there is nothing to repair: a moderator has removed it.
    return image is None or image.url is None or bool(image.width and image.height)


def _outcome(error: discord.HTTPException) -> Outcome:
    status, code = error.status, error.code
    if status == 401:
        raise error  # the token was revoked: the process must stop and say so
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
