"""Cards for the tasks that an accepted submit created, linked to their parent."""

from __future__ import annotations

from mjbot.clock import Clock
from mjbot.core.card.buttons import is_bookmark
from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.errors import ResponseLost, ResultNotShown, StoreFailed
from mjbot.ports import PressRequest, SubmitResult
from mjbot.service.pressing.submission import Submission, SubmissionJournal
from mjbot.service.watching.opener import CardOpener
from mjbot.service.watching.renderer import CardRenderer
from mjbot.service.watching.watches import WatchService


class ResultCards:
    """Commits the tasks that a press created, then shows them: its response becomes the first card."""

    def __init__(
        self,
        journal: SubmissionJournal,
        opener: CardOpener,
        watches: WatchService,
        renderer: CardRenderer,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._opener = opener
        self._watches = watches
        self._renderer = renderer
        self._clock = clock

    async def open(
        self, request: PressRequest, submission: Submission, result: SubmitResult, ref: MessageRef
    ) -> None:
        """Commit and show the created tasks; ``ref`` is the deferred response. Raises `MJBotError`."""
        label = escape(submission.label)
        if result.task_id == submission.snapshot.id:
            await self._journal.confirm(submission)
            text = Text.REPLY_LIKED if is_bookmark(submission.kind) else Text.REPLY_CONFIRMED
            await request.reply.replace_with_private(text, label=label)
            return
        now = self._clock.now()
        try:
            await self._open_first(request, submission, result, ref, now)
            for task_id in result.other_ids:
                await self._open_other(request, submission, result, task_id, now)
        except (ResponseLost, StoreFailed) as error:
            raise ResultNotShown(label=label, id=result.task_id) from error

    async def _open_first(
        self,
        request: PressRequest,
        submission: Submission,
        result: SubmitResult,
        ref: MessageRef,
        now: float,
    ) -> None:
        watch = self._opener.new_watch(request.context, result.task_id, ref)
        snapshot = _placeholder(result.task_id, request, submission, result, now)
        await self._journal.accept(submission, watch, snapshot)
        await self._opener.open(request.context, snapshot, request.reply, watch)

    async def _open_other(
        self,
        request: PressRequest,
        submission: Submission,
        result: SubmitResult,
        task_id: TaskId,
        now: float,
    ) -> None:
        context = request.context
        snapshot = _placeholder(task_id, request, submission, result, now)
        first = await self._renderer.card(snapshot, context.locale, context.guild_id)
        sent = await request.reply.send_followup(first)
        watch = self._opener.new_watch(context, task_id, sent.ref)
        await self._journal.accept(submission, watch, snapshot)
        # Rendered again, now that the store knows its parent.
        card = await self._renderer.card(snapshot, context.locale, context.guild_id)
        await self._watches.start(watch, snapshot, card, omitted=sent.omitted)


def _placeholder(
    task_id: TaskId, request: PressRequest, submission: Submission, result: SubmitResult, now: float
) -> TaskSnapshot:
    """Build the snapshot that is assumed for a new task until it is first read."""
    parent = submission.snapshot.task
    entered = request.modal_input.prompt if request.modal_input else ""
    task = Task(
        task_id,
        status="MODAL" if result.needs_modal else "SUBMITTED",
        prompt=entered or result.prompt or (parent.prompt if parent else ""),
        submitted_at=int(now),
        ahead=result.ahead,
    )
    return TaskSnapshot(task_id, opened_at=now, task=task)
