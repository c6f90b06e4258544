"""What an accepted press makes: one card for each new task, linked to its parent."""

from __future__ import annotations

from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.errors import PressRefused, ResponseLost
from mjbot.ports import InteractionContext, ModalInput, PressStore, Reply, SubmitResult
from mjbot.service.status import StatusService
from mjbot.service.watching.watches import WatchService


class ChildService:
    """Brings new tasks onto cards of their own."""

    def __init__(self, presses: PressStore, status: StatusService, cards: WatchService) -> None:
        self._presses = presses
        self._status = status
        self._cards = cards

    async def born(
        self,
        context: InteractionContext,
        parent: TaskSnapshot,
        action: tuple[str, str],
        accepted: SubmitResult,
        modal_input: ModalInput | None,
        ref: MessageRef,
        reply: Reply,
    ) -> None:
        """Commit and show what was made; ``action`` is its digest and label. Raises `MJBotError`."""
        digest, label = action
        if accepted.task_id == parent.id:
            await self._presses.note(parent.id, digest, Press.ACCEPTED)
            await reply.replace_with_private(Text.REPLY_CONFIRMED, label=escape(label))
            return
        watch = self._status.new_watch(context, accepted.task_id, ref)
        snapshot = _unborn(accepted.task_id, parent, accepted, modal_input, watch.created_at)
        await self._presses.accept(parent.id, digest, label, watch, snapshot)
        try:
            await self._status.present(context, snapshot, reply, watch)
        except ResponseLost as error:
            raise PressRefused(
                Text.REPLY_STARTED_NOT_SHOWN, label=escape(label), id=accepted.task_id
            ) from error
        for task_id in accepted.others:
            snapshot = _unborn(task_id, parent, accepted, modal_input, watch.created_at)
            card = await self._cards.renderer.card(snapshot, context.locale, context.guild_id)
            watch = self._status.new_watch(context, task_id, await reply.followup(card))
            await self._presses.accept(parent.id, digest, label, watch, snapshot)
            await self._cards.keep(
                watch, snapshot, await self._cards.renderer.card(snapshot, context.locale, context.guild_id)
            )


def _unborn(
    task_id: TaskId, parent: TaskSnapshot, accepted: SubmitResult, modal_input: ModalInput | None, now: float
) -> TaskSnapshot:
    """A task as it may be taken to be until it is first read."""
    inherited = parent.task.prompt if parent.task else ""
    task = Task(
        task_id,
        status="MODAL" if accepted.needs_modal else "SUBMITTED",
        prompt=(modal_input.prompt if modal_input else "") or accepted.prompt or inherited,
        submitted_at=int(now),
        ahead=accepted.ahead,
    )
    return TaskSnapshot(task_id, opened_at=now, task=task)
