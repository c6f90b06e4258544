"""Public follow-up messages: the cards of the other tasks that a press created."""

from __future__ import annotations

import logging
from typing import Any

import discord

from mjbot.core.card.card import Card
from mjbot.core.model.watch import MessageRef
from mjbot.ports import SentCard
from mjbot.ui.lost_responses import find_card
from mjbot.ui.refusals import is_refusal
from mjbot.ui.sending import send_reduced
from mjbot.ui.tokens import InteractionTokens

log = logging.getLogger(__name__)


async def send_followup(
    interaction: discord.Interaction[Any], tokens: InteractionTokens, card: Card
) -> SentCard:
    """Send a card as a follow-up. If the response is lost, send the card again only if it is not found.

    Raises any error of the follow-up and of the lookup.
    """
    followup = _FollowUp(interaction, tokens, card)
    try:
        return await followup.send()
    except Exception as error:
        if is_refusal(error):
            raise
        log.info("the response to a follow-up was lost: %s", type(error).__name__)
    return await followup.find() or await followup.send()


class _FollowUp:
    def __init__(self, interaction: discord.Interaction[Any], tokens: InteractionTokens, card: Card) -> None:
        self._interaction = interaction
        self._tokens = tokens
        self._card = card
        self._channel_id = interaction.channel_id or 0

    async def send(self) -> SentCard:
        with self._tokens.without_retry(self._interaction.token):
            sent, omitted = await send_reduced(self._card, None, self._send)
        return SentCard(MessageRef(self._channel_id, sent.id), omitted)

    async def find(self) -> SentCard | None:
        client = self._interaction.client
        channel = client.get_partial_messageable(self._channel_id)
        since = self._interaction.created_at.timestamp()
        found = await find_card(client, channel, self._card.footer, since)
        return None if found is None else SentCard(MessageRef(self._channel_id, found))

    async def _send(self, embed: discord.Embed, view: discord.ui.View | None) -> discord.WebhookMessage:
        shown = view or discord.utils.MISSING
        return await self._interaction.followup.send(embed=embed, view=shown, wait=True)
