"""The IDs of our slash commands. A command mention needs the ID to be clickable."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands

from mjbot.ui.http import UNREADABLE
from mjbot.ui.sending import DELIVERY_ERRORS

log = logging.getLogger(__name__)


class CommandIds:
    """The command IDs by name. They are fetched once, because a sync without changes returns no IDs."""

    def __init__(self, tree: app_commands.CommandTree[Any]) -> None:
        self._tree = tree
        self._ids: Mapping[str, int] = {}

    async def get(self) -> Mapping[str, int]:
        """Return the IDs of the slash commands, or an empty mapping if they cannot be fetched now."""
        if not self._ids:
            try:
                found = await self._tree.fetch_commands()
            except (*DELIVERY_ERRORS, *UNREADABLE) as error:
                log.info("the ids of the commands are not known: %s", type(error).__name__)
                return {}
            slash = discord.AppCommandType.chat_input
            self._ids = {each.name: each.id for each in found if each.type is slash}
        return self._ids
