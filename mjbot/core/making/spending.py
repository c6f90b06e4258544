"""Where users can make pictures. This spends the operator's credit, so the operator must allow it first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mjbot.core.i18n.texts import Text


class MakeScope(StrEnum):
    """The guilds in which users can make pictures."""

    NAMED = "named"  # those of the setting
    INVITED = "invited"  # all, and only the operator can invite the bot
    ANYWHERE = "anywhere"  # all, by the setting
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class SpendingPolicy:
    """The operator's settings: the guilds that may use the bot, and where users can make pictures.

    An empty set of guilds allows all guilds.
    """

    allowed_guilds: frozenset[int] = frozenset()
    anywhere: bool = False
    in_direct_messages: bool = False


def scope_of_making(policy: SpendingPolicy, *, bot_public: bool | None) -> MakeScope:
    """Return where users can make pictures.

    ``bot_public``: anyone can invite the application. None means that this is not known yet, and counts as
    True.
    """
    if policy.allowed_guilds:
        return MakeScope.NAMED
    if policy.anywhere:
        return MakeScope.ANYWHERE
    return MakeScope.INVITED if bot_public is False else MakeScope.NOWHERE


def refuse_making(policy: SpendingPolicy, guild_id: int | None, *, bot_public: bool | None) -> Text | None:
    """Return why users cannot make pictures in a guild, or None if they can.

    In direct messages, ``guild_id`` is None.
    """
    if guild_id is None:
        return None if policy.in_direct_messages else Text.MAKE_NOT_IN_DIRECT
    match scope_of_making(policy, bot_public=bot_public):
        case MakeScope.NAMED:
            return None if guild_id in policy.allowed_guilds else Text.MAKE_NOT_IN_GUILD
        case MakeScope.NOWHERE:
            return Text.MAKE_NOT_WHILE_PUBLIC
    return None


_SCOPES: Final = {
    MakeScope.NAMED: "open in the servers of MJBOT_ALLOWED_GUILDS",
    MakeScope.INVITED: "open in every server of the bot, to which only you can invite it",
    MakeScope.ANYWHERE: "open in every server of the bot (MJBOT_MAKE_ANYWHERE)",
    MakeScope.NOWHERE: (
        "closed in servers, because anyone can invite the bot: name yours in MJBOT_ALLOWED_GUILDS, "
        'or turn off "Public Bot"'
    ),
}


def making_in_words(policy: SpendingPolicy, *, bot_public: bool | None) -> tuple[bool, str]:
    """Describe to the operator where users can make pictures. The flag is False if strangers could do so.

    If only listed guilds may use the bot, users cannot make pictures in direct messages.
    """
    scope = scope_of_making(policy, bot_public=bot_public)
    in_direct = policy.in_direct_messages and scope is not MakeScope.NAMED
    where = _SCOPES[scope] + ("; open in direct messages" if in_direct else "")
    if bot_public is False or not (in_direct or scope is MakeScope.ANYWHERE):
        return True, where
    return False, f"{where}. Anyone can add the bot, so strangers can spend your credit"
