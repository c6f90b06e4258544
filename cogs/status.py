"""`/status`: show a task, and follow it until it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands
from discord.ext import commands

from mjbot.core.i18n.texts import Text
from mjbot.service import StatusService
from mjbot.ui.context import context_from
from mjbot.ui.replies import InteractionReply, error_boundary
from mjbot.ui.translator import localized

if TYPE_CHECKING:
    from mjbot.bot import MJBot


class StatusCog(commands.Cog):
    """The command and its autocomplete."""

    def __init__(self, status: StatusService) -> None:
        self._status = status

    @app_commands.command(
        name=localized(Text.COMMAND_STATUS), description=localized(Text.COMMAND_STATUS_ABOUT)
    )
    @app_commands.rename(task_id=localized(Text.COMMAND_TASK_ID))
    @app_commands.describe(task_id=localized(Text.COMMAND_TASK_ID_ABOUT))
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def status(self, interaction: discord.Interaction[Any], task_id: str) -> None:
        """Answer with a living card."""
        reply = InteractionReply(interaction)
        await error_boundary(reply, self._status.open(context_from(interaction), task_id, reply))

    @status.autocomplete("task_id")
    async def offer_tasks(
        self, interaction: discord.Interaction[Any], text: str
    ) -> list[app_commands.Choice[str]]:
        """Tasks that this server has seen, running first."""
        found = await self._status.suggest(context_from(interaction), text)
        return [app_commands.Choice(name=line, value=task_id) for line, task_id in found]


async def setup(bot: commands.Bot) -> None:
    """Load the cog."""
    await bot.add_cog(StatusCog(cast("MJBot", bot).services.status))
