"""Who may press a task's buttons in a guild: presses spend a key that the whole team shares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """The choices that a guild has."""

    ANYONE = "anyone"
    REQUESTER = "requester"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Policy:
    """One guild's choice. ``role_id`` counts for `Who.ROLE` alone."""

    who: Who = Who.ANYONE
    role_id: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who presses. ``manages``: has Manage Server, which is always enough."""

    user_id: int
    roles: frozenset[int] = frozenset()
    manages: bool = False


def may_press(policy: Policy, person: Person, requester_id: int | None) -> bool:
    """Whether somebody may press; ``requester_id`` asked for the card (None: nobody knows any more)."""
    if policy.who is Who.ANYONE or person.manages:
        return True
    if policy.who is Who.ROLE:
        return policy.role_id in person.roles
    return person.user_id == requester_id


def named(policy: Policy, requester_id: int | None) -> str:
    """Who may press, as a mention that shows a name and pings nobody; "" when nobody can be named."""
    if policy.who is Who.ROLE:
        return f"<@&{policy.role_id}>"
    return f"<@{requester_id}>" if requester_id else ""
