"""A press of one of the task's own buttons: submitted once, and its answer becomes the child's card."""

from __future__ import annotations

import logging
from contextlib import suppress

from mjbot.clock import Clock
from mjbot.core.buttons import Press, kind_of
from mjbot.core.card import crowded
from mjbot.core.custom_id import Aim, CustomId, Verb
from mjbot.core.task import TaskId
from mjbot.core.text import escape
from mjbot.core.watch import MessageRef
from mjbot.errors import MJBotError, PressRefused, StoreFailed
from mjbot.ports import Accepted, Place, PressStore, Reply, TaskSource, WatchStore, Words
from mjbot.service.actions import Action, action_of, tell_of
from mjbot.service.attempts import Attempt
from mjbot.service.cards import CardKeeper
from mjbot.service.children import ChildService
from mjbot.service.drafts import Drafts
from mjbot.service.patience import Patience
from mjbot.service.permits import PermitService
from mjbot.service.questions import Questions
from mjbot.service.quotas import Quotas
from mjbot.service.regions import RegionService
from mjbot.service.status import StatusService
from mjbot.service.underway import UnderWay

log = logging.getLogger(__name__)


class PressService:
    """Submits presses. A row in the database is committed first, so that nothing is sent twice."""

    def __init__(
        self,
        source: TaskSource,
        store: WatchStore,
        presses: PressStore,
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
        self._store = store
        self._presses = presses
        self._status = status
        self._permits = permits
        self._quotas = quotas
        self._cards = cards
        self._children = ChildService(presses, status, cards)
        self._patience = patience
        self._questions = Questions(presses, regions, drafts)
        self._clock = clock
        self._under_way = under_way

    async def press(
        self,
        place: Place,
        on: MessageRef,
        task_id: TaskId,
        aim: Aim,
        reply: Reply,
        words: Words | None = None,
    ) -> None:
        """Press an action. Raises `MJBotError`, with the button's label in it.

        ``words``: what its window was given.
        """
        self._status.admit_spending(place)
        await self._permits.check(place, on, task_id)
        with self._under_way.noted():
            if (stored := await self._store.view(task_id)) is None or stored.task is None:
                await reply.think()  # the task must be read first, which may take longer than Discord waits
            action = await self._action(task_id, aim, place.locale, reply)
            _, refused = await self._cards.painter.pressed(task_id)
            if kind_of(action.button.custom_id) in refused:
                raise PressRefused("say.refused", label=escape(action.label))
            if self._questions.wanting(action, words):
                await self._questions.ask(place, action, reply)
                return
            mask = await self._questions.checked(place, action, words, reply) if words else ""
            if mask is not None:
                await self._press(place, on, action, reply, words, mask)

    async def stop_trying(
        self, place: Place, on: MessageRef, task_id: TaskId, action: str, reply: Reply
    ) -> None:
        """Give up a press for which there is no room."""
        self._status.admit(place)
        await self._permits.check(place, on, task_id)
        if not self._patience.stop(task_id, action):
            raise PressRefused("say.not_trying")
        await reply.think()

    async def finish(self, seconds: float) -> None:
        """Give up what waits for room, and wait for what is on its way."""
        self._patience.stop_all()
        await self._under_way.finish(seconds)

    async def _press(
        self,
        place: Place,
        on: MessageRef,
        action: Action,
        reply: Reply,
        words: Words | None = None,
        mask: str = "",
    ) -> None:
        await self._quotas.press(place)
        task_id, now, after = action.view.id, self._clock.now(), action.aim.after
        earlier = await self._presses.begin(task_id, action.digest, place.user_id, now, after=after)
        if earlier is not None:
            await tell_of(earlier, action, place, reply)
            return
        attempt = Attempt(self._source, action, words, mask)
        try:
            ref = await reply.think()
            await self._cards.repaint(on, action.view)
            accepted = await self._submit(place, attempt, action, reply)
        except BaseException as error:
            await self._failed(action, on, error, under_way=attempt.under_way)
            raise
        self._questions.settled(place, action)
        try:
            await self._children.born(
                place, action.view, (action.digest, action.label), accepted, words, ref, reply
            )
        except StoreFailed as error:
            label = escape(action.label)
            raise PressRefused("say.started_unshown", label=label, id=accepted.task_id) from error
        finally:
            await self._cards.repaint(on, action.view)
        await self._cards.check_children(action.view, place.guild_id)

    async def _submit(self, place: Place, attempt: Attempt, action: Action, reply: Reply) -> Accepted:
        task_id = action.view.id

        async def waiting(until: float | None) -> None:
            await self._presses.note(task_id, action.digest, Press.RETRYING)
            if until is not None:
                stop = CustomId(Verb.STOP, task_id, action.digest)
                await reply.hold(crowded(stop, action.label, until, place.locale))

        return await self._patience.submit(
            attempt.send,
            task_id,
            action.digest,
            waiting,
            lambda: self._presses.note(task_id, action.digest, Press.SENDING),
        )

    async def _action(self, task_id: TaskId, aim: Aim, locale: str, reply: Reply) -> Action:
        action = action_of(await self._status.known(task_id), aim, locale)
        if action is None:  # the stored view may be older than the message
            await reply.think()  # reading may take longer than Discord waits
            action = action_of(await self._status.read(task_id), aim, locale)
        if action is None:
            raise PressRefused("say.no_button", id=task_id)
        return action

    async def _failed(self, action: Action, on: MessageRef, error: BaseException, *, under_way: bool) -> None:
        state = Press.UNCLEAR if under_way else Press.REFUSED
        if isinstance(error, PressRefused) and error.for_good:
            state = Press.UNKNOWN_ACTION
        if isinstance(error, MJBotError):
            error.values.setdefault("label", escape(action.label))
            task_id = action.view.id
            log.info("press %s of task %s: %s", action.digest, task_id, state, extra={"task": task_id})
            log.debug("what was said: %s", error)  # may hold words of a prompt
        with suppress(StoreFailed):  # what happened is told all the same
            await self._presses.note(action.view.id, action.digest, state)
            if state is Press.UNKNOWN_ACTION:
                await self._presses.refuse_kind(kind_of(action.button.custom_id), self._clock.now())
            await self._cards.repaint(on, action.view)
