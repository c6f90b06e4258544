"""Who may press a task's buttons in a guild: presses spend a key that the whole team shares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PressScope(StrEnum):
    """The choices that a guild has."""

    ANYONE = "anyone"
    REQUESTER = "requester"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class PressPolicy:
    """One guild's choice. ``role_id`` counts for `PressScope.ROLE` alone."""

    who: PressScope = PressScope.ANYONE
    role_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who presses. ``manages``: has Manage Server, which is always enough."""

    user_id: int
    roles: frozenset[int] = frozenset()
    manages: bool = False


def may_press(policy: PressPolicy, person: Actor, requester_id: int | None) -> bool:
    """Whether somebody may press; ``requester_id`` asked for the card (None: nobody knows any more)."""
    if policy.who is PressScope.ANYONE or person.manages:
        return True
    if policy.who is PressScope.ROLE:
        return policy.role_id in person.roles
    return person.user_id == requester_id


def mention_allowed(policy: PressPolicy, requester_id: int | None) -> str:
    """Who may press, as a mention that shows a name and pings nobody; "" when nobody can be named."""
    if policy.who is PressScope.ROLE:
        return f"<@&{policy.role_id}>"
    return f"<@{requester_id}>" if requester_id else ""
