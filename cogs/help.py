"""The command `/help`, which shows what the bot can do and who runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from mjbot.core.i18n.texts import Text
from mjbot.service import HelpService, Operator
from mjbot.ui.command_ids import CommandIds
from mjbot.ui.context import context_from
from mjbot.ui.replies import Replies
from mjbot.ui.translator import localized

if TYPE_CHECKING:
    from mjbot.bot import MJBot


class HelpCog(commands.Cog):
    """The `/help` command."""

    def __init__(self, help_service: HelpService, command_ids: CommandIds, replies: Replies) -> None:
        self._help = help_service
        self._command_ids = command_ids
        self._replies = replies

    @app_commands.command(name=localized(Text.COMMAND_HELP), description=localized(Text.COMMAND_HELP_ABOUT))
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        """Show the commands, the rules of this guild or DM, and who runs the bot."""
        reply = self._replies.to(interaction, private=True)
        await reply.defer()
        operator = _operator_of(interaction.client.application)
        await self._help.show(context_from(interaction), reply, await self._command_ids.get(), operator)


def _operator_of(application: discord.AppInfo | None) -> Operator | None:
    if application is None:
        return None
    owner = application.team.owner if application.team else application.owner
    return Operator(owner.display_name, owner.id) if owner else None


async def setup(bot: MJBot) -> None:
    """Load the cog."""
    await bot.add_cog(HelpCog(bot.app.help, CommandIds(bot.tree), bot.app.replies))
