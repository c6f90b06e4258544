"""A press of one of the task's own buttons: submitted once, and its answer becomes the child's card."""

from __future__ import annotations

import logging
from contextlib import suppress

from mjbot.clock import Clock
from mjbot.core.card.buttons import kind_of
from mjbot.core.card.card import queue_full_card
from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.core.model.custom_id import CustomId, PressTarget, Verb
from mjbot.core.model.press import Press
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.errors import MJBotError, PressRefused, StoreFailed
from mjbot.ports import (
    InteractionContext,
    ModalInput,
    PressStore,
    Reply,
    SubmitResult,
    TaskSource,
    WatchStore,
)
from mjbot.service.permits import PermitService
from mjbot.service.pressing.actions import Action, action_of, tell_of
from mjbot.service.pressing.children import ChildService
from mjbot.service.pressing.drafts import Drafts
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.pressing.prompts import ModalPrompts
from mjbot.service.pressing.regions import RegionService
from mjbot.service.pressing.retry import Patience
from mjbot.service.pressing.submission import Submission
from mjbot.service.quotas import Quotas
from mjbot.service.status import StatusService
from mjbot.service.watching.watches import WatchService

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
        cards: WatchService,
        in_flight: InFlight,
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
        self._questions = ModalPrompts(presses, regions, drafts)
        self._clock = clock
        self._under_way = in_flight

    async def press(
        self,
        context: InteractionContext,
        on: MessageRef,
        task_id: TaskId,
        target: PressTarget,
        reply: Reply,
        modal_input: ModalInput | None = None,
    ) -> None:
        """Press an action. Raises `MJBotError`, with the button's label in it.

        ``modal_input``: what its window was given.
        """
        self._status.admit_spending(context)
        await self._permits.check(context, on, task_id)
        with self._under_way.track():
            if (stored := await self._store.snapshot(task_id)) is None or stored.task is None:
                await reply.defer()  # the task must be read first, which may take longer than Discord waits
            action = await self._action(task_id, target, context.locale, reply)
            _, refused = await self._cards.renderer.pressed(task_id)
            if kind_of(action.button.custom_id) in refused:
                raise PressRefused(Text.REPLY_ACTION_NOT_OFFERED, label=escape(action.label))
            if self._questions.wanting(action, modal_input):
                await self._questions.ask(context, action, reply)
                return
            mask = await self._questions.checked(context, action, modal_input, reply) if modal_input else ""
            if mask is not None:
                await self._press(context, on, action, reply, modal_input, mask)

    async def stop_trying(
        self, context: InteractionContext, on: MessageRef, task_id: TaskId, action: str, reply: Reply
    ) -> None:
        """Give up a press for which there is no room."""
        self._status.admit(context)
        await self._permits.check(context, on, task_id)
        if not self._patience.stop(task_id, action):
            raise PressRefused(Text.REPLY_NOTHING_TO_STOP)
        await reply.defer()

    async def finish(self, seconds: float) -> None:
        """Give up what waits for room, and wait for what is on its way."""
        self._patience.stop_all()
        await self._under_way.finish(seconds)

    async def _press(
        self,
        context: InteractionContext,
        on: MessageRef,
        action: Action,
        reply: Reply,
        modal_input: ModalInput | None = None,
        mask: str = "",
    ) -> None:
        await self._quotas.press(context)
        task_id, now, after = action.snapshot.id, self._clock.now(), action.target.repeats
        earlier = await self._presses.begin(task_id, action.digest, context.user_id, now, after=after)
        if earlier is not None:
            await tell_of(earlier, action, context, reply)
            return
        attempt = Submission(self._source, action, modal_input, mask)
        try:
            ref = await reply.defer()
            await self._cards.repaint(on, action.snapshot)
            accepted = await self._submit(context, attempt, action, reply)
        except BaseException as error:
            await self._failed(action, on, error, in_flight=attempt.in_flight)
            raise
        self._questions.settled(context, action)
        try:
            await self._children.born(
                context, action.snapshot, (action.digest, action.label), accepted, modal_input, ref, reply
            )
        except StoreFailed as error:
            label = escape(action.label)
            raise PressRefused(Text.REPLY_STARTED_NOT_SHOWN, label=label, id=accepted.task_id) from error
        finally:
            await self._cards.repaint(on, action.snapshot)
        await self._cards.check_children(action.snapshot, context.guild_id)

    async def _submit(
        self, context: InteractionContext, attempt: Submission, action: Action, reply: Reply
    ) -> SubmitResult:
        task_id = action.snapshot.id

        async def waiting(until: float | None) -> None:
            await self._presses.note(task_id, action.digest, Press.RETRYING)
            if until is not None:
                stop = CustomId(Verb.STOP, task_id, action.digest)
                await reply.hold(queue_full_card(stop, action.label, until, context.locale))

        return await self._patience.submit(
            attempt.send,
            task_id,
            action.digest,
            waiting,
            lambda: self._presses.note(task_id, action.digest, Press.SENDING),
        )

    async def _action(self, task_id: TaskId, target: PressTarget, locale: str, reply: Reply) -> Action:
        action = action_of(await self._status.known(task_id), target, locale)
        if action is None:  # the stored view may be older than the message
            await reply.defer()  # reading may take longer than Discord waits
            action = action_of(await self._status.read(task_id), target, locale)
        if action is None:
            raise PressRefused(Text.REPLY_BUTTON_GONE, id=task_id)
        return action

    async def _failed(self, action: Action, on: MessageRef, error: BaseException, *, in_flight: bool) -> None:
        state = Press.UNCLEAR if in_flight else Press.REFUSED
        if isinstance(error, PressRefused) and error.for_good:
            state = Press.UNKNOWN_ACTION
        if isinstance(error, MJBotError):
            error.values.setdefault("label", escape(action.label))
            task_id = action.snapshot.id
            log.info("press %s of task %s: %s", action.digest, task_id, state, extra={"task": task_id})
            log.debug("what was said: %s", error)  # may hold words of a prompt
        with suppress(StoreFailed):  # what happened is told all the same
            await self._presses.note(action.snapshot.id, action.digest, state)
            if state is Press.UNKNOWN_ACTION:
                await self._presses.refuse_kind(kind_of(action.button.custom_id), self._clock.now())
            await self._cards.repaint(on, action.snapshot)
