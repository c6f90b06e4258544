"""`/settings`: what those who manage a server may choose for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands
from discord.ext import commands

from mjbot.core.access.press_policy import PressPolicy, PressScope
from mjbot.core.i18n.texts import Text
from mjbot.service import PermitService
from mjbot.ui.context import context_from
from mjbot.ui.replies import InteractionReply, error_boundary
from mjbot.ui.translator import localized

if TYPE_CHECKING:
    from mjbot.bot import MJBot

_CHOICES = [
    app_commands.Choice(name=localized(Text(f"choice.presses.{who}")), value=who.value) for who in PressScope
]


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class SettingsCog(
    commands.GroupCog,
    group_name=localized(Text.COMMAND_SETTINGS),
    group_description=localized(Text.COMMAND_SETTINGS_ABOUT),
):
    """The commands of the group."""

    def __init__(self, permits: PermitService) -> None:
        self._permits = permits

    @app_commands.command(
        name=localized(Text.COMMAND_PRESSES), description=localized(Text.COMMAND_PRESSES_ABOUT)
    )
    @app_commands.rename(who=localized(Text.COMMAND_PRESSES_WHO), role=localized(Text.COMMAND_PRESSES_ROLE))
    @app_commands.describe(
        who=localized(Text.COMMAND_PRESSES_WHO_ABOUT), role=localized(Text.COMMAND_PRESSES_ROLE_ABOUT)
    )
    @app_commands.choices(who=_CHOICES)
    async def presses(
        self, interaction: discord.Interaction[Any], who: str, role: discord.Role | None = None
    ) -> None:
        """Choose who may press buttons here."""
        reply = InteractionReply(interaction)
        await error_boundary(reply, self._choose(interaction, PressScope(who), role, reply))

    async def _choose(
        self,
        interaction: discord.Interaction[Any],
        who: PressScope,
        role: discord.Role | None,
        reply: InteractionReply,
    ) -> None:
        if who is PressScope.ROLE and role is None:
            await reply.tell(Text.REPLY_ROLE_MISSING)
            return
        await self._permits.choose(context_from(interaction), PressPolicy(who, role.id if role else None))
        await reply.tell(Text(f"reply.presses.{who}"), who=role.mention if role else "")


async def setup(bot: commands.Bot) -> None:
    """Load the cog."""
    await bot.add_cog(SettingsCog(cast("MJBot", bot).services.permits))
