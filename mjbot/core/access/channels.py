"""Decide whether the bot can keep messages in a channel up to date, by channel type.

For 15 minutes, an interaction's token can edit its response in any channel. After that, and after a restart,
messages are edited with the bot's own token, which needs access to the channel.
https://discord.com/developers/docs/topics/permissions and /docs/topics/threads
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ChannelKind(StrEnum):
    """Types of channels, grouped by the permissions that the bot needs in them."""

    TEXT = "text"  # or announcement
    VOICE = "voice"  # the text chat of a voice or stage channel
    THREAD = "thread"  # in a text or announcement channel, or a post in a forum or media channel
    PRIVATE_THREAD = "private_thread"
    DIRECT = "direct"  # a direct message with the bot
    CONVERSATION = "conversation"  # a group, or the direct messages of two other users
    UNKNOWN = "unknown"


class Obstacle(StrEnum):
    """Reasons why the bot cannot edit its messages in a channel. Users see a different text for each."""

    CONVERSATION = "conversation"
    GUILD = "guild"
    UNKNOWN_CHANNEL = "unknown_channel"
    VIEW_CHANNEL = "view_channel"
    CONNECT = "connect"
    THREAD = "thread"
    LOCKED = "locked"


_KINDS: Final[Mapping[int, ChannelKind]] = {
    0: ChannelKind.TEXT,
    1: ChannelKind.DIRECT,
    2: ChannelKind.VOICE,
    3: ChannelKind.CONVERSATION,
    5: ChannelKind.TEXT,
    10: ChannelKind.THREAD,
    11: ChannelKind.THREAD,
    12: ChannelKind.PRIVATE_THREAD,
    13: ChannelKind.VOICE,
}
"""Channel kinds by Discord's type number.

Forums (15, 16) are absent: messages exist only in their threads.
"""
PERMISSIONS: Final = (
    "administrator",
    "view_channel",
    "connect",
    "manage_threads",
    "embed_links",
    "attach_files",
)
"""The permissions that affect sending and editing, by their discord.py names."""
_SEES_NOTHING: Final = (
    Obstacle.CONVERSATION,
    Obstacle.GUILD,
    Obstacle.UNKNOWN_CHANNEL,
    Obstacle.VIEW_CHANNEL,
)


@dataclass(frozen=True, slots=True)
class ChannelAccess:
    """The bot's permissions (from `PERMISSIONS`) and memberships in a channel.

    ``in_guild``: the bot is a member of the guild. ``in_thread``: the bot is a member of the private thread.
    *Send Messages* is not checked, because neither interaction responses nor edits need it.
    """

    kind: ChannelKind
    permissions: frozenset[str] = frozenset()
    in_guild: bool = True
    in_thread: bool = False
    locked: bool = False

    @property
    def obstacle(self) -> Obstacle | None:
        """Return the reason why the bot cannot edit its messages here, or None if it can."""
        if self.kind is ChannelKind.DIRECT:
            return None
        if self.kind is ChannelKind.CONVERSATION:
            return Obstacle.CONVERSATION
        if not self.in_guild:
            return Obstacle.GUILD
        if self.kind is ChannelKind.UNKNOWN:
            return Obstacle.UNKNOWN_CHANNEL
        if not self._may("view_channel"):
            return Obstacle.VIEW_CHANNEL
        if self.kind is ChannelKind.VOICE and not self._may("connect"):
            return Obstacle.CONNECT
        if self._may("manage_threads"):
            return None
        if self.kind is ChannelKind.PRIVATE_THREAD and not self.in_thread:
            return Obstacle.THREAD
        return Obstacle.LOCKED if self.locked else None

    @property
    def can_embed(self) -> bool:
        """Whether the bot may send embeds. Unknown permissions count as granted."""
        return self._probably_may("embed_links")

    @property
    def can_attach(self) -> bool:
        """Whether the bot may attach files. If not, the embed shows pictures by URL."""
        return self._probably_may("attach_files")

    def _probably_may(self, permission: str) -> bool:
        unknown = self.kind is ChannelKind.DIRECT or self.obstacle in _SEES_NOTHING
        return unknown or self._may(permission)

    def _may(self, permission: str) -> bool:
        return permission in self.permissions or "administrator" in self.permissions


def channel_kind(number: int | None) -> ChannelKind:
    """Return the kind of a Discord channel type. ``number`` is None for a type unknown to discord.py."""
    return ChannelKind.UNKNOWN if number is None else _KINDS.get(number, ChannelKind.UNKNOWN)
