"""The dynamic item behind every menu of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import discord

from mjbot.core.card.menu import Menu
from mjbot.core.model.custom_id import MENU, CustomId, parse
from mjbot.ui.buttons import Host

if TYPE_CHECKING:
    from typing import Self


class MenuItem(discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=MENU):
    """A menu of actions: to choose one is to press it."""

    @classmethod
    def drawn(cls, menu: Menu, row: int) -> MenuItem:
        """The menu as it is to look."""
        select: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=str(menu.custom_id), placeholder=menu.placeholder, row=row
        )
        for each in menu.options:
            select.add_option(
                label=each.label,
                value=each.value,
                emoji=each.emoji or None,
                description=each.description or None,
            )
        return cls(select)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """Rebuild the item for a choice. Must not wait for anything: Discord's three seconds are running."""
        return cls(cast("discord.ui.Select[discord.ui.View]", item))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Press what was chosen."""
        custom_id = parse(self.item.custom_id)
        if custom_id is not None and interaction.message is not None:
            await cast("Host", interaction.client).pressed(interaction, custom_id)


def choice_of(interaction: discord.Interaction[Any], menu: CustomId) -> CustomId:
    """What was chosen in a menu, as the press of it."""
    data: Mapping[str, Any] = interaction.data or {}
    return menu.as_press(str((data.get("values") or [""])[0]))
