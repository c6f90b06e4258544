"""The use cases of tasks in status MODAL: open the modal, submit the input once, or dismiss the modal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

from mjbot.clock import Clock
from mjbot.core.access.needs import CHOOSE, PREPARE
from mjbot.core.access.place import Place
from mjbot.core.card.components import CustomId, Verb
from mjbot.core.card.modals import MAX_PROMPT, ModalSpec
from mjbot.core.card.region import OWN_MASK
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.model.press import MODAL_ACTION, Press
from mjbot.core.model.snapshot import Dismissed, TaskSnapshot
from mjbot.core.model.submits import ModalAnswer
from mjbot.core.model.task import Phase
from mjbot.core.model.watch import MessageRef, WatchState
from mjbot.errors import ActionUnavailable, PressRefused, PressUnclear, StoreFailed
from mjbot.ports import PressRecord, PressRequest, PressStore, SubmitOrigin, SubmitResult, TaskSource
from mjbot.service.access import Access, submit_need
from mjbot.service.pressing.actions import button_row
from mjbot.service.pressing.drafts import Drafts
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.pressing.lost_submits import LostSubmits
from mjbot.service.pressing.marks import new_mark, origin_of
from mjbot.service.pressing.regions import RegionService
from mjbot.service.pressing.result_cards import first_snapshots
from mjbot.service.pressing.retargeting import CardRetargeting
from mjbot.service.pressing.submission import SubmissionJournal
from mjbot.service.reader import TaskReader
from mjbot.service.watching.opener import CardOpener
from mjbot.service.watching.watches import WatchService
from mjbot.tracker import TaskTracker


class ModalService:
    """Handles the buttons and modals of tasks that wait for modal input."""

    def __init__(
        self,
        *,
        source: TaskSource,
        presses: PressStore,
        access: Access,
        reader: TaskReader,
        tracker: TaskTracker,
        watches: WatchService,
        opener: CardOpener,
        retargeting: CardRetargeting,
        regions: RegionService,
        drafts: Drafts,
        journal: SubmissionJournal,
        lost: LostSubmits,
        in_flight: InFlight,
        clock: Clock,
    ) -> None:
        self._source = source
        self._presses = presses
        self._access = access
        self._reader = reader
        self._tracker = tracker
        self._watches = watches
        self._opener = opener
        self._retargeting = retargeting
        self._regions = regions
        self._drafts = drafts
        self._journal = journal
        self._lost = lost
        self._in_flight = in_flight
        self._clock = clock

    async def open(self, request: PressRequest) -> None:
        """Open the modal of a waiting task. The task is not read before. Raises `MJBotError`."""
        await self._access.require_press(request, CHOOSE)
        earlier = await self._presses.last(request.task_id, MODAL_ACTION)
        label = translate(Text.BUTTON_WRITE, request.context.private_locale)
        if earlier is not None and _is_unclear(earlier, request):
            again = replace(request.target, repeats=earlier.number)
            custom_id = CustomId(Verb.OPEN_MODAL, request.task_id, str(again))
            rows = button_row(custom_id, Text.BUTTON_AGAIN, request.context)
            await request.reply.send_private_menu(PressUnclear.text, rows, label=label)
            return
        _refuse_answered(earlier, request)
        snapshot = self._tracker.snapshot(request.task_id)
        draft = self._drafts.get(request.context.user_id, request.task_id, MODAL_ACTION)
        prompt = draft or (snapshot.task.prompt[:MAX_PROMPT] if snapshot and snapshot.task else "")
        target = CustomId(Verb.MODAL, request.task_id, str(request.target))
        await request.reply.send_modal(
            ModalSpec(
                target,
                label,
                prompt,
                asks_for_mask=request.target.region == OWN_MASK,
                mask_size=self._regions.mask_size(request),
            )
        )

    async def submit(self, request: PressRequest) -> None:
        """Submit the modal input that a task waits for. Raises `MJBotError`."""
        assert request.modal_input is not None
        task_id, user_id = request.task_id, request.context.user_id
        with self._in_flight.track():  # first: nothing may begin once shutdown waits for these
            await self._access.require_press(request, PREPARE)
            if not request.modal_input.prompt.strip():
                raise PressRefused(Text.REPLY_PROMPT_MISSING)
            await request.reply.defer()
            snapshot = await self._reader.get(task_id)
            if snapshot.task is not None and snapshot.task.phase is not Phase.WAITING:
                raise ActionUnavailable(Text.REPLY_ALREADY_ANSWERED)
            earlier = await self._presses.last(snapshot.id, MODAL_ACTION)
            _refuse_answered(earlier, request)  # before it counts towards the limits
            mask = await self._regions.mask(request) if request.target.region else ""
            await self._submit(request, snapshot, mask, repeats=earlier.number if earlier else 0)
        self._drafts.drop(user_id, task_id, MODAL_ACTION)
        await self._regions.submitted(request)

    async def dismiss(self, request: PressRequest) -> None:
        """Mark a waiting task as dismissed, without sending anything to the service. Raises `MJBotError`."""
        await self._access.require_press(request, CHOOSE)
        _refuse_answered(await self._presses.last(request.task_id, MODAL_ACTION), request)
        await request.reply.defer()
        await self._tracker.observe({request.task_id: Dismissed()})

    async def _submit(
        self, request: PressRequest, snapshot: TaskSnapshot, mask: str, *, repeats: int
    ) -> None:
        await self._access.require_press(request, submit_need(request.target.region, mask))
        submission = ModalSubmission(self._source, self._watches, request, snapshot, mask)
        message = await self._watches.message_of(request.message, snapshot.id)
        if await self._journal.begin(submission, request.context.user_id, repeats=repeats) is not None:
            raise ActionUnavailable(Text.REPLY_ALREADY_ANSWERED)
        try:
            result = await self._journal.send(submission)
        except PressUnclear as error:
            label = error.values["label"]
            tell = partial(request.reply.send_private, Text.REPLY_NOT_FOUND_BY_MARK, label=label)
            self._lost.tell(submission.origin.marks[0], tell)
            raise
        if result.task_id == snapshot.id:
            # It may have been dismissed meanwhile.
            await self._journal.confirm(submission, resume_on=message)
            await self._journal.finish(submission)
            self._tracker.poll_soon(result.task_id)
        else:
            await self._retarget(request, submission, result, message)

    async def _retarget(
        self, request: PressRequest, submission: ModalSubmission, result: SubmitResult, message: MessageRef
    ) -> None:
        """Follow the task under a new ID on the same message. Some services change the ID after a modal.

        The change is stored in the same transaction as the press, or later if the database fails.
        """
        previous = submission.snapshot
        assert request.modal_input is not None
        tasks = first_snapshots(previous.task, result, request.modal_input.prompt, self._clock.now())
        watch = replace(self._opener.new_watch(request.context, tasks[0].id, message), state=WatchState.OPEN)
        commit = partial(self._journal.accept, submission, watch, tasks)
        await self._retargeting.follow(watch, previous.id, tasks, commit)


def _is_unclear(earlier: PressRecord, request: PressRequest) -> bool:
    """Return whether the outcome of an earlier input is unclear, and the user did not choose to repeat it."""
    unclear = earlier.state is Press.UNCLEAR and not earlier.not_found
    return unclear and earlier.number != request.target.repeats


def _refuse_answered(earlier: PressRecord | None, request: PressRequest) -> None:
    """Raise `ActionUnavailable` or `PressUnclear` if an earlier input forbids another one.

    It does not if it was refused, if the search for its task found nothing, or if the user repeats it.
    """
    if earlier is not None and _is_unclear(earlier, request):
        raise PressUnclear(label=translate(Text.BUTTON_WRITE, request.context.private_locale))
    if earlier is not None and earlier.state not in (Press.REFUSED, Press.UNCLEAR):
        raise ActionUnavailable(Text.REPLY_ALREADY_ANSWERED)


class ModalSubmission:
    """Submits the modal input of a task in status MODAL. Implements `Submission`."""

    kind = ""
    action = MODAL_ACTION

    def __init__(
        self,
        source: TaskSource,
        watches: WatchService,
        request: PressRequest,
        snapshot: TaskSnapshot,
        mask: str,
    ) -> None:
        self._source = source
        self._watches = watches
        self._request = request
        self._snapshot = snapshot
        self._mask = mask
        self._mark = new_mark()
        self.number = 0

    @property
    def snapshot(self) -> TaskSnapshot:
        """The snapshot of the task that waits for the input."""
        return self._snapshot

    @property
    def label(self) -> str:
        """The label of the button that opens the modal."""
        return translate(Text.BUTTON_WRITE, self._request.context.locale)  # cards show it, too

    @property
    def origin(self) -> SubmitOrigin:
        """The mark of this submit, and the channel and user of the modal."""
        return origin_of(self._request.context, self.label, self._mark)

    @property
    def place(self) -> Place:
        """The guild or DM in which the modal was opened."""
        return self._request.context.place

    @property
    def message(self) -> MessageRef:
        """The message of the button that opened the modal."""
        return self._request.message

    async def acknowledge(self) -> None:
        """Do nothing: the response was deferred before the task was read."""

    async def raise_if_stopped(self) -> None:
        """Do nothing: only the pictures of a series can be stopped before they are sent."""

    async def send(self) -> SubmitResult:
        """Submit the modal input."""
        assert self._request.modal_input is not None
        prompt = self._request.modal_input.prompt
        return await self._source.submit(ModalAnswer(self._snapshot.id, prompt, self._mask, self._mark))

    async def show_queue_full(self, _next_try: float) -> None:
        """Show on the task's card that the submit is waiting for the queue."""
        with suppress(StoreFailed):
            await self._watches.repaint(self._request.message, self._snapshot)

    async def note_refusal(self, _error: BaseException) -> None:
        """Do nothing, because the user gets an ephemeral message instead."""
