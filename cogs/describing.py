"""The commands `/describe` and `/shorten`, and the context menu *Describe picture*."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from mjbot.core.card.modals import MAX_PROMPT
from mjbot.core.i18n.texts import Text
from mjbot.core.making.reference_pictures import MAX_ADDRESS
from mjbot.core.model.submits import Command
from mjbot.service import DirectMakes, Order
from mjbot.ui.context import context_from
from mjbot.ui.replies import Replies
from mjbot.ui.translator import localized
from mjbot.ui.uploads import DiscordUpload, picture_in

if TYPE_CHECKING:
    from mjbot.bot import MJBot


class DescribingCog(commands.Cog):
    """The commands whose result is a list of numbered prompts."""

    def __init__(self, bot: MJBot, direct: DirectMakes, replies: Replies) -> None:
        self._tree = bot.tree
        self._direct = direct
        self._replies = replies
        self._menu = app_commands.ContextMenu(
            name=localized(Text.MENU_DESCRIBE), callback=self.describe_message
        )

    async def cog_load(self) -> None:
        """Add the context menu. A cog cannot declare one with a decorator."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Remove the context menu."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(
        name=localized(Text.COMMAND_DESCRIBE), description=localized(Text.COMMAND_DESCRIBE_ABOUT)
    )
    @app_commands.rename(
        picture=localized(Text.COMMAND_DESCRIBE_PICTURE), address=localized(Text.COMMAND_DESCRIBE_ADDRESS)
    )
    @app_commands.describe(
        picture=localized(Text.COMMAND_IMAGINE_REFERENCE_ABOUT),
        address=localized(Text.COMMAND_DESCRIBE_ADDRESS_ABOUT),
    )
    async def describe(
        self,
        interaction: discord.Interaction[Any],
        picture: discord.Attachment | None = None,
        address: app_commands.Range[str, 1, MAX_ADDRESS] = "",
    ) -> None:
        """Turn an uploaded picture, or the picture at a URL, into four prompts."""
        uploads = [DiscordUpload.of(interaction.client.http, picture)] if picture else []
        await self._make(interaction, Command.DESCRIBE, "" if picture else address, uploads)

    async def describe_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Turn the first picture of a message into four prompts."""
        found = picture_in(message, interaction.client.http)
        address, uploads = (found, []) if isinstance(found, str) else ("", [found] if found else [])
        await self._make(interaction, Command.DESCRIBE, address, uploads)

    @app_commands.command(
        name=localized(Text.COMMAND_SHORTEN), description=localized(Text.COMMAND_SHORTEN_ABOUT)
    )
    @app_commands.rename(prompt=localized(Text.COMMAND_IMAGINE_PROMPT))
    @app_commands.describe(prompt=localized(Text.COMMAND_SHORTEN_PROMPT_ABOUT))
    async def shorten(
        self, interaction: discord.Interaction[Any], prompt: app_commands.Range[str, 1, MAX_PROMPT]
    ) -> None:
        """Find the words of a prompt that matter most, and suggest shorter prompts."""
        await self._make(interaction, Command.SHORTEN, prompt, [])

    async def _make(
        self,
        interaction: discord.Interaction[Any],
        command: Command,
        text: str,
        uploads: list[DiscordUpload],
    ) -> None:
        context, reply = context_from(interaction), self._replies.to(interaction)
        await self._direct.make(Order(context, reply, command, text, uploads=uploads))


async def setup(bot: MJBot) -> None:
    """Load the cog."""
    await bot.add_cog(DescribingCog(bot, bot.app.direct, bot.app.replies))
