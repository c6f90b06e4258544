"""From a view to its card: with what was pressed on the task, and with its kin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mjbot.clock import Clock
from mjbot.core.buttons import Press
from mjbot.core.card import Card, render
from mjbot.core.state import Context
from mjbot.core.task import TaskId
from mjbot.core.view import TaskView
from mjbot.core.watch import Watch
from mjbot.ports import Background, PressStore

_REFUSED_SECONDS = 24 * 3600.0  # then the service is asked again: it may have learnt the action


class Painter:
    """Draws cards; what the database knows beside a task is looked up for many at once."""

    def __init__(self, presses: PressStore, clock: Clock, watch_limit: float) -> None:
        self._presses = presses
        self._clock = clock
        self._watch_limit = watch_limit

    async def card(
        self, view: TaskView, locale: str, guild_id: int | None, *, unwatched: bool = False
    ) -> Card:
        """The card for a view."""
        asked = (view.id, guild_id)
        background = (await self._presses.background([asked]))[asked]
        return render(view, self._context(background, locale, await self._refused(), unwatched=unwatched))

    async def cards(self, shown: Sequence[tuple[Watch, TaskView]]) -> list[tuple[Watch, Card]]:
        """The cards of these views for their messages, with one look into the database for all."""
        known = await self._presses.background([(view.id, watch.guild_id) for watch, view in shown])
        refused = await self._refused()
        return [
            (watch, render(view, self._context(known[view.id, watch.guild_id], watch.locale, refused)))
            for watch, view in shown
        ]

    async def pressed(self, task_id: TaskId) -> tuple[Mapping[str, Press], frozenset[str]]:
        """The presses of a task, and the kinds of action that the service does not offer at present."""
        return await self._presses.of(task_id), await self._refused()

    async def _refused(self) -> frozenset[str]:
        return await self._presses.refused_kinds(self._clock.now() - _REFUSED_SECONDS)

    def _context(
        self, background: Background, locale: str, refused: frozenset[str], *, unwatched: bool = False
    ) -> Context:
        presses, lineage = background.presses, background.lineage
        return Context(locale, presses, lineage, self._watch_limit, unwatched, refused)
