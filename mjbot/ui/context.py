"""The guild and channel of an interaction, its user, and the bot's permissions there."""

from __future__ import annotations

from typing import Any

import discord

from mjbot.ports import InteractionContext


def context_from(interaction: discord.Interaction[Any]) -> InteractionContext:
    """Build the context of an interaction, which carries the bot's permissions in its channel."""
    may = interaction.app_permissions
    in_guild = interaction.guild_id is not None
    known = in_guild and interaction.client.get_guild(interaction.guild_id or 0) is not None
    known = known and interaction.channel is not None  # None: a type of channel that discord.py does not know
    locale = interaction.guild_locale if in_guild and interaction.guild_locale else interaction.locale
    return InteractionContext(
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        user_id=interaction.user.id,
        locale=str(locale),
        private_locale=str(interaction.locale),
        can_follow=(known and may.view_channel) if in_guild else not interaction.context.private_channel,
        can_embed=not in_guild or may.embed_links,
        can_attach=not in_guild or may.attach_files,
        roles=frozenset(role.id for role in getattr(interaction.user, "roles", ())),
        manages=in_guild and interaction.permissions.manage_guild,
    )


def guild_of(client: discord.Client, channel_id: int) -> int | None:
    """Return the guild of a channel; None for a DM channel, or one that the bot does not know."""
    guild = getattr(client.get_channel(channel_id), "guild", None)
    return guild.id if guild else None
