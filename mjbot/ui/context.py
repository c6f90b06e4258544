"""The context of an interaction: the guild, the channel, the user, and the bot's permissions."""

from __future__ import annotations

from typing import Any

import discord

from mjbot.core.access.channels import PERMISSIONS, ChannelAccess, ChannelKind, channel_kind
from mjbot.ports import InteractionContext


def context_from(interaction: discord.Interaction[Any]) -> InteractionContext:
    """Build the context of an interaction. The permissions are the bot's own in the channel."""
    access = _channel_access(interaction)
    in_guild = interaction.guild_id is not None
    locale = interaction.guild_locale if in_guild and interaction.guild_locale else interaction.locale
    return InteractionContext(
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        user_id=interaction.user.id,
        locale=str(locale),
        private_locale=str(interaction.locale),
        obstacle=access.obstacle,
        can_embed=access.can_embed,
        can_attach=access.can_attach,
        roles=frozenset(role.id for role in getattr(interaction.user, "roles", ())),
        manages=in_guild and interaction.permissions.manage_guild,
    )


def _channel_access(interaction: discord.Interaction[Any]) -> ChannelAccess:
    channel = interaction.channel  # None: a type of channel that discord.py does not know
    kind = channel_kind(channel.type.value if channel else None)
    if interaction.guild_id is None:
        elsewhere = kind is ChannelKind.DIRECT and interaction.context.private_channel
        return ChannelAccess(ChannelKind.CONVERSATION if elsewhere else kind)
    guild = interaction.client.get_guild(interaction.guild_id)
    thread = guild.get_thread(interaction.channel_id or 0) if guild else None
    return ChannelAccess(
        kind,
        frozenset(name for name in PERMISSIONS if getattr(interaction.app_permissions, name)),
        in_guild=guild is not None,
        in_thread=thread is not None,  # Discord sends a bot only the private threads that it can see
        locked=isinstance(channel, discord.Thread) and channel.locked,
    )


def guild_of(client: discord.Client, channel_id: int) -> int | None:
    """Return the guild ID of a channel, or None for a DM channel or an unknown channel."""
    guild = getattr(client.get_channel(channel_id), "guild", None)
    return guild.id if guild else None
