"""The command `/status`, which shows a task and follows it until it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from mjbot.core.i18n.texts import Text
from mjbot.service import StatusService
from mjbot.ui.context import context_from
from mjbot.ui.error_boundary import quiet_autocomplete
from mjbot.ui.replies import Replies
from mjbot.ui.translator import localized

if TYPE_CHECKING:
    from mjbot.bot import MJBot


class StatusCog(commands.Cog):
    """The `/status` command and its autocomplete."""

    def __init__(self, status: StatusService, replies: Replies) -> None:
        self._status = status
        self._replies = replies

    @app_commands.command(
        name=localized(Text.COMMAND_STATUS), description=localized(Text.COMMAND_STATUS_ABOUT)
    )
    @app_commands.rename(task_id=localized(Text.COMMAND_TASK_ID))
    @app_commands.describe(task_id=localized(Text.COMMAND_TASK_ID_ABOUT))
    async def status(self, interaction: discord.Interaction[Any], task_id: str) -> None:
        """Respond with a card that follows the task."""
        await self._status.open(context_from(interaction), task_id, self._replies.to(interaction))

    @status.autocomplete("task_id")
    @quiet_autocomplete
    async def suggest_tasks(
        self, interaction: discord.Interaction[Any], current: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest tasks that were shown in this guild or DM, with running tasks first."""
        suggestions = await self._status.suggest(context_from(interaction), current)
        return [app_commands.Choice(name=name, value=task_id) for name, task_id in suggestions]


async def setup(bot: MJBot) -> None:
    """Load the cog."""
    await bot.add_cog(StatusCog(bot.app.status, bot.app.replies))
