"""From a view to its card: with what was pressed on the task, and with its kin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mjbot.clock import Clock
from mjbot.core.card.card import Card, render
from mjbot.core.card.state import CardContext
from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import Watch
from mjbot.ports import PressStore, TaskHistory

_REFUSED_SECONDS = 24 * 3600.0  # then the service is asked again: it may have learnt the action


class CardRenderer:
    """Draws cards; what the database knows beside a task is looked up for many at once."""

    def __init__(self, presses: PressStore, clock: Clock, watch_limit: float) -> None:
        self._presses = presses
        self._clock = clock
        self._watch_limit = watch_limit

    async def card(
        self, snapshot: TaskSnapshot, locale: str, guild_id: int | None, *, unwatched: bool = False
    ) -> Card:
        """The card for a view."""
        asked = (snapshot.id, guild_id)
        histories = (await self._presses.histories([asked]))[asked]
        return render(snapshot, self._context(histories, locale, await self._refused(), unwatched=unwatched))

    async def cards(self, delivered: Sequence[tuple[Watch, TaskSnapshot]]) -> list[tuple[Watch, Card]]:
        """The cards of these views for their messages, with one look into the database for all."""
        known = await self._presses.histories(
            [(snapshot.id, watch.guild_id) for watch, snapshot in delivered]
        )
        refused = await self._refused()
        return [
            (
                watch,
                render(snapshot, self._context(known[snapshot.id, watch.guild_id], watch.locale, refused)),
            )
            for watch, snapshot in delivered
        ]

    async def pressed(self, task_id: TaskId) -> tuple[Mapping[str, Press], frozenset[str]]:
        """The presses of a task, and the kinds of action that the service does not offer at present."""
        return await self._presses.of(task_id), await self._refused()

    async def _refused(self) -> frozenset[str]:
        return await self._presses.refused_kinds(self._clock.now() - _REFUSED_SECONDS)

    def _context(
        self, histories: TaskHistory, locale: str, refused: frozenset[str], *, unwatched: bool = False
    ) -> CardContext:
        presses, lineage = histories.presses, histories.lineage
        return CardContext(locale, presses, lineage, self._watch_limit, unwatched, refused)
