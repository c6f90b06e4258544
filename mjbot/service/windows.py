"""Tasks that wait for words: asked for once more, answered once, or left alone."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace

from mjbot.clock import Clock
from mjbot.core.buttons import Press
from mjbot.core.custom_id import Aim, CustomId, Verb
from mjbot.core.forms import PROMPT, Question
from mjbot.core.region import OWN
from mjbot.core.state import MODAL
from mjbot.core.task import Phase, TaskId
from mjbot.core.view import Left, TaskView
from mjbot.core.watch import MessageRef, WatchState
from mjbot.core.words import say
from mjbot.errors import MJBotError, PressRefused, StoreFailed, nothing_started
from mjbot.ports import Place, PressStore, Reply, TaskSource, Words
from mjbot.service.cards import CardKeeper
from mjbot.service.drafts import Drafts
from mjbot.service.patience import Patience
from mjbot.service.permits import PermitService
from mjbot.service.quotas import Quotas
from mjbot.service.regions import RegionService
from mjbot.service.status import StatusService
from mjbot.service.underway import UnderWay
from mjbot.tracker import TaskTracker

log = logging.getLogger(__name__)


class WindowService:
    """Answers windows. Like a press, an answer is committed first and sent once."""

    def __init__(
        self,
        source: TaskSource,
        presses: PressStore,
        tracker: TaskTracker,
        status: StatusService,
        regions: RegionService,
        permits: PermitService,
        quotas: Quotas,
        cards: CardKeeper,
        under_way: UnderWay,
        patience: Patience,
        drafts: Drafts,
        clock: Clock,
    ) -> None:
        self._source = source
        self._presses = presses
        self._tracker = tracker
        self._status = status
        self._regions = regions
        self._permits = permits
        self._quotas = quotas
        self._cards = cards
        self._under_way = under_way
        self._patience = patience
        self._drafts = drafts
        self._clock = clock

    async def write(self, place: Place, on: MessageRef, task_id: TaskId, aim: Aim, reply: Reply) -> None:
        """Open the window of a waiting task, from what is known of it here."""
        await self._admit(place, on, task_id)
        await self._refuse_answered(task_id)
        view = self._tracker.view(task_id)
        draft = self._drafts.get(place.user_id, task_id, MODAL)
        text = draft or (view.task.prompt[:PROMPT] if view and view.task else "")
        target = CustomId(Verb.FORM, task_id, str(aim))
        await reply.ask(Question(target, _label(place), text, mask=aim.area == OWN))

    async def answer(
        self, place: Place, on: MessageRef, task_id: TaskId, aim: Aim, words: Words, reply: Reply
    ) -> None:
        """Give a waiting task its words. Raises `MJBotError`."""
        self._status.admit_spending(place)
        await self._admit(place, on, task_id)
        if not words.prompt.strip():
            raise PressRefused("say.no_words")
        self._drafts.keep(place.user_id, task_id, MODAL, words.prompt)
        await reply.think()
        with self._under_way.noted():
            view = await self._status.known(task_id)
            if view.task is not None and view.task.phase is not Phase.WAITING:
                raise PressRefused("say.answered")
            mask = await self._regions.mask(place, task_id, aim, words) if aim.area else ""
            await self._quotas.press(place)
            await self._answer(place, on, view, words, mask)
        self._drafts.drop(place.user_id, task_id, MODAL)

    async def _answer(self, place: Place, on: MessageRef, view: TaskView, words: Words, mask: str) -> None:
        task_id = view.id
        if await self._presses.begin(task_id, MODAL, place.user_id, self._clock.now()) is not None:
            raise PressRefused("say.answered")

        async def waiting(until: float | None) -> None:
            await (noted(Press.RETRYING) if until else self._presses.note(task_id, MODAL, Press.RETRYING))

        async def noted(state: Press) -> None:
            with suppress(StoreFailed):  # what happened is told all the same
                await self._presses.note(task_id, MODAL, state)
                await self._cards.repaint(on, view)

        try:
            await self._cards.repaint(on, view)
            accepted = await self._patience.submit(
                lambda: self._source.submit_modal(task_id, words.prompt, mask),
                task_id,
                MODAL,
                waiting,
                lambda: noted(Press.SENDING),
            )
        except BaseException as error:
            await noted(Press.REFUSED if nothing_started(error) else Press.UNCLEAR)
            if isinstance(error, MJBotError):
                error.values.setdefault("label", _label(place))
            raise
        await noted(Press.ACCEPTED)
        if accepted.task_id != task_id:
            await self._continue(
                place, await self._cards.message_of(on, task_id), view, accepted.task_id, words
            )
        else:
            await self._cards.take_up(on, view)  # it may have been left alone meanwhile
        self._tracker.hurry(accepted.task_id)

    async def leave(self, place: Place, on: MessageRef, task_id: TaskId, reply: Reply) -> None:
        """Decide that a window is not to be answered."""
        await self._admit(place, on, task_id)
        await self._refuse_answered(task_id)
        await reply.think()
        await self._tracker.observe({task_id: Left()})

    async def _admit(self, place: Place, on: MessageRef, task_id: TaskId) -> None:
        self._status.admit(place)
        await self._permits.check(place, on, task_id)

    async def _refuse_answered(self, task_id: TaskId) -> None:
        state = (await self._presses.of(task_id)).get(MODAL)
        if state not in (None, Press.REFUSED):
            raise PressRefused("say.answered")

    async def _continue(
        self, place: Place, on: MessageRef, view: TaskView, task_id: TaskId, words: Words
    ) -> None:
        """A server that goes on under another number: the same message follows that."""
        now = self._clock.now()
        assert view.task is not None
        task = replace(view.task, id=task_id, status="SUBMITTED", prompt=words.prompt)
        child = TaskView(task_id, opened_at=now, task=task)
        watch = replace(self._status.new_watch(place, task_id, on), state=WatchState.OPEN)
        await self._cards.reopen(on)
        await self._presses.accept(view.id, MODAL, say("button.write", "en"), watch, child)
        await self._cards.take_over(watch, view.id, child)


def _label(place: Place) -> str:
    return say("button.write", place.private_locale)
