"""Whether somebody may ask or press once more just now."""

from __future__ import annotations

from collections.abc import Sequence

from mjbot.clock import Clock
from mjbot.core.description import timestamp
from mjbot.core.limits import Limit, Limits
from mjbot.errors import TooManyCards, TooMuch
from mjbot.ports import Place, UseStore


class Quotas:
    """Holds people and servers to the limits. Raises before anything is sent or committed."""

    def __init__(self, uses: UseStore, limits: Limits, clock: Clock) -> None:
        self._uses = uses
        self._limits = limits
        self._clock = clock

    async def ask(self, place: Place, live_cards: int) -> None:
        """Count one question. Raises `TooMuch`, `TooManyCards`."""
        if live_cards >= self._limits.cards:
            raise TooManyCards(n=live_cards)
        await self._take(place, self._limits.asks)

    async def press(self, place: Place) -> None:
        """Count one press. Raises `TooMuch`."""
        await self._take(place, self._limits.presses)

    async def _take(self, place: Place, limits: Sequence[Limit]) -> None:
        who = {"user": f"user:{place.user_id}"}
        if place.guild_id is not None:
            who["guild"] = f"guild:{place.guild_id}"
        uses = [(who[limit.by], limit) for limit in limits if limit.by in who]
        free_at = await self._uses.take(uses, self._clock.now())
        if free_at is not None:
            raise TooMuch(t=timestamp(free_at + 1))
