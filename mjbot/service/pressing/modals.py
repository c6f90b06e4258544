"""Tasks that wait for words: asked for once more, answered once, or left alone."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace

from mjbot.clock import Clock
from mjbot.core.card.modals import MAX_PROMPT, ModalSpec
from mjbot.core.card.region import OWN_MASK
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.model.custom_id import CustomId, PressTarget, Verb
from mjbot.core.model.press import MODAL_ACTION, Press
from mjbot.core.model.snapshot import Dismissed, TaskSnapshot
from mjbot.core.model.task import Phase, TaskId
from mjbot.core.model.watch import MessageRef, WatchState
from mjbot.errors import MJBotError, PressRefused, StoreFailed, nothing_started
from mjbot.ports import InteractionContext, ModalInput, PressStore, Reply, TaskSource
from mjbot.service.permits import PermitService
from mjbot.service.pressing.drafts import Drafts
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.pressing.regions import RegionService
from mjbot.service.pressing.retry import Patience
from mjbot.service.quotas import Quotas
from mjbot.service.status import StatusService
from mjbot.service.watching.watches import WatchService
from mjbot.tracker import TaskTracker

log = logging.getLogger(__name__)


class ModalService:
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
        cards: WatchService,
        in_flight: InFlight,
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
        self._under_way = in_flight
        self._patience = patience
        self._drafts = drafts
        self._clock = clock

    async def write(
        self, context: InteractionContext, on: MessageRef, task_id: TaskId, target: PressTarget, reply: Reply
    ) -> None:
        """Open the window of a waiting task, from what is known of it here."""
        await self._admit(context, on, task_id)
        await self._refuse_answered(task_id)
        snapshot = self._tracker.snapshot(task_id)
        draft = self._drafts.get(context.user_id, task_id, MODAL_ACTION)
        text = draft or (snapshot.task.prompt[:MAX_PROMPT] if snapshot and snapshot.task else "")
        submit_to = CustomId(Verb.MODAL, task_id, str(target))
        await reply.ask(ModalSpec(submit_to, _label(context), text, asks_for_mask=target.region == OWN_MASK))

    async def answer(
        self,
        context: InteractionContext,
        on: MessageRef,
        task_id: TaskId,
        target: PressTarget,
        modal_input: ModalInput,
        reply: Reply,
    ) -> None:
        """Give a waiting task its words. Raises `MJBotError`."""
        self._status.admit_spending(context)
        await self._admit(context, on, task_id)
        if not modal_input.prompt.strip():
            raise PressRefused(Text.REPLY_PROMPT_MISSING)
        self._drafts.keep(context.user_id, task_id, MODAL_ACTION, modal_input.prompt)
        await reply.defer()
        with self._under_way.track():
            snapshot = await self._status.known(task_id)
            if snapshot.task is not None and snapshot.task.phase is not Phase.WAITING:
                raise PressRefused(Text.REPLY_ALREADY_ANSWERED)
            mask = await self._regions.mask(context, task_id, target, modal_input) if target.region else ""
            await self._quotas.press(context)
            await self._answer(context, on, snapshot, modal_input, mask)
        self._drafts.drop(context.user_id, task_id, MODAL_ACTION)

    async def _answer(
        self,
        context: InteractionContext,
        on: MessageRef,
        snapshot: TaskSnapshot,
        modal_input: ModalInput,
        mask: str,
    ) -> None:
        task_id = snapshot.id
        if await self._presses.begin(task_id, MODAL_ACTION, context.user_id, self._clock.now()) is not None:
            raise PressRefused(Text.REPLY_ALREADY_ANSWERED)

        async def waiting(until: float | None) -> None:
            await (
                track(Press.RETRYING) if until else self._presses.note(task_id, MODAL_ACTION, Press.RETRYING)
            )

        async def track(state: Press) -> None:
            with suppress(StoreFailed):  # what happened is told all the same
                await self._presses.note(task_id, MODAL_ACTION, state)
                await self._cards.repaint(on, snapshot)

        try:
            await self._cards.repaint(on, snapshot)
            accepted = await self._patience.submit(
                lambda: self._source.submit_modal(task_id, modal_input.prompt, mask),
                task_id,
                MODAL_ACTION,
                waiting,
                lambda: track(Press.SENDING),
            )
        except BaseException as error:
            await track(Press.REFUSED if nothing_started(error) else Press.UNCLEAR)
            if isinstance(error, MJBotError):
                error.values.setdefault("label", _label(context))
            raise
        await track(Press.ACCEPTED)
        if accepted.task_id != task_id:
            await self._continue(
                context, await self._cards.message_of(on, task_id), snapshot, accepted.task_id, modal_input
            )
        else:
            await self._cards.resume_on(on, snapshot)  # it may have been left alone meanwhile
        self._tracker.poll_soon(accepted.task_id)

    async def leave(self, context: InteractionContext, on: MessageRef, task_id: TaskId, reply: Reply) -> None:
        """Decide that a window is not to be answered."""
        await self._admit(context, on, task_id)
        await self._refuse_answered(task_id)
        await reply.defer()
        await self._tracker.observe({task_id: Dismissed()})

    async def _admit(self, context: InteractionContext, on: MessageRef, task_id: TaskId) -> None:
        self._status.admit(context)
        await self._permits.check(context, on, task_id)

    async def _refuse_answered(self, task_id: TaskId) -> None:
        state = (await self._presses.of(task_id)).get(MODAL_ACTION)
        if state not in (None, Press.REFUSED):
            raise PressRefused(Text.REPLY_ALREADY_ANSWERED)

    async def _continue(
        self,
        context: InteractionContext,
        on: MessageRef,
        snapshot: TaskSnapshot,
        task_id: TaskId,
        modal_input: ModalInput,
    ) -> None:
        """A server that goes on under another number: the same message follows that."""
        now = self._clock.now()
        assert snapshot.task is not None
        task = replace(snapshot.task, id=task_id, status="SUBMITTED", prompt=modal_input.prompt)
        child = TaskSnapshot(task_id, opened_at=now, task=task)
        watch = replace(self._status.new_watch(context, task_id, on), state=WatchState.OPEN)
        await self._cards.reopen(on)
        await self._presses.accept(
            snapshot.id, MODAL_ACTION, translate(Text.BUTTON_WRITE, "en"), watch, child
        )
        await self._cards.retarget(watch, snapshot.id, child)


def _label(context: InteractionContext) -> str:
    return translate(Text.BUTTON_WRITE, context.private_locale)
