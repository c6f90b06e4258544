"""Rate limits per user and per guild. They exist because all users share one bot and one API key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

MINUTE: Final = 60.0
TEN_MINUTES: Final = 600.0
HOUR: Final = 3600.0
LONGEST: Final = HOUR  # the longest span of any limit, for which uses must be stored


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A limit of ``number`` uses of one ``kind`` of action in ``seconds``, per ``bucket`` (user or guild)."""

    kind: str
    bucket: str
    number: int
    seconds: float


# Generous enough never to affect normal use: selecting and clearing the nine cells of a picker is 18 presses.
INTERACTIONS: Final = (
    RateLimit("interaction", "user", 30, MINUTE),
    RateLimit("interaction", "guild", 300, MINUTE),
)
SUGGESTIONS: Final = (
    RateLimit("suggestion", "user", 90, MINUTE),
    RateLimit("suggestion", "guild", 900, MINUTE),
)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """All rate limits, and ``cards``, the maximum number of live cards per guild."""

    commands: tuple[RateLimit, ...]
    presses: tuple[RateLimit, ...]
    cards: int
    interactions: tuple[RateLimit, ...] = INTERACTIONS
    """Limits on all commands and presses, including those that submit nothing, such as opening a modal."""
    suggestions: tuple[RateLimit, ...] = SUGGESTIONS
    """Limits on autocomplete requests. Discord sends about one for each keystroke."""


def rate_limits_from(
    *,
    user_commands_per_minute: int,
    user_presses_per_10_min: int,
    guild_presses_per_hour: int,
    guild_cards: int,
) -> RateLimits:
    """Build the limits from the settings."""
    # An interaction is at most a command or a press, so their limits must be within reach.
    interactions = max(INTERACTIONS[0].number, user_commands_per_minute, user_presses_per_10_min)
    return RateLimits(
        commands=(RateLimit("command", "user", user_commands_per_minute, MINUTE),),
        presses=(
            RateLimit("press", "user", user_presses_per_10_min, TEN_MINUTES),
            RateLimit("press", "guild", guild_presses_per_hour, HOUR),
        ),
        cards=guild_cards,
        interactions=(
            replace(INTERACTIONS[0], number=interactions),
            replace(INTERACTIONS[1], number=10 * interactions),
        ),
    )
