"""Renders a task's card, with its presses and its parent and children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mjbot.clock import Clock
from mjbot.core.access.channels import Obstacle
from mjbot.core.card.card import Card, render
from mjbot.core.card.lineage import NO_LINEAGE
from mjbot.core.card.state import CardContext
from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import Watch
from mjbot.errors import StoreFailed
from mjbot.ports import PressStore, TaskHistory

_REFUSED_SECONDS = 24 * 3600.0  # then an action is offered again: an upstream may support it after an update


class CardRenderer:
    """Renders cards; presses and lineage are read from the store, for many cards at once."""

    def __init__(self, presses: PressStore, clock: Clock, watch_limit: float, base: str) -> None:
        self._presses = presses
        self._clock = clock
        self._watch_limit = watch_limit
        self._base = base

    async def card(
        self,
        snapshot: TaskSnapshot,
        locale: str,
        guild_id: int | None,
        *,
        obstacle: Obstacle | None = None,
    ) -> Card:
        """Render the card of a snapshot; it says which ``obstacle`` keeps it from being updated."""
        asked = (snapshot.id, guild_id)
        history = (await self._presses.histories([asked]))[asked]
        return render(snapshot, self._context(history, locale, await self.not_offered(), obstacle))

    async def first_card(self, snapshot: TaskSnapshot, locale: str, guild_id: int | None) -> Card:
        """The card for a task that must be shown; the bare one if the database cannot be read."""
        try:
            return await self.card(snapshot, locale, guild_id)
        except StoreFailed:
            return self.bare_card(snapshot, locale)

    def bare_card(self, snapshot: TaskSnapshot, locale: str) -> Card:
        """Render the card without presses and relatives, for when the database cannot be read."""
        history = TaskHistory({}, NO_LINEAGE)
        return render(snapshot, self._context(history, locale, frozenset()))

    async def cards(self, shown: Sequence[tuple[Watch, TaskSnapshot]]) -> list[tuple[Watch, Card]]:
        """Render the cards of these snapshots for their messages, with one store query for all."""
        known = await self._presses.histories([(snapshot.id, watch.guild_id) for watch, snapshot in shown])
        not_offered = await self.not_offered()
        return [
            (
                watch,
                render(
                    snapshot, self._context(known[snapshot.id, watch.guild_id], watch.locale, not_offered)
                ),
            )
            for watch, snapshot in shown
        ]

    async def presses_of(self, task_id: TaskId) -> tuple[Mapping[str, Press], frozenset[str]]:
        """Return the presses of a task, and the kinds of action that the upstream does not offer."""
        return await self._presses.of(task_id), await self.not_offered()

    async def not_offered(self) -> frozenset[str]:
        """Return the kinds of action that the upstream currently does not offer."""
        now = self._clock.now()
        return await self._presses.refused_kinds(now - _REFUSED_SECONDS, now)

    def _context(
        self,
        history: TaskHistory,
        locale: str,
        not_offered: frozenset[str],
        obstacle: Obstacle | None = None,
    ) -> CardContext:
        presses, lineage = history.presses, history.lineage
        return CardContext(locale, presses, lineage, self._watch_limit, obstacle, not_offered, self._base)
