"""A press of one of the task's own buttons: submitted once, and its answer becomes the child's card."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import Any

from mjbot.clock import Clock
from mjbot.core.buttons import Press, family, label_of
from mjbot.core.custom_id import action_digest
from mjbot.core.task import Button, Task, TaskId
from mjbot.core.text import escape
from mjbot.core.view import TaskView
from mjbot.core.watch import MessageRef, Watch, WatchState
from mjbot.errors import AnswerLost, MJBotError, PressRefused, PressUnclear, UpstreamError
from mjbot.ports import Accepted, Place, PressRecord, Reply, TaskSource, WatchStore
from mjbot.service.cards import CardKeeper
from mjbot.service.status import StatusService

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Action:
    view: TaskView
    button: Button
    label: str
    digest: str


class PressService:
    """Submits presses. A row in the database is committed first, so that nothing is sent twice."""

    def __init__(
        self, source: TaskSource, store: WatchStore, status: StatusService, cards: CardKeeper, clock: Clock
    ) -> None:
        self._source = source
        self._store = store
        self._status = status
        self._cards = cards
        self._clock = clock
        self._running: set[asyncio.Task[Any]] = set()

    async def press(self, place: Place, on: MessageRef, task_id: TaskId, digest: str, reply: Reply) -> None:
        """Press the action with this digest. Raises `MJBotError`, with the button's label in it."""
        self._status.admit(place)
        running = asyncio.current_task()
        assert running is not None
        self._running.add(running)
        try:
            await self._press(place, on, task_id, digest, reply)
        finally:
            self._running.discard(running)

    async def finish(self, seconds: float) -> None:
        """Wait for the presses under way; those that take longer end as unclear, which is the truth."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _press(self, place: Place, on: MessageRef, task_id: TaskId, digest: str, reply: Reply) -> None:
        if (stored := await self._store.view(task_id)) is None or stored.task is None:
            await reply.think()  # the task must be read first, which may take longer than Discord waits
        action = await self._action(task_id, digest, place.locale, reply)
        # Midjourney makes each U once; everything else may be wanted a second time.
        again = family(action.button.custom_id) != "choose" or "reroll" in action.button.custom_id
        now = self._clock.now()
        earlier = await self._store.begin_press(task_id, digest, place.user_id, now, again=again)
        if earlier is not None:
            raise _already(earlier, action.label)
        try:
            ref = await reply.think()
            await self._cards.repaint(on, action.view)
            accepted = await self._source.submit_action(task_id, action.button.custom_id)
            if accepted.wants_words:
                raise PressRefused("say.wants_words")
        except BaseException as error:
            await self._failed(action, on, error)
            raise
        try:
            watch = self._status.new_watch(place, accepted.task_id, ref)
            await self._accepted(place, action, accepted, watch, reply)
        finally:
            await self._cards.repaint(on, action.view)

    async def _action(self, task_id: TaskId, digest: str, locale: str, reply: Reply) -> _Action:
        view = await self._status.known(task_id)
        found = _find(view.task, digest)
        if found is None:  # the stored view may be older than the message
            await reply.think()  # reading may take longer than Discord waits
            view = await self._status.read(task_id)
            found = _find(view.task, digest)
        if found is None:
            raise PressRefused("say.no_button", id=task_id)
        number, button = found
        return _Action(view, button, escape(label_of(button, number, locale)), digest)

    async def _failed(self, action: _Action, on: MessageRef, error: BaseException) -> None:
        state = Press.REFUSED if isinstance(error, PressRefused | UpstreamError) else Press.UNCLEAR
        if isinstance(error, PressRefused) and error.for_good:
            state = Press.UNKNOWN_ACTION
        if isinstance(error, MJBotError):
            error.values.setdefault("label", action.label)
            log.info("press %s of task %s: %s", action.digest, action.view.id, state)
            log.debug("what was said: %s", error)  # may hold words of a prompt
        await self._store.end_press(action.view.id, action.digest, state)
        await self._cards.repaint(on, action.view)

    async def _accepted(
        self, place: Place, action: _Action, accepted: Accepted, watch: Watch, reply: Reply
    ) -> None:
        parent = action.view.id
        if accepted.task_id == parent:
            await self._store.end_press(parent, action.digest, Press.ACCEPTED)
            await reply.withdraw("say.confirmed", label=action.label)
            return
        child = Task(
            accepted.task_id,
            status="SUBMITTED",
            prompt=action.view.task.prompt if action.view.task else "",
            submitted_at=int(watch.created_at),
            ahead=accepted.ahead,
        )
        view = TaskView(accepted.task_id, opened_at=watch.created_at, task=child)
        # Where the bot cannot follow, the watch is only kept as the place where the child was shown.
        kept = watch if place.can_follow else replace(watch, state=WatchState.CLOSED)
        await self._store.end_press(parent, action.digest, Press.ACCEPTED, (kept, view))
        try:
            await self._status.present(place, view, reply, watch)
        except AnswerLost as error:
            raise PressRefused("say.started_unshown", label=action.label, id=accepted.task_id) from error


def _find(task: Task | None, digest: str) -> tuple[int, Button] | None:
    for number, button in enumerate(task.buttons if task else (), 1):
        if button.custom_id and action_digest(button.custom_id) == digest:
            return number, button
    return None


def _already(earlier: PressRecord, label: str) -> MJBotError:
    if earlier.state is Press.ACCEPTED and earlier.message is not None:
        return PressRefused("say.used", label=label, link=earlier.message.url(earlier.guild_id))
    if earlier.state is Press.ACCEPTED:
        return PressRefused("say.confirmed", label=label)
    if earlier.state is Press.UNCLEAR:
        return PressUnclear(label=label)
    return PressRefused("say.in_flight", label=label)
