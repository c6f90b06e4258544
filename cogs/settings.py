"""`/settings`: what those who manage a server may choose for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands
from discord.ext import commands

from mjbot.core.policy import Policy, Who
from mjbot.service import PermitService
from mjbot.ui.place import place_of
from mjbot.ui.replies import InteractionReply, guarded
from mjbot.ui.translator import words

if TYPE_CHECKING:
    from mjbot.bot import MJBot

_CHOICES = [app_commands.Choice(name=words(f"choice.presses.{who}"), value=who.value) for who in Who]


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class SettingsCog(
    commands.GroupCog,
    group_name=words("command.settings"),
    group_description=words("command.settings.about"),
):
    """The commands of the group."""

    def __init__(self, permits: PermitService) -> None:
        self._permits = permits

    @app_commands.command(name=words("command.presses"), description=words("command.presses.about"))
    @app_commands.rename(who=words("command.presses.who"), role=words("command.presses.role"))
    @app_commands.describe(who=words("command.presses.who.about"), role=words("command.presses.role.about"))
    @app_commands.choices(who=_CHOICES)
    async def presses(
        self, interaction: discord.Interaction[Any], who: str, role: discord.Role | None = None
    ) -> None:
        """Choose who may press buttons here."""
        reply = InteractionReply(interaction)
        await guarded(reply, self._choose(interaction, Who(who), role, reply))

    async def _choose(
        self,
        interaction: discord.Interaction[Any],
        who: Who,
        role: discord.Role | None,
        reply: InteractionReply,
    ) -> None:
        if who is Who.ROLE and role is None:
            await reply.tell("say.which_role")
            return
        await self._permits.choose(place_of(interaction), Policy(who, role.id if role else None))
        await reply.tell(f"say.presses.{who}", who=role.mention if role else "")


async def setup(bot: commands.Bot) -> None:
    """Load the cog."""
    await bot.add_cog(SettingsCog(cast("MJBot", bot).services.permits))
