"""The message sink, which posts and edits messages, using the bot token or an interaction token."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import discord

from mjbot.core.card.card import Card, Picture
from mjbot.core.card.content import Part, content_of, is_attachment
from mjbot.core.editing.outcome import Delivered, Existence, Outcome, Paused, Rerouted
from mjbot.core.editing.pending_edit import Edit
from mjbot.core.model.watch import DeliveredState, MessageRef
from mjbot.errors import ResponseLost
from mjbot.guard import UnexpectedErrors
from mjbot.ports import PictureSource, SentCard
from mjbot.ui.breaker import InvalidRequestBreaker
from mjbot.ui.embeds import build_embed, build_file, build_view
from mjbot.ui.http import LOST, UNREADABLE
from mjbot.ui.images import ImageLoader, ShownImage
from mjbot.ui.lost_responses import find_card
from mjbot.ui.refusals import existence_after, is_route_refusal, outcome_of
from mjbot.ui.sending import send_reduced
from mjbot.ui.shown_buttons import ShownButtons
from mjbot.ui.tokens import InteractionTokens, TokenRefused

_NONCE = 25  # characters, the longest that Discord accepts
_TOKEN_SECONDS = 20.0  # an upload may take a while


class DiscordSink:
    """Edits and posts messages through discord.py. Implements `MessageSink`."""

    def __init__(
        self,
        client: discord.Client,
        pictures: PictureSource,
        breaker: InvalidRequestBreaker,
        tokens: InteractionTokens,
    ) -> None:
        self._client = client
        self._pictures = pictures
        self._images = ImageLoader(client, pictures)
        self._breaker = breaker
        self._tokens = tokens
        self._buttons = ShownButtons()
        self._errors = UnexpectedErrors()

    async def edit(self, edit: Edit) -> Outcome:
        """Apply one edit. If the content of the message is up to date, only check that its image is shown.

        Raises `BotTokenRevoked`.
        """
        if (pause := self._breaker.wait_seconds(edit.ref.channel_id)) > 0:
            return Paused(pause)
        image = ShownImage(edit.delivered.image)
        try:
            async with AsyncExitStack() as held:
                if edit.card.digest == edit.delivered.digest:
                    return await self._verify(edit, image, held)
                await self._images.choose(edit, image, held)
                return await self._deliver(edit, image)
        except TokenRefused:
            self._tokens.revoke(edit.ref)
            return Rerouted()
        except Exception as error:
            return outcome_of(
                error,
                image.url,
                has_file=bool(image.files),
                first=edit.attempt == 0,
                errors=self._errors,
            )

    async def picture_ready(self, picture: Picture) -> None:
        """Wait until the download of a picture has succeeded or failed."""
        await self._images.wait(picture)

    def token_until(self, ref: MessageRef) -> float:
        """Return the time (unix seconds) until which a message can be edited with an interaction token."""
        return self._tokens.until(ref)

    def pause_of(self, channel_id: int) -> float:
        """Return the seconds until messages may be posted in a channel. 0 or less means now."""
        return self._breaker.wait_seconds(channel_id)

    async def post(self, channel_id: int, card: Card, *, nonce: str, since: float) -> SentCard:
        """Post a new message, or return the message if it was already posted. Raises `ResponseLost`."""
        if self.pause_of(channel_id) > 0:
            raise ResponseLost("edits are paused")
        channel = self._client.get_partial_messageable(channel_id)

        async def send(embed: discord.Embed, view: discord.ui.View | None) -> discord.Message:
            shown = view or discord.utils.MISSING
            return await channel.send(embed=embed, view=shown, nonce=nonce[-_NONCE:])

        try:
            if (found := await find_card(self._client, channel, card.footer, since)) is not None:
                return SentCard(MessageRef(channel_id, found))
            sent, omitted = await send_reduced(card, None, send)
        except Exception as error:
            raise ResponseLost(type(error).__name__) from error
        return SentCard(MessageRef(channel_id, sent.id), omitted)

    async def message_exists(self, ref: MessageRef) -> Existence:
        """Return whether a message exists. This sends a request."""
        if self._breaker.wait_seconds(ref.channel_id) > 0:
            return Existence.ASSUMED
        try:
            await self._client.get_partial_messageable(ref.channel_id).fetch_message(ref.message_id)
        except discord.HTTPException as error:
            return existence_after(error)
        except (discord.DiscordException, *LOST, *UNREADABLE):
            pass  # it cannot be fetched at the moment
        return Existence.ASSUMED

    async def _deliver(self, edit: Edit, image: ShownImage) -> Delivered:
        message = await self._send(edit, image)
        picture = None if image.follows else edit.card.picture
        key = picture.key if picture and (image.url or picture.final) else ""
        return Delivered(
            DeliveredState(edit.card.digest, key, image.url),
            unverified=not image.files and self._unverified(edit, image, message),
            follows=image.follows,
        )

    def _unverified(self, edit: Edit, image: ShownImage, message: discord.Message) -> bool:
        """Return whether the result may be invisible: the file is missing, or its link is not fetched yet."""
        picture = self._unattached_result(edit, image)
        if picture is None:
            return False
        return not image.url or self._pictures.attaches(picture) or not _fetched(message)

    def _unattached_result(self, edit: Edit, image: ShownImage) -> Picture | None:
        """Return the result picture if it is not attached to the message, else None.

        Also returns None for a video that is only linked, and after Discord has rejected the picture or the
        file, because another try would not help.
        """
        picture = edit.card.picture
        if picture is None or not picture.final or is_attachment(image.url):
            return None
        refused = edit.omitted & (Part.FILE | Part.PICTURE)
        return None if refused or self._images.is_only_linked(edit.card) else picture

    async def _verify(self, edit: Edit, image: ShownImage, held: AsyncExitStack) -> Outcome:
        """Attach the result picture of a delivered card if it is missing or Discord cannot fetch the link.

        If the picture cannot be attached, change the message to say so.
        """
        picture, kept = self._unattached_result(edit, image), Delivered(edit.delivered)
        if picture is None:
            return kept
        attaches = self._pictures.attaches(picture)
        if edit.delivered.image and not attaches and await self._link_works(edit):
            return kept
        await self._images.load(edit, image, held)
        says_so = edit.delivered.picture == picture.key and (attaches or not edit.delivered.image)
        if not image.files and (image.follows or says_so):
            return replace(kept, unverified=True, follows=image.follows)
        if not image.files and not attaches:
            image.url = ""  # a link that Discord cannot fetch
        return await self._deliver(edit, image)

    async def _link_works(self, edit: Edit) -> bool:
        try:
            return _fetched(await self._message(edit).fetch())
        except discord.Forbidden:  # the bot may not read the history of this channel
            return True

    def _message(self, edit: Edit) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(edit.ref.channel_id)
        return channel.get_partial_message(edit.ref.message_id)

    async def _send(self, edit: Edit, image: ShownImage) -> discord.Message:
        extra: dict[str, Any] = {}
        if image.files:
            extra["attachments"] = [build_file(each) for each in image.files]
        elif is_attachment(edit.delivered.image) and image.url != edit.delivered.image:
            extra["attachments"] = []
        content = content_of(edit.card, self._images.state(edit, image), edit.omitted)
        if not self._buttons.are_shown(edit, content.rows):
            extra["view"] = build_view(content.rows)
        self._buttons.forget(edit.ref)  # a failed edit may have been applied
        extra["embed"] = build_embed(content, self._images.embed_url(edit, image))
        message = await self._send_by_route(edit, extra, has_file=bool(image.files))
        self._buttons.remember(edit, content.rows)
        return message

    async def _send_by_route(self, edit: Edit, extra: dict[str, Any], *, has_file: bool) -> discord.Message:
        if not edit.by_token:
            return await self._message(edit).edit(content=None, **extra)
        if (token := self._tokens.get(edit.ref)) is None:
            raise TokenRefused
        webhook = discord.Webhook.partial(token.application_id, token.token, client=self._client)
        # discord.py forgets the proxy here.
        webhook.proxy, webhook.proxy_auth = self._client.http.proxy, self._client.http.proxy_auth
        try:
            # Cancelling an edit delays later ones by the same token; there are none, since it is revoked.
            async with asyncio.timeout(_TOKEN_SECONDS):
                return await webhook.edit_message(edit.ref.message_id, content=None, **extra)
        except TimeoutError as error:
            raise TokenRefused from error
        except discord.HTTPException as error:
            if is_route_refusal(error, has_file=has_file):
                raise TokenRefused from error
            raise


def _fetched(message: discord.Message) -> bool:
    """Return whether Discord has fetched the embed's image. Discord then reports the size of the image.

    https://discord.com/developers/docs/resources/message#embed-object-embed-image-structure
    """
    image = message.embeds[0].image if message.embeds else None
    # Without an embed there is nothing to repair: a moderator has removed it.
    return image is None or image.url is None or bool(image.width and image.height)
