"""The discord.py dynamic item that implements each of our buttons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import discord

from mjbot.core.card.buttons import CardButton
from mjbot.core.card.components import BUTTON

if TYPE_CHECKING:
    from typing import Self


class CardItem(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=BUTTON):
    """A button of a card. The custom_id contains all of its state, so it still works after a restart.

    It is a dynamic item so that discord.py does not need to keep our views. The interaction router handles
    presses of it, as it does for every component and modal.
    """

    @classmethod
    def from_card_button(cls, button: CardButton, row: int) -> CardItem:
        """Build the item for a button of a card."""
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
        """Rebuild the item when the button is pressed. This does no I/O."""
        return cls(cast("discord.ui.Button[discord.ui.View]", item))
