"""A press of one of the task's own buttons: submitted once, and its answer becomes the child's card."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from mjbot.clock import Clock
from mjbot.core.buttons import CardButton, Press, Rows, label_of, repeatable
from mjbot.core.custom_id import CustomId, Verb, action_digest, numbered
from mjbot.core.forms import Form, Question, Words, form_of, proposed, zooms
from mjbot.core.task import Button, Task, TaskId
from mjbot.core.text import escape
from mjbot.core.view import TaskView
from mjbot.core.watch import MessageRef
from mjbot.core.words import say
from mjbot.errors import MJBotError, PressRefused, PressUnclear, nothing_started
from mjbot.ports import Accepted, Place, PressRecord, PressStore, Reply, TaskSource, WatchStore
from mjbot.service.cards import CardKeeper
from mjbot.service.children import ChildService
from mjbot.service.drafts import Drafts
from mjbot.service.patience import Patience
from mjbot.service.permits import PermitService
from mjbot.service.status import StatusService
from mjbot.service.underway import UnderWay

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Action:
    view: TaskView
    button: Button
    label: str
    digest: str
    number: int = 0
    """The press that this one repeats; 0 for none."""

    @property
    def numbered(self) -> str:
        """What a button or window needs to say in order to press this."""
        return numbered(self.digest, self.number)

    def repeated(self, key: str, place: Place, *, primary: bool = False) -> Rows:
        """One private button, with these words, that presses this knowingly."""
        target = CustomId(Verb.AGAIN, self.view.id, self.numbered)
        return ((CardButton(str(target), label=say(key, place.private_locale), primary=primary),),)


class PressService:
    """Submits presses. A row in the database is committed first, so that nothing is sent twice."""

    def __init__(
        self,
        source: TaskSource,
        store: WatchStore,
        presses: PressStore,
        status: StatusService,
        permits: PermitService,
        cards: CardKeeper,
        under_way: UnderWay,
        drafts: Drafts,
        clock: Clock,
    ) -> None:
        self._source = source
        self._store = store
        self._presses = presses
        self._status = status
        self._permits = permits
        self._cards = cards
        self._children = ChildService(presses, status, cards)
        self._patience = Patience(clock)
        self._drafts = drafts
        self._clock = clock
        self._under_way = under_way

    async def press(
        self,
        place: Place,
        on: MessageRef,
        task_id: TaskId,
        digest: str,
        reply: Reply,
        *,
        after: int = 0,
        words: Words | None = None,
    ) -> None:
        """Press the action with this digest. Raises `MJBotError`, with the button's label in it.

        ``after``: the press that this one knowingly repeats. ``words``: what its window was given.
        """
        self._status.admit(place)
        await self._permits.check(place, on, task_id)
        with self._under_way.noted():
            if (stored := await self._store.view(task_id)) is None or stored.task is None:
                await reply.think()  # the task must be read first, which may take longer than Discord waits
            action = await self._action(task_id, digest, place.locale, reply, after)
            form = form_of(action.button.custom_id)
            if form is Form.REGION:
                raise PressRefused("say.needs_area", label=escape(action.label))
            if form is not None and words is None:
                await self._ask(place, action, reply)
                return
            if words is not None:
                self._drafts.keep(place.user_id, task_id, digest, words.prompt)
            if form is Form.ZOOM and words is not None and not zooms(words.prompt):
                await self._offer_window(place, action, "say.bad_zoom", reply)
                return
            await self._press(place, on, action, words, reply)

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

    async def _ask(self, place: Place, action: _Action, reply: Reply) -> None:
        """Open the action's window. Writing anew is knowing enough to repeat what was made before."""
        task, digest = action.view.task, action.digest
        assert task is not None
        earlier = await self._presses.last(task.id, digest)
        if earlier is not None and earlier.number != action.number:
            if earlier.state.under_way or earlier.state is Press.UNCLEAR:
                await self._told(place, earlier, action, reply)
                return
            action = replace(action, number=earlier.number)
        if reply.answered:  # the task had to be read first, so the three seconds for a window may be over
            await self._offer_window(place, action, "say.needs_words", reply)
            return
        draft = self._drafts.get(place.user_id, task.id, digest)
        text = draft if draft is not None else proposed(task, action.button.custom_id)
        target = CustomId(Verb.FORM, task.id, action.numbered)
        await reply.ask(Question(target, action.label, text))

    async def _offer_window(self, place: Place, action: _Action, key: str, reply: Reply) -> None:
        rows = action.repeated("button.write", place, primary=True)
        await reply.choose(key, rows, label=escape(action.label))

    async def _press(
        self, place: Place, on: MessageRef, action: _Action, words: Words | None, reply: Reply
    ) -> None:
        task_id, now = action.view.id, self._clock.now()
        earlier = await self._presses.begin(task_id, action.digest, place.user_id, now, after=action.number)
        if earlier is not None:
            await self._told(place, earlier, action, reply)
            return
        try:
            ref = await reply.think()
            await self._cards.repaint(on, action.view)
            accepted = await self._submit(place, action, words, reply)
        except BaseException as error:
            await self._failed(action, on, error)
            raise
        self._drafts.drop(place.user_id, task_id, action.digest)
        try:
            await self._children.born(
                place, action.view, (action.digest, action.label), accepted, words, ref, reply
            )
        finally:
            await self._cards.repaint(on, action.view)

    async def _submit(self, place: Place, action: _Action, words: Words | None, reply: Reply) -> Accepted:
        task_id, custom_id = action.view.id, action.button.custom_id
        window: TaskId | None = None

        async def send() -> Accepted:
            nonlocal window
            if window is None:
                accepted = await self._source.submit_action(task_id, custom_id)
                if words is None or not accepted.wants_words:
                    return accepted
                window = accepted.task_id
            assert words is not None
            return await self._source.submit_modal(window, words.prompt, words.mask)

        return await self._patience.submit(
            send,
            CustomId(Verb.STOP, task_id, action.digest),
            action.label,
            place.locale,
            reply,
            lambda: self._presses.note(task_id, action.digest, Press.RETRYING),
            lambda: self._presses.note(task_id, action.digest, Press.SENDING),
        )

    async def _action(self, task_id: TaskId, digest: str, locale: str, reply: Reply, number: int) -> _Action:
        view = await self._status.known(task_id)
        found = _find(view.task, digest)
        if found is None:  # the stored view may be older than the message
            await reply.think()  # reading may take longer than Discord waits
            view = await self._status.read(task_id)
            found = _find(view.task, digest)
        if found is None:
            raise PressRefused("say.no_button", id=task_id)
        place, button = found
        return _Action(view, button, label_of(button, place, locale), digest, number)

    async def _failed(self, action: _Action, on: MessageRef, error: BaseException) -> None:
        state = Press.REFUSED if nothing_started(error) else Press.UNCLEAR
        if isinstance(error, PressRefused) and error.for_good:
            state = Press.UNKNOWN_ACTION
        if isinstance(error, MJBotError):
            error.values.setdefault("label", escape(action.label))
            log.info("press %s of task %s: %s", action.digest, action.view.id, state)
            log.debug("what was said: %s", error)  # may hold words of a prompt
        await self._presses.note(action.view.id, action.digest, state)
        await self._cards.repaint(on, action.view)

    async def _told(self, place: Place, earlier: PressRecord, action: _Action, reply: Reply) -> None:
        """Say what came before; who was told of it may go on knowingly, where there is a second one."""
        label = escape(action.label)
        if earlier.state.under_way:
            raise PressRefused("say.in_flight", label=label)
        made = earlier.message.url(earlier.guild_id) if earlier.message else f"`{earlier.child_id or '-'}`"
        if earlier.state is Press.ACCEPTED and not repeatable(action.button.custom_id):
            raise PressRefused("say.used", label=label, link=made)
        rows = replace(action, number=earlier.number).repeated("button.again", place)
        key = "say.used" if earlier.state is Press.ACCEPTED else PressUnclear.key
        await reply.choose(key, rows, label=label, link=made)


def _find(task: Task | None, digest: str) -> tuple[int, Button] | None:
    for number, button in enumerate(task.buttons if task else (), 1):
        if button.custom_id and action_digest(button.custom_id) == digest:
            return number, button
    return None
