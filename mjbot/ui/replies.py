"""Responses to interactions: public cards, ephemeral texts and modals."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

import discord

from mjbot.clock import Clock
from mjbot.core.card.buttons import Rows
from mjbot.core.card.card import Card
from mjbot.core.card.content import Part, rows_without
from mjbot.core.card.menu import Menu
from mjbot.core.card.modals import ModalSpec
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.model.watch import MessageRef
from mjbot.errors import ResponseLost
from mjbot.ports import File, SentCard
from mjbot.ui import embeds
from mjbot.ui.followups import send_followup
from mjbot.ui.lost_responses import respond
from mjbot.ui.modals import build_modal
from mjbot.ui.refusals import is_deleted
from mjbot.ui.sending import DELIVERY_ERRORS, send_at_least_once, send_private_reduced, send_reduced
from mjbot.ui.tokens import TOKEN_LIFE, InteractionTokens

log = logging.getLogger(__name__)

_REPLY: Final = "reply"  # its key in `discord.Interaction.extras`


class InteractionReply:
    """Replies to one interaction. Implements `Reply`.

    With ``update``, the response edits the pressed message. With ``private``, the response is ephemeral.
    """

    def __init__(
        self,
        interaction: discord.Interaction[Any],
        tokens: InteractionTokens,
        clock: Clock,
        *,
        update: bool = False,
        private: bool = False,
    ) -> None:
        self._interaction = interaction
        self._tokens = tokens
        self._clock = clock
        self._update = update
        self._private = private
        self._ref: MessageRef | None = None
        self._has_card = False
        self._replaced = False
        self._responded = False

    @property
    def responded(self) -> bool:
        """Whether the initial response was sent. After that, no modal can be opened."""
        return self._ref is not None or self._responded or self._interaction.response.is_done()

    async def defer(self, *, private: bool = False) -> MessageRef:
        """Defer the response and return its message. With ``update``, the user sees no change."""
        if self._ref is None:
            self._private = self._private or private
            self._ref = MessageRef(self._channel_id, await self._defer())
        return self._ref

    async def _defer(self) -> int:
        response = self._interaction.response
        if self._update and self._interaction.message is not None:
            return await self._respond(response.defer, self._interaction.message.id)
        send = partial(response.defer, thinking=not self._update, ephemeral=self._private)
        return await self._respond(send)

    async def send_card(self, card: Card, image: str | None, *, follows: bool = True) -> SentCard:
        """Show a card in the public response. Raises `ResponseLost`."""
        try:
            ref, omitted = await send_reduced(card, image, self._show, follows=follows)
        except Exception as error:
            raise ResponseLost(type(error).__name__) from error
        if not (self._update or self._private):
            interaction = self._interaction
            created_at = interaction.created_at.timestamp()
            self._tokens.register(ref, interaction.application_id, interaction.token, created_at)
        return SentCard(ref, omitted)

    async def show_placeholder(self, card: Card) -> None:
        """Show a card in the response until a later call replaces the card."""
        try:
            await send_reduced(card, None, self._show)
        except Exception as error:
            log.info("placeholder not shown: %s", type(error).__name__)
        self._has_card = False

    async def send_followup(self, card: Card) -> SentCard:
        """Send another public card as a follow-up message. Raises `ResponseLost`."""
        try:
            return await send_followup(self._interaction, self._tokens, card)
        except Exception as error:
            raise ResponseLost(type(error).__name__) from error

    async def edit_buttons(self, rows: Rows) -> bool:
        """Change the buttons of the pressed message now. Returns False if the response does not edit it."""
        message = self._interaction.message
        if message is None or not self._update:
            return False
        send = partial(self._interaction.response.edit_message, view=embeds.build_view(rows))
        self._ref = MessageRef(self._channel_id, await self._respond(send, message.id))
        return True

    async def send_modal(self, modal: ModalSpec) -> None:
        """Open a modal. It must be the initial response."""
        built = build_modal(modal, self._locale)
        built.stop()  # the router handles its submit; discord.py would keep every modal that is dismissed
        await send_at_least_once(partial(self._interaction.response.send_modal, built))

    async def send_private(self, text: Text, **values: object) -> None:
        """Send an ephemeral message. The public response stays."""
        await self._send_private(translate(text, self._locale, **values))

    async def send_hint(self, text: Text, **values: object) -> None:
        """Send an ephemeral text about something that has succeeded. Never raises."""
        try:
            await self.send_private(text, **values)
        except Exception as error:
            log.info("hint not delivered: %s", type(error).__name__)

    async def replace_with_private(self, text: Text, **values: object) -> None:
        """Send an ephemeral message in place of the public response."""
        await self._replace(translate(text, self._locale, **values))

    async def close(self, text: Text, **values: object) -> None:
        """Replace the ephemeral response with a text, if the response can still be edited. Never raises."""
        if self._clock.now() > self._interaction.created_at.timestamp() + TOKEN_LIFE:
            return
        try:
            await self.replace_with_private(text, **values)
        except Exception as error:
            log.info("response not closed: %s", type(error).__name__)

    async def send_private_menu(
        self, text: Text, rows: Rows, *, menu: Menu | None = None, file: File | None = None, **values: object
    ) -> None:
        """Send an ephemeral message with buttons in place of the public response."""
        content = translate(text, self._locale, **values)

        async def send(omitted: Part) -> None:
            view = embeds.build_view(rows_without(rows, omitted), menu, omitted)
            await self._replace(content, view, None if Part.FILE in omitted else file)

        await send_private_reduced(send, has_file=file is not None)

    @property
    def _channel_id(self) -> int:
        return self._interaction.channel_id or 0

    @property
    def _locale(self) -> str:
        return str(self._interaction.locale)

    async def _show(self, embed: discord.Embed, view: discord.ui.View | None) -> MessageRef:
        if self._ref is not None:
            await send_at_least_once(
                partial(self._interaction.edit_original_response, embed=embed, view=view)
            )
        else:
            shown = view or discord.utils.MISSING
            send = partial(self._interaction.response.send_message, embed=embed, view=shown)
            self._ref = MessageRef(self._channel_id, await self._respond(send))
        self._has_card = True
        return self._ref

    async def _respond(
        self,
        send: Callable[[], Awaitable[discord.InteractionCallbackResponse[Any] | None]],
        message_id: int | None = None,
    ) -> int:
        interaction = self._interaction
        repeated = partial(self._tokens.response_repeated, interaction.token)
        return await respond(interaction, send, self._clock, repeated=repeated, message_id=message_id)

    async def _replace(
        self, content: str, view: discord.ui.View | None = None, file: File | None = None
    ) -> None:
        if self._ref is not None and self._private:
            await self._edit_private(content, view, file)
            return
        if self._ref is None or self._update or self._private or self._has_card or self._replaced:
            await self._send_private(content, view, file)
            return
        try:
            await self._delete_response(content)
        except DELIVERY_ERRORS as error:
            if not is_deleted(error):
                # If only the token has expired, the bot's own ends the "thinking…" state.
                channel = self._interaction.client.get_partial_messageable(self._channel_id)
                message = channel.get_partial_message(self._ref.message_id)
                await send_at_least_once(partial(message.edit, content=content, embed=None, view=None))
                return
        self._replaced = True
        await self._send_private(content, view, file)

    async def _edit_private(self, content: str, view: discord.ui.View | None, file: File | None) -> None:
        async def edit() -> None:
            embed, files = (embeds.image_embed(file), [embeds.build_file(file)]) if file else (None, [])
            await self._interaction.edit_original_response(
                content=content, embed=embed, view=view, attachments=files
            )

        await send_at_least_once(edit)

    async def _delete_response(self, content: str) -> None:
        """Delete the deferred response. The first follow-up would take its place, so it gets a text first."""
        interaction = self._interaction
        edit = partial(interaction.edit_original_response, content=content, embed=None, view=None)
        await send_at_least_once(edit)
        await send_at_least_once(interaction.delete_original_response)

    async def _send_private(
        self, content: str, view: discord.ui.View | None = None, file: File | None = None
    ) -> None:
        interaction = self._interaction
        send = interaction.followup.send if self.responded else interaction.response.send_message

        async def send_built() -> None:
            extra: dict[str, Any] = {"view": view} if view else {}
            if file is not None:
                extra |= {"embed": embeds.image_embed(file), "file": embeds.build_file(file)}
            await send(content, ephemeral=True, **extra)

        await send_at_least_once(send_built)
        self._responded = True


class Replies:
    """Creates one `InteractionReply` for each interaction, which the error boundary can use as well."""

    def __init__(self, tokens: InteractionTokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock

    def to(
        self, interaction: discord.Interaction[Any], *, update: bool = False, private: bool = False
    ) -> InteractionReply:
        """Return the `InteractionReply` of an interaction. The first call creates it."""
        reply: object = interaction.extras.get(_REPLY)
        if not isinstance(reply, InteractionReply):
            reply = InteractionReply(interaction, self._tokens, self._clock, update=update, private=private)
            interaction.extras[_REPLY] = reply
        return reply
