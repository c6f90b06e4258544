"""Cards for the tasks that an accepted submit created. Each links to the parent task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mjbot.clock import Clock
from mjbot.core.card.buttons import is_bookmark
from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef, WatchState
from mjbot.errors import ResponseLost, ResultNotShown, StoreFailed
from mjbot.ports import PressRequest, SubmitResult
from mjbot.service.pressing.submission import Submission, SubmissionJournal
from mjbot.service.watching.opener import CardOpener
from mjbot.service.watching.pending_cards import PendingCards
from mjbot.service.watching.renderer import CardRenderer
from mjbot.service.watching.watches import WatchService


class ResultCards:
    """Stores the tasks that a press created, then shows a card for each. The response becomes the first card.

    If a card cannot be shown now, it is posted later, even after a restart.
    """

    def __init__(
        self,
        *,
        journal: SubmissionJournal,
        opener: CardOpener,
        watches: WatchService,
        renderer: CardRenderer,
        pending: PendingCards,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._opener = opener
        self._watches = watches
        self._renderer = renderer
        self._pending = pending
        self._clock = clock

    async def open(
        self,
        request: PressRequest,
        submission: Submission,
        result: SubmitResult,
        ref: MessageRef,
        prompt: str,
    ) -> None:
        """Store and show the created tasks. Raises `MJBotError`.

        ``ref`` is the message of the deferred response. ``prompt`` is the user's modal input, or "".
        """
        label = escape(submission.label)
        if result.task_id == submission.snapshot.id:
            await self._journal.confirm(submission)
            text = Text.REPLY_LIKED if is_bookmark(submission.kind) else Text.REPLY_CONFIRMED
            await request.reply.replace_with_private(text, label=label)
            return
        now = self._clock.now()
        first, *others = first_snapshots(submission.snapshot.task, result, prompt, now)
        watch = self._opener.new_watch(request.context, first.id, ref)
        with self._pending.claim(result.other_ids):
            await self._journal.accept(submission, watch, [first, *others])
            try:
                await self._opener.open(request.context, first, request.reply, watch)
            except (ResponseLost, StoreFailed) as error:
                raise ResultNotShown(label=label, id=first.id) from error
            await self._open_others(request, label, others)

    async def _open_others(self, request: PressRequest, label: str, others: Sequence[TaskSnapshot]) -> None:
        later = [each.id for each in others if not await self._open_other(request, each)]
        if later:
            ids = ", ".join(f"`{each}`" for each in later)
            await request.reply.send_hint(Text.REPLY_CARDS_FOLLOW, label=label, ids=ids)

    async def _open_other(self, request: PressRequest, snapshot: TaskSnapshot) -> bool:
        """Show another card as a follow-up message. Returns False if the card must be posted later."""
        context = request.context
        try:
            card = await self._renderer.card(snapshot, context.audience)
            sent = await request.reply.send_followup(card)
        except (ResponseLost, StoreFailed):
            return False
        watch = replace(self._opener.new_watch(context, snapshot.id, sent.ref), state=WatchState.OPEN)
        await self._pending.shown(watch)
        await self._watches.start(watch, snapshot, card, omitted=sent.omitted)
        return True


def first_snapshots(parent: Task | None, result: SubmitResult, prompt: str, now: float) -> list[TaskSnapshot]:
    """Build the first snapshots of all tasks that a submit created, as `first_snapshot` does."""
    ids = (result.task_id, *result.other_ids)
    return [first_snapshot(each, parent, result, prompt, now) for each in ids]


def first_snapshot(
    task_id: TaskId, parent: Task | None, result: SubmitResult, prompt: str, now: float
) -> TaskSnapshot:
    """Build the snapshot to show for a new task until the task is read. ``prompt`` is the user's input.

    If the task existed before, the snapshot contains no state, because the task may have ended.
    """
    if result.existed and task_id == result.task_id:
        return TaskSnapshot(task_id, opened_at=now)
    task = Task(
        task_id,
        status="MODAL" if result.needs_modal else "SUBMITTED",
        prompt=prompt or result.prompt or (parent.prompt if parent else ""),
        submitted_at=int(now),
        ahead=result.ahead,
    )
    return TaskSnapshot(task_id, opened_at=now, task=task)
