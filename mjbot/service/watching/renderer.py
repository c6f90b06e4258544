"""Render cards, with the presses and the related tasks from the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mjbot.clock import Clock
from mjbot.core.access.channels import Obstacle
from mjbot.core.access.place import Place
from mjbot.core.card.card import Card, render
from mjbot.core.card.description import requester_of
from mjbot.core.card.lineage import NO_LINEAGE
from mjbot.core.card.series import SeriesPicture, SeriesStage
from mjbot.core.card.state import CardContext
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.making.parsing import mend_dashes
from mjbot.core.model.press import MAKE_ACTION, OFFERS_ALL, NotOffered, Press, actions_not_offered
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.submits import Command
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import Audience, Watch
from mjbot.errors import StoreFailed
from mjbot.ports import NO_HISTORY, PressStore, Refusal, SeriesPart, TaskHistory, UnknownActionStore


class CardRenderer:
    """Renders cards. The presses and related tasks of many cards are read with one query."""

    def __init__(
        self,
        presses: PressStore,
        unknown: UnknownActionStore,
        offers: Callable[[Command], bool | None],
        clock: Clock,
        watch_limit: float,
        base: str,
        can_make: Callable[[Place], bool],
    ) -> None:
        self._presses = presses
        self._unknown = unknown
        self._offers = offers
        self._clock = clock
        self._watch_limit = watch_limit
        self._base = base
        self._can_make = can_make

    async def card(
        self, snapshot: TaskSnapshot, audience: Audience, *, obstacle: Obstacle | None = None
    ) -> Card:
        """Render the card of a task. ``obstacle`` is the reason why the card cannot be updated, if any."""
        asked = (snapshot.id, audience.place)
        history = (await self._presses.histories([asked]))[asked]
        return render(snapshot, self._context(history, audience, await self._not_offered(), obstacle))

    async def first_card(self, snapshot: TaskSnapshot, audience: Audience) -> Card:
        """Render the first card of a message, or the bare card if the database cannot be read."""
        try:
            return await self.card(snapshot, audience)
        except StoreFailed:
            return self.bare_card(snapshot, audience)

    def bare_card(self, snapshot: TaskSnapshot, audience: Audience) -> Card:
        """Render a card without presses and related tasks, which needs no database."""
        return render(snapshot, self._context(NO_HISTORY, audience, OFFERS_ALL, can_make=False))

    async def cards(self, shown: Sequence[tuple[Watch, TaskSnapshot]]) -> list[tuple[Watch, Card]]:
        """Render the cards of many watches, with one database query for all."""
        known = await self._presses.histories([(snapshot.id, watch.place) for watch, snapshot in shown])
        not_offered = await self._not_offered()
        return [
            (
                watch,
                render(
                    watch.as_shown(snapshot),
                    self._context(known[snapshot.id, watch.place], watch.audience, not_offered),
                ),
            )
            for watch, snapshot in shown
        ]

    async def context_of(self, task_id: TaskId, audience: Audience) -> CardContext:
        """Return the context for rendering a task for one user, without related tasks."""
        history = TaskHistory(await self._presses.of(task_id), NO_LINEAGE)
        return self._context(history, audience, await self._not_offered())

    async def _not_offered(self) -> NotOffered:
        return actions_not_offered(await self._unknown.get(), self._clock.now())

    def _context(
        self,
        history: TaskHistory,
        audience: Audience,
        not_offered: NotOffered,
        obstacle: Obstacle | None = None,
        *,
        can_make: bool = True,
    ) -> CardContext:
        return CardContext(
            audience.locale,
            history.presses,
            history.lineage,
            self._watch_limit,
            obstacle,
            not_offered,
            self._base,
            can_cancel=self._offers(Command.CANCEL) is True,
            has_seeds=self._offers(Command.SEED) is not False,
            notes=tuple(_notes(history, audience.locale)),
            tries=history.tries,
            not_found=history.not_found,
            can_make=can_make and self._can_make(audience.place),
            series=tuple(_picture(each, audience) for each in history.series),
            requester=requester_of(audience),
        )


def _notes(history: TaskHistory, locale: str) -> Iterator[str]:
    """Yield the card's notes about the prompt: that dashes were corrected, and why it was refused."""
    make = history.make
    if make is None:
        return
    mended = mend_dashes(make.text)[1] if make.command is Command.IMAGINE else ()
    if mended:
        yield " ".join(each.sentence(locale) for each in mended)
    if history.presses.get(MAKE_ACTION) is Press.REFUSED:
        refusal = make.refusal or Refusal(Text.CARD_REFUSED_RESTART)
        yield translate(refusal.text, locale, **refusal.values)


def _picture(part: SeriesPart, audience: Audience) -> SeriesPicture:
    """Return what the card of a series says about one of its parts."""
    make, link = part.make, part.message.url(audience.guild_id) if part.message else ""
    reason = translate(make.refusal.text, audience.locale, **make.refusal.values) if make.refusal else ""
    match part.press:
        case Press.ACCEPTED:
            stage = SeriesStage.STARTED if link else SeriesStage.STARTING
            return SeriesPicture(make.text, stage, link)
        case Press.UNCLEAR:
            return SeriesPicture(make.text, SeriesStage.NOT_FOUND if part.not_found else SeriesStage.UNCLEAR)
        case Press.SENDING:
            return SeriesPicture(make.text, SeriesStage.SENDING)
        case Press.RETRYING:
            return SeriesPicture(make.text, SeriesStage.RETRYING)
    return SeriesPicture(make.text, SeriesStage.REFUSED if make.refusal else SeriesStage.WAITING, "", reason)
