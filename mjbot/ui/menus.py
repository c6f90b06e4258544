"""The discord.py dynamic item that implements each of our select menus."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import discord

from mjbot.core.card.components import MENU
from mjbot.core.card.menu import Menu

if TYPE_CHECKING:
    from typing import Self


class MenuItem(discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=MENU):
    """A select menu of actions. Choosing an action counts as a press. The interaction router handles it."""

    @classmethod
    def from_menu(cls, menu: Menu, row: int, *, emojis: bool = True) -> MenuItem:
        """Build the item for a menu of a card."""
        select: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=str(menu.custom_id), placeholder=menu.placeholder, row=row
        )
        for each in menu.options:
            select.add_option(
                label=each.label,
                value=each.value,
                emoji=(each.emoji or None) if emojis else None,
                description=each.description or None,
            )
        return cls(select)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """Rebuild the item when an option is chosen. This does no I/O."""
        return cls(cast("discord.ui.Select[discord.ui.View]", item))
