"""The command `/settings`, with which the managers of a guild change its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from mjbot.core.access.press_policy import PressPolicy, PressScope
from mjbot.core.i18n.texts import Text
from mjbot.service import GuildSettingsService
from mjbot.ui.context import context_from
from mjbot.ui.replies import Replies
from mjbot.ui.translator import localized

if TYPE_CHECKING:
    from mjbot.bot import MJBot

_CHOICES = [
    app_commands.Choice(name=localized(Text(f"choice.presses.{scope}")), value=scope.value)
    for scope in PressScope
]


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
class SettingsCog(
    commands.GroupCog,
    group_name=localized(Text.COMMAND_SETTINGS),
    group_description=localized(Text.COMMAND_SETTINGS_ABOUT),
):
    """The commands that change the settings of a guild."""

    def __init__(self, settings: GuildSettingsService, replies: Replies) -> None:
        self._settings = settings
        self._replies = replies

    @app_commands.command(
        name=localized(Text.COMMAND_PRESSES), description=localized(Text.COMMAND_PRESSES_ABOUT)
    )
    @app_commands.rename(scope=localized(Text.COMMAND_PRESSES_WHO), role=localized(Text.COMMAND_PRESSES_ROLE))
    @app_commands.describe(
        scope=localized(Text.COMMAND_PRESSES_WHO_ABOUT), role=localized(Text.COMMAND_PRESSES_ROLE_ABOUT)
    )
    @app_commands.choices(scope=_CHOICES)
    async def presses(
        self, interaction: discord.Interaction[Any], scope: str, role: discord.Role | None = None
    ) -> None:
        """Set who may press the buttons of cards in this guild."""
        reply = self._replies.to(interaction)
        chosen = PressScope(scope)
        if chosen is PressScope.ROLE and role is None:
            await reply.send_private(Text.REPLY_ROLE_MISSING)
            return
        policy = PressPolicy(chosen, role.id if role else None)
        await self._settings.set_policy(context_from(interaction), policy)
        await reply.send_private(Text(f"reply.presses.{chosen}"), who=role.mention if role else "")


async def setup(bot: MJBot) -> None:
    """Load the cog."""
    await bot.add_cog(SettingsCog(bot.app.guild_settings, bot.app.replies))
