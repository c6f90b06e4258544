"""Answers to interactions: cards in public, sentences in private, and one boundary for errors."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from mjbot.core.card.buttons import Rows
from mjbot.core.card.card import Card
from mjbot.core.card.description import timestamp
from mjbot.core.card.menu import Menu
from mjbot.core.card.modals import ModalSpec
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.model.watch import MessageRef
from mjbot.errors import MJBotError, ResponseLost, UpstreamRateLimited
from mjbot.ports import File
from mjbot.ui import embeds
from mjbot.ui.modals import build_modal
from mjbot.ui.tokens import TokenRefused

if TYPE_CHECKING:
    from mjbot.ports import Reply

log = logging.getLogger(__name__)


class InteractionReply:
    """A `Reply` over one interaction.

    ``update``: the answer is the pressed message itself. ``private``: it is for this person alone.
    """

    def __init__(
        self, interaction: discord.Interaction[Any], *, update: bool = False, private: bool = False
    ) -> None:
        self._interaction = interaction
        self._update = update
        self._private = private
        self._ref: MessageRef | None = None
        self._shown = False

    async def defer(self, *, private: bool = False) -> MessageRef:
        """Answer with "thinking" (nothing visible when updating); only the first call counts."""
        if self._ref is None:
            self._private = self._private or private
            answer = await self._interaction.response.defer(
                thinking=not self._update, ephemeral=self._private
            )
            message = self._interaction.message if self._update else None
            message_id = message.id if message else answer.message_id if answer else None
            assert message_id is not None, "Discord tells the message of a deferred answer"
            self._ref = MessageRef(self._channel, message_id)
        return self._ref

    async def show(self, card: Card, image: str | None) -> MessageRef:
        """Put a card on the public answer."""
        try:
            ref = await self._show(embeds.build_embed(card, image), embeds.build_view(card.rows))
        except (discord.HTTPException, TokenRefused, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ResponseLost(type(error).__name__, ref="-") from error
        if not (self._update or self._private):
            born = self._interaction
            born.client.tokens.lend(ref, born.application_id, born.token, born.created_at.timestamp())
        return ref

    async def _show(self, embed: discord.Embed, view: discord.ui.View | None) -> MessageRef:
        if self._ref is not None:
            await self._interaction.edit_original_response(embed=embed, view=view)
        else:
            answer = await self._interaction.response.send_message(
                embed=embed, view=view or discord.utils.MISSING
            )
            assert answer.message_id is not None, "Discord tells the message of an answer"
            self._ref = MessageRef(self._channel, answer.message_id)
        self._shown = True
        return self._ref

    @property
    def answered(self) -> bool:
        """True when a first answer was given, so that no window can be opened any more."""
        return self._interaction.response.is_done()

    async def ask(self, question: ModalSpec) -> None:
        """Open a window; it must be the first answer."""
        modal = build_modal(question, str(self._interaction.locale))
        await self._interaction.response.send_modal(modal)

    async def hold(self, card: Card) -> None:
        """Show a card that something else will take the place of."""
        try:
            await self._show(embeds.build_embed(card, None), embeds.build_view(card.rows))
        except (discord.HTTPException, TokenRefused, aiohttp.ClientError, OSError, TimeoutError) as error:
            log.info("a wait could not be shown: %s", type(error).__name__)  # it goes on all the same
        self._shown = False

    async def edit_buttons(self, rows: Rows) -> bool:
        """Change the buttons at once, if the answer is the pressed message; False if it is not."""
        message = self._interaction.message
        if message is None or not self._update:
            return False
        await self._interaction.response.edit_message(view=embeds.build_view(rows))
        self._ref = MessageRef(self._channel, message.id)
        return True

    async def followup(self, card: Card) -> MessageRef:
        """Add one more public card beside the answer."""
        view = embeds.build_view(card.rows) or discord.utils.MISSING
        sent = await self._interaction.followup.send(
            embed=embeds.build_embed(card, None), view=view, wait=True
        )
        return MessageRef(self._channel, sent.id)

    async def choose(
        self, text: Text, rows: Rows, *, menu: Menu | None = None, file: File | None = None, **values: object
    ) -> None:
        """Say one sentence with buttons to this person alone, in place of whatever was to be public."""
        sentence = translate(text, str(self._interaction.locale), **values)
        await self._instead(sentence, embeds.build_view(rows, menu), file)

    async def tell(self, text: Text, **values: object) -> None:
        """Say one sentence to this person alone."""
        await self._whisper(translate(text, str(self._interaction.locale), **values))

    async def replace_with_private(self, text: Text, **values: object) -> None:
        """Say one sentence to this person alone, in place of whatever was to be public."""
        await self._instead(translate(text, str(self._interaction.locale), **values))

    async def fail(self, error: MJBotError) -> None:
        """Say an error to this person alone; a public "thinking" is taken away."""
        now = self._interaction.created_at.timestamp()
        await self._instead(sentence_of(error, str(self._interaction.locale), now))

    async def _instead(
        self, sentence: str, view: discord.ui.View | None = None, file: File | None = None
    ) -> None:
        if self._ref is not None and self._private:
            embed, files = (embeds.picture_of(file), [embeds.build_file(file)]) if file else (None, [])
            await self._interaction.edit_original_response(
                content=sentence, embed=embed, view=view, attachments=files
            )
            return
        if self._ref is not None and not (self._update or self._shown):
            # The first follow-up of a thinking answer takes its place, so it must be a message first.
            await self._interaction.edit_original_response(content=sentence, embed=None, view=None)
            await self._interaction.delete_original_response()
        await self._whisper(sentence, view, file)

    @property
    def _channel(self) -> int:
        return self._interaction.channel_id or 0

    async def _whisper(
        self, sentence: str, view: discord.ui.View | None = None, file: File | None = None
    ) -> None:
        extra: dict[str, Any] = {"view": view} if view else {}
        if file is not None:
            extra |= {"embed": embeds.picture_of(file), "file": embeds.build_file(file)}
        if self._interaction.response.is_done():
            await self._interaction.followup.send(sentence, ephemeral=True, **extra)
        else:
            await self._interaction.response.send_message(sentence, ephemeral=True, **extra)


def sentence_of(error: MJBotError, locale: str, now: float) -> str:
    """What to tell a person of an error."""
    if isinstance(error, UpstreamRateLimited) and error.retry_after:
        return translate(Text.REPLY_UPSTREAM_RATE_LIMITED_UNTIL, locale, t=timestamp(now + error.retry_after))
    return translate(error.sentence, locale, **error.values)


async def error_boundary(reply: Reply, work: Awaitable[None]) -> None:
    """Run a use case; whatever goes wrong ends as one private sentence, never as silence."""
    try:
        await work
    except MJBotError as error:
        await _tell(reply, error)
    except (discord.HTTPException, TokenRefused) as problem:
        log.info("Discord did not take the answer to an interaction: %s", getattr(problem, "code", "limited"))
        await _tell(reply, MJBotError(ref="-"))
    except Exception:
        ref = secrets.token_hex(4)
        log.exception("an interaction failed (%s)", ref)
        await _tell(reply, MJBotError(ref=ref))


async def _tell(reply: Reply, error: MJBotError) -> None:
    try:
        await reply.fail(error)
    except (discord.HTTPException, TokenRefused) as problem:
        log.info("an answer could not be given: %s", getattr(problem, "code", "limited"))
