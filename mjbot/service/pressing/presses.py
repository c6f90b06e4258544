"""Presses of a task's buttons. Each press is submitted once and gets a new card for the result."""

from __future__ import annotations

from functools import partial

from mjbot.core.access.needs import CHOOSE, DRAW, PREPARE, Need
from mjbot.core.access.place import Place
from mjbot.core.card.buttons import kind_of
from mjbot.core.card.card import queue_full_card
from mjbot.core.card.components import CustomId, Verb
from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.submits import ModalAnswer
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.errors import ActionUnavailable, PressRefused, PressUnclear
from mjbot.ports import PressRequest, SubmitOrigin, SubmitResult, TaskSource
from mjbot.service.access import Access, submit_need
from mjbot.service.pressing.actions import Action, find_action, report_earlier
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.pressing.lost_submits import LostSubmits
from mjbot.service.pressing.marks import new_mark, origin_of
from mjbot.service.pressing.prompts import ModalPrompts
from mjbot.service.pressing.result_cards import ResultCards
from mjbot.service.pressing.retries import SubmitRetries
from mjbot.service.pressing.submission import SubmissionJournal
from mjbot.service.reader import TaskReader
from mjbot.service.watching.child_checks import ChildChecks


class PressService:
    """Handles presses of the actions that a task offers."""

    def __init__(
        self,
        *,
        source: TaskSource,
        access: Access,
        reader: TaskReader,
        checks: ChildChecks,
        prompts: ModalPrompts,
        journal: SubmissionJournal,
        results: ResultCards,
        retries: SubmitRetries,
        lost: LostSubmits,
        in_flight: InFlight,
    ) -> None:
        self._source = source
        self._access = access
        self._reader = reader
        self._checks = checks
        self._prompts = prompts
        self._journal = journal
        self._results = results
        self._retries = retries
        self._lost = lost
        self._in_flight = in_flight

    async def press(self, request: PressRequest) -> None:
        """Submit the pressed action, or ask for the input that the action needs. Raises `MJBotError`."""
        with self._in_flight.track():  # first: nothing may begin once shutdown waits for these
            await self._access.require_press(request, PREPARE)
            action = await self._find(request)
            if self._prompts.needed(action, request.modal_input):
                await self._prompts.ask(request, action)
                return
            await self._submit(request, action, await self._prompts.check(request, action))

    async def stop_retrying(self, request: PressRequest) -> None:
        """Stop retrying a submit that was refused because of a full queue. Raises `MJBotError`."""
        await self._access.require_press(request, CHOOSE)
        if not self._retries.stop(request.task_id, request.target.action, request.context.place):
            raise PressRefused(Text.REPLY_NOTHING_TO_STOP)
        await request.reply.defer()

    async def finish(self, seconds: float) -> None:
        """Stop all retries and wait up to ``seconds`` for the submits in flight. Call this at shutdown."""
        self._retries.close()
        await self._in_flight.finish(seconds)

    async def _find(self, request: PressRequest) -> Action:
        task_id, reply = request.task_id, request.reply
        snapshot = await self._reader.get_known(task_id)
        if snapshot is None:
            await reply.defer()  # a read may take longer than Discord waits
            snapshot = await self._reader.refetch(task_id)
        action = find_action(snapshot, request.target, request.context.locale)
        if action is None:  # the stored snapshot may be older than the message
            await reply.defer()
            action = find_action(await self._reader.refetch(task_id), request.target, request.context.locale)
        if action is None:
            raise ActionUnavailable(Text.REPLY_BUTTON_GONE, id=task_id)
        return action

    async def _submit(self, request: PressRequest, action: Action, mask: str) -> None:
        submission, repeats = ActionSubmission(self._source, request, action, mask), action.target.repeats
        if (earlier := await self._journal.earlier(submission, repeats)) is None:
            await self._access.require_press(request, _need(action, mask))
            earlier = await self._journal.begin(submission, request.context.user_id, repeats=repeats)
        if earlier is not None:
            await report_earlier(earlier, action, request)
            return
        try:
            result = await self._journal.send(submission)
        except PressUnclear:
            again = action.repeating(submission.number)
            self._lost.tell(submission.origin.marks[0], partial(_report_not_found, again, request))
            raise
        try:
            prompt = request.modal_input.prompt if request.modal_input else action.draws
            await self._results.open(request, submission, result, submission.response, prompt)
        finally:
            await self._journal.finish(submission)
            await self._prompts.accepted(request, action)
        self._checks.ask(action.snapshot, request.context.place)


async def _report_not_found(action: Action, request: PressRequest) -> None:
    rows = action.again_button(Text.BUTTON_AGAIN, request.context)
    await request.reply.send_private_menu(Text.REPLY_NOT_FOUND_BY_MARK, rows, label=escape(action.label))


def _need(action: Action, mask: str) -> Need:
    return DRAW if action.draws else submit_need(action.target.region, mask)


class ActionSubmission:
    """Submits an action, and then the modal input if the action needs any. Implements `Submission`."""

    def __init__(self, source: TaskSource, request: PressRequest, action: Action, mask: str) -> None:
        self._source = source
        self._request = request
        self._action = action
        self._mask = mask
        self.number = 0
        self._marks = (new_mark(), new_mark()) if request.modal_input else (new_mark(),)
        self._modal_task: TaskId | None = None
        self._response: MessageRef | None = None

    @property
    def snapshot(self) -> TaskSnapshot:
        """The snapshot of the task that offers the action."""
        return self._action.snapshot

    @property
    def action(self) -> str:
        """The digest of the action, which is its key in the presses table."""
        return self._action.digest

    @property
    def label(self) -> str:
        """The label of the button."""
        return self._action.label

    @property
    def kind(self) -> str:
        """The kind of the action: the upstream's custom_id without the image number and job IDs."""
        return kind_of(self._action.button.custom_id)

    @property
    def origin(self) -> SubmitOrigin:
        """The marks of the action submit and the modal submit, and the channel and user of the press."""
        return origin_of(self._request.context, self.label, *self._marks)

    @property
    def place(self) -> Place:
        """The guild or DM of the press."""
        return self._request.context.place

    @property
    def message(self) -> MessageRef:
        """The message whose button was pressed."""
        return self._request.message

    @property
    def response(self) -> MessageRef:
        """The message of the deferred response, which becomes the card of the result."""
        assert self._response is not None, "acknowledged before it is sent"
        return self._response

    async def acknowledge(self) -> None:
        """Defer the response."""
        self._response = await self._request.reply.defer()

    async def raise_if_stopped(self) -> None:
        """Do nothing: only the pictures of a series can be stopped before they are sent."""

    async def send(self) -> SubmitResult:
        """Submit the action, then the modal input. A step that succeeded in an earlier try is skipped."""
        modal_input = self._request.modal_input
        if self._modal_task is None:
            result = await self._source.submit(self._action.request(self._marks[0]))
            if modal_input is None or not result.needs_modal:
                return result
            self._modal_task = result.task_id
        assert modal_input is not None
        answer = ModalAnswer(self._modal_task, modal_input.prompt, self._mask, self._marks[-1])
        return await self._source.submit(answer)

    async def show_queue_full(self, next_try: float) -> None:
        """Show in the response that the queue is full. The card of the result replaces this later."""
        stop = CustomId(Verb.STOP, self._action.snapshot.id, self._action.digest)
        locale = self._request.context.locale
        card = queue_full_card(stop, self._action.label, next_try, locale)
        await self._request.reply.show_placeholder(card)

    async def note_refusal(self, _error: BaseException) -> None:
        """Do nothing, because the user gets an ephemeral message instead."""
