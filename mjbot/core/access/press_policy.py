"""The press policy, which defines which guild members may press buttons.

A guild may want to restrict presses, because all users share one quota at the image service.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class PressScope(StrEnum):
    """Groups of members that a guild can allow to press buttons."""

    ANYONE = "anyone"
    REQUESTER = "requester"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class PressPolicy:
    """The press policy of one guild. ``role_id`` only applies to `PressScope.ROLE`."""

    scope: PressScope = PressScope.ANYONE
    role_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """The user who presses a button. ``manages``: the user has Manage Server, and may always press."""

    user_id: int
    roles: frozenset[int] = frozenset()
    manages: bool = False


def may_press(policy: PressPolicy, actor: Actor, requester_id: int | None) -> bool:
    """Return whether a user may press a card's buttons. ``requester_id``: who requested the card, or None."""
    if policy.scope is PressScope.ANYONE or actor.manages:
        return True
    if policy.scope is PressScope.ROLE:
        return policy.role_id in actor.roles
    return actor.user_id == requester_id


def may_stop(actor: Actor, requester_id: int | None, *, here: bool) -> bool:
    """Return whether a user may stop a task or card that ``requester_id`` requested.

    ``here``: it was requested in the guild or direct messages in which the user acts. Only there may users
    with the Manage Server permission stop what others requested.
    """
    return actor.user_id == requester_id or (here and actor.manages)


def may_press_from_elsewhere(policy: PressPolicy, user_id: int, requesters: Collection[int]) -> bool:
    """Return whether the policy of a guild allows a user to press outside the guild.

    ``requesters``: the users who requested the task's cards in that guild. The user's roles in that guild are
    not known, so a policy that requires a role allows no one.
    """
    if policy.scope is PressScope.REQUESTER:
        return user_id in requesters
    return policy.scope is PressScope.ANYONE


def mention_allowed(policy: PressPolicy, requester_id: int | None) -> str:
    """Return a mention of the role or user that may press, or "" if none.

    The caller must suppress the ping.
    """
    if policy.scope is PressScope.ROLE:
        return f"<@&{policy.role_id}>"
    return f"<@{requester_id}>" if requester_id else ""
