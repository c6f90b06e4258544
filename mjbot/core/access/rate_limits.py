"""How much one person, and one server, may ask of a shared key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60.0
TEN_MINUTES: Final = 600.0
HOUR: Final = 3600.0
LONGEST: Final = HOUR


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``number`` uses of one ``kind`` within ``seconds``, by one of whom ``by`` names."""

    kind: str
    by: str
    number: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What holds for everybody. ``cards`` are the live ones of one server."""

    commands: tuple[RateLimit, ...]
    presses: tuple[RateLimit, ...]
    cards: int


def rate_limits_from(
    *,
    user_commands_per_minute: int,
    user_presses_per_10_min: int,
    guild_presses_per_hour: int,
    guild_cards: int,
) -> RateLimits:
    """The limits, out of the settings: asks in a minute, presses in ten, and in an hour by a whole server."""
    return RateLimits(
        commands=(RateLimit("command", "user", user_commands_per_minute, MINUTE),),
        presses=(
            RateLimit("press", "user", user_presses_per_10_min, TEN_MINUTES),
            RateLimit("press", "guild", guild_presses_per_hour, HOUR),
        ),
        cards=guild_cards,
    )
