"""The dynamic item behind every button of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol, cast

import discord

from mjbot.core.card.buttons import CardButton
from mjbot.core.model.custom_id import BUTTON, CustomId, parse

if TYPE_CHECKING:
    from typing import Self


class Host(Protocol):
    """The bot, as far as a button knows it."""

    async def pressed(self, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
        """Do what the button says."""
        ...


class CardItem(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=BUTTON):
    """Any button of a card. Its custom_id carries everything, so it works after every restart."""

    @classmethod
    def drawn(cls, button: CardButton, row: int) -> CardItem:
        """The button as it is to look."""
        style = (
            discord.ButtonStyle.primary if button.used or button.primary else discord.ButtonStyle.secondary
        )
        return cls(
            discord.ui.Button(
                custom_id=button.custom_id,
                label=button.label or None,
                emoji=button.emoji or None,
                style=style,
                disabled=button.disabled,
                row=row,
            )
        )

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """Rebuild the item for a press. Must not wait for anything: Discord's three seconds are running."""
        return cls(cast("discord.ui.Button[discord.ui.View]", item))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        custom_id = parse(self.item.custom_id or "")
        if custom_id is not None and interaction.message is not None:
            await cast("Host", interaction.client).pressed(interaction, custom_id)
