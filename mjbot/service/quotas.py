"""Whether somebody may ask or press once more just now."""

from __future__ import annotations

from collections.abc import Sequence

from mjbot.clock import Clock
from mjbot.core.access.rate_limits import RateLimit, RateLimits
from mjbot.core.card.description import timestamp
from mjbot.errors import RateLimited, TooManyCards
from mjbot.ports import InteractionContext, UsageStore


class Quotas:
    """Holds people and servers to the limits. Raises before anything is sent or committed."""

    def __init__(self, usage: UsageStore, limits: RateLimits, clock: Clock) -> None:
        self._uses = usage
        self._limits = limits
        self._clock = clock

    async def ask(self, context: InteractionContext, live_cards: int) -> None:
        """Count one question. Raises `RateLimited`, `TooManyCards`."""
        if live_cards >= self._limits.cards:
            raise TooManyCards(n=live_cards)
        await self._take(context, self._limits.commands)

    async def press(self, context: InteractionContext) -> None:
        """Count one press. Raises `RateLimited`."""
        await self._take(context, self._limits.presses)

    async def _take(self, context: InteractionContext, limits: Sequence[RateLimit]) -> None:
        who = {"user": f"user:{context.user_id}"}
        if context.guild_id is not None:
            who["guild"] = f"guild:{context.guild_id}"
        usage = [(who[limit.bucket], limit) for limit in limits if limit.bucket in who]
        free_at = await self._uses.take(usage, self._clock.now())
        if free_at is not None:
            raise RateLimited(t=timestamp(free_at + 1))
