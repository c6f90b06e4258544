"""How much one person, and one server, may ask of a shared key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60.0
TEN_MINUTES: Final = 600.0
HOUR: Final = 3600.0
LONGEST: Final = HOUR


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``number`` uses of one ``kind`` within ``seconds``, by one of whom ``by`` names."""

    kind: str
    by: str
    number: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for everybody. ``cards`` are the live ones of one server."""

    asks: tuple[Limit, ...]
    presses: tuple[Limit, ...]
    cards: int


def limits_of(*, user_asks: int, user_presses: int, guild_presses: int, guild_cards: int) -> Limits:
    """The limits, out of the settings: asks in a minute, presses in ten, and in an hour by a whole server."""
    return Limits(
        asks=(Limit("ask", "user", user_asks, MINUTE),),
        presses=(
            Limit("press", "user", user_presses, TEN_MINUTES),
            Limit("press", "guild", guild_presses, HOUR),
        ),
        cards=guild_cards,
    )
