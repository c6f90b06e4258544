"""Rendering of cards, with presses and lineage from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mjbot.clock import Clock
from mjbot.core.access.channels import Obstacle
from mjbot.core.card.card import Card, render
from mjbot.core.card.description import requester_of
from mjbot.core.card.lineage import NO_LINEAGE
from mjbot.core.card.state import CardContext
from mjbot.core.model.press import OFFERS_ALL, NotOffered, Press, actions_not_offered
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import Audience, Watch
from mjbot.errors import StoreFailed
from mjbot.ports import PressStore, TaskHistory, UnknownActionStore


class CardRenderer:
    """Renders cards, and reads their presses and lineage from the store for many cards at once."""

    def __init__(
        self, presses: PressStore, unknown: UnknownActionStore, clock: Clock, watch_limit: float, base: str
    ) -> None:
        self._presses = presses
        self._unknown = unknown
        self._clock = clock
        self._watch_limit = watch_limit
        self._base = base

    async def card(
        self, snapshot: TaskSnapshot, audience: Audience, *, obstacle: Obstacle | None = None
    ) -> Card:
        """Render the card of a snapshot. ``obstacle`` is the reason why the card cannot be updated."""
        asked = (snapshot.id, audience.place)
        history = (await self._presses.histories([asked]))[asked]
        return render(snapshot, self._context(history, audience, await self._not_offered(), obstacle))

    async def first_card(self, snapshot: TaskSnapshot, audience: Audience) -> Card:
        """Render a card, or the bare card if the database cannot be read."""
        try:
            return await self.card(snapshot, audience)
        except StoreFailed:
            return self.bare_card(snapshot, audience)

    def bare_card(self, snapshot: TaskSnapshot, audience: Audience) -> Card:
        """Render a card without presses and lineage, when the database cannot be read."""
        history = TaskHistory({}, NO_LINEAGE)
        return render(snapshot, self._context(history, audience, OFFERS_ALL))

    async def cards(self, shown: Sequence[tuple[Watch, TaskSnapshot]]) -> list[tuple[Watch, Card]]:
        """Render the cards of many watches, with one store query for all."""
        known = await self._presses.histories([(snapshot.id, watch.place) for watch, snapshot in shown])
        not_offered = await self._not_offered()
        return [
            (
                watch,
                render(snapshot, self._context(known[snapshot.id, watch.place], watch.audience, not_offered)),
            )
            for watch, snapshot in shown
        ]

    async def presses_of(self, task_id: TaskId) -> tuple[Mapping[str, Press], NotOffered]:
        """Return the presses of a task, and the actions that the upstream does not offer."""
        return await self._presses.of(task_id), await self._not_offered()

    async def _not_offered(self) -> NotOffered:
        return actions_not_offered(await self._unknown.get(), self._clock.now())

    def _context(
        self,
        history: TaskHistory,
        audience: Audience,
        not_offered: NotOffered,
        obstacle: Obstacle | None = None,
    ) -> CardContext:
        return CardContext(
            audience.locale,
            history.presses,
            history.lineage,
            self._watch_limit,
            obstacle,
            not_offered,
            self._base,
            requester_of(audience),
        )
