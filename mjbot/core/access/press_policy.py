"""The press policy, which defines the guild members that may press buttons.

A guild may restrict presses because they all share one upstream quota.
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
    """The user who presses. With ``manages`` (the Manage Server permission), the user may always press."""

    user_id: int
    roles: frozenset[int] = frozenset()
    manages: bool = False


def may_press(policy: PressPolicy, actor: Actor, requester_id: int | None) -> bool:
    """Return whether a user may press. ``requester_id``: the user who requested the card, or None."""
    if policy.scope is PressScope.ANYONE or actor.manages:
        return True
    if policy.scope is PressScope.ROLE:
        return policy.role_id in actor.roles
    return actor.user_id == requester_id


def may_stop(actor: Actor, requester_id: int | None, *, here: bool) -> bool:
    """Return whether a user may stop what was requested by this one. ``here``: in the user's own place."""
    return actor.user_id == requester_id or (here and actor.manages)


def may_press_from_elsewhere(policy: PressPolicy, user_id: int, requesters: Collection[int]) -> bool:
    """Return whether the policy of a guild allows a user to press outside the guild.

    ``requesters``: the users who requested the task's cards there. The user's roles there are not known,
    so a policy with a role allows no one.
    """
    if policy.scope is PressScope.REQUESTER:
        return user_id in requesters
    return policy.scope is PressScope.ANYONE


def mention_allowed(policy: PressPolicy, requester_id: int | None) -> str:
    """Return a mention of the role or user that may press, or "". The caller must keep it from pinging."""
    if policy.scope is PressScope.ROLE:
        return f"<@&{policy.role_id}>"
    return f"<@{requester_id}>" if requester_id else ""
