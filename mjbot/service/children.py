"""What an accepted press makes: one card for each new task, linked to its parent."""

from __future__ import annotations

from mjbot.core.buttons import Press
from mjbot.core.task import Task, TaskId
from mjbot.core.text import escape
from mjbot.core.view import TaskView
from mjbot.core.watch import MessageRef
from mjbot.errors import AnswerLost, PressRefused
from mjbot.ports import Accepted, Place, PressStore, Reply, Words
from mjbot.service.cards import CardKeeper
from mjbot.service.status import StatusService


class ChildService:
    """Brings new tasks onto cards of their own."""

    def __init__(self, presses: PressStore, status: StatusService, cards: CardKeeper) -> None:
        self._presses = presses
        self._status = status
        self._cards = cards

    async def born(
        self,
        place: Place,
        parent: TaskView,
        action: tuple[str, str],
        accepted: Accepted,
        words: Words | None,
        ref: MessageRef,
        reply: Reply,
    ) -> None:
        """Commit and show what was made; ``action`` is its digest and label. Raises `MJBotError`."""
        digest, label = action
        if accepted.task_id == parent.id:
            await self._presses.note(parent.id, digest, Press.ACCEPTED)
            await reply.withdraw("say.confirmed", label=escape(label))
            return
        watch = self._status.new_watch(place, accepted.task_id, ref)
        view = _unborn(accepted.task_id, parent, accepted, words, watch.created_at)
        await self._presses.accept(parent.id, digest, label, watch, view)
        try:
            await self._status.present(place, view, reply, watch)
        except AnswerLost as error:
            raise PressRefused("say.started_unshown", label=escape(label), id=accepted.task_id) from error
        for task_id in accepted.others:
            view = _unborn(task_id, parent, accepted, words, watch.created_at)
            card = await self._cards.painter.card(view, place.locale, place.guild_id)
            watch = self._status.new_watch(place, task_id, await reply.also(card))
            await self._presses.accept(parent.id, digest, label, watch, view)
            await self._cards.keep(
                watch, view, await self._cards.painter.card(view, place.locale, place.guild_id)
            )


def _unborn(
    task_id: TaskId, parent: TaskView, accepted: Accepted, words: Words | None, now: float
) -> TaskView:
    """A task as it may be taken to be until it is first read."""
    inherited = parent.task.prompt if parent.task else ""
    task = Task(
        task_id,
        status="MODAL" if accepted.wants_words else "SUBMITTED",
        prompt=(words.prompt if words else "") or accepted.prompt or inherited,
        submitted_at=int(now),
        ahead=accepted.ahead,
    )
    return TaskView(task_id, opened_at=now, task=task)
