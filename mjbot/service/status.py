"""`/status`: from an id to a card that lives."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from mjbot.clock import Clock
from mjbot.core.card import Card
from mjbot.core.menu import EMPTY, page_of
from mjbot.core.task import Phase, TaskId, parse_task_id
from mjbot.core.text import short
from mjbot.core.view import TaskView
from mjbot.core.watch import NOTHING_SHOWN, MessageRef, Shown, Watch, WatchState
from mjbot.core.words import age, say
from mjbot.errors import (
    AnswerLost,
    BadTaskId,
    Closing,
    MJBotError,
    NoRights,
    NotAllowedHere,
    PressRefused,
    TaskNotFound,
    UpstreamError,
)
from mjbot.ports import Offer, PictureSource, Place, PressStore, Reply, TaskSource, WatchStore
from mjbot.service.cards import CardKeeper
from mjbot.service.quotas import Quotas
from mjbot.tracker import TaskTracker

# Discord gives 3 s for the first answer; a reading that takes longer than this is waited for in public.
_FIRST_ANSWER = 1.5
# Who would have to wait for others anyway is told so at once; enough for what is known without a reading.
_BUSY, _BUSY_ANSWER = 0.1, 0.05
_CHOICES = 25
_CHOICE = 100
_CHOICE_PROMPT = 60
_CHOICE_KEYS = {
    Phase.QUEUED: "choice.queued",
    Phase.WAITING: "choice.waiting",
    Phase.SUCCESS: "choice.done",
    Phase.FAILURE: "choice.failed",
    Phase.CANCELLED: "choice.cancelled",
}


class StatusService:
    """Opens cards, and finds tasks that a place has seen."""

    def __init__(
        self,
        source: TaskSource,
        store: WatchStore,
        presses: PressStore,
        tracker: TaskTracker,
        cards: CardKeeper,
        pictures: PictureSource,
        quotas: Quotas,
        clock: Clock,
        allowed_guilds: frozenset[int] = frozenset(),
    ) -> None:
        self._source = source
        self._store = store
        self._presses = presses
        self._tracker = tracker
        self._cards = cards
        self._pictures = pictures
        self._quotas = quotas
        self._clock = clock
        self._allowed = allowed_guilds
        self._reads: dict[TaskId, asyncio.Task[TaskView]] = {}
        self._closing = False

    async def open(self, place: Place, raw: str, reply: Reply) -> None:
        """Answer with one public card for this id, and follow the task. Raises `MJBotError`."""
        self.admit(place)
        task_id = parse_task_id(raw)
        if task_id is None:
            raise BadTaskId
        if place.can_follow and not place.can_embed:
            raise NoRights("say.no_embeds")
        await self._quotas.ask(place, self._cards.live(place.guild_id))
        watch: Watch | None = None
        patience = _FIRST_ANSWER if self._source.delay <= _BUSY else _BUSY_ANSWER
        reading = asyncio.ensure_future(self._look(task_id))
        try:
            await asyncio.wait({reading}, timeout=patience)
            if not reading.done():
                watch = self.new_watch(place, task_id, await reply.think())
                if place.can_follow:
                    await self._store.add(watch, None)
            view = await reading
        except MJBotError:
            if watch is not None and place.can_follow:
                await self._store.close(watch.ref)
            raise
        finally:
            reading.cancel()
        await self._present(place, view, reply, watch)

    async def present(self, place: Place, view: TaskView, reply: Reply, watch: Watch) -> None:
        """Show a view as a new card on a message that is already being thought about, and follow it."""
        await self._present(place, view, reply, watch)

    async def look_again(self, place: Place, ref: MessageRef, task_id: TaskId, reply: Reply) -> None:
        """Take up a task anew on a message whose watch had ended. Raises `MJBotError`."""
        self.admit(place)
        await self._quotas.ask(place, self._cards.live(place.guild_id))
        view = await self._look(task_id)
        if not place.can_follow:
            await self._present(place, view, reply, None)
            return
        shown = await self._cards.reopen(ref)
        watch = replace(self.new_watch(place, task_id, ref), state=WatchState.OPEN, shown=shown)
        older = await self._store.add(watch, view)
        card = await self._cards.painter.card(view, place.locale, place.guild_id)
        await self._cards.keep(watch, view, card, older)

    async def more(self, place: Place, task_id: TaskId, number: int, reply: Reply) -> None:
        """Offer the buttons of a task that did not fit on its card. Raises `MJBotError`."""
        self.admit(place)
        await reply.think(private=True)
        view = await self.known(task_id)
        presses, refused = await self._cards.painter.pressed(task_id)
        locale = place.private_locale
        page = page_of(view.task, presses, locale, number, refused) if view.task else EMPTY
        if page == EMPTY:
            raise PressRefused("say.no_button", id=task_id)
        await reply.choose("say.more", page.rows, menu=page.menu)

    async def known(self, task_id: TaskId) -> TaskView:
        """The view of a task by the nearest road: followed, stored, or read. Raises `UpstreamError`."""
        if view := self._tracker.view(task_id):
            return view
        stored = await self._store.view(task_id)
        if stored is not None and stored.task is not None and stored.task.phase.final:
            return stored
        return await self.read(task_id)

    async def read(self, task_id: TaskId) -> TaskView:
        """Read a task now; people who ask at the same moment share one request. Raises `UpstreamError`."""
        if task_id not in self._reads:
            reading = asyncio.ensure_future(self._fetch(task_id))
            self._reads[task_id] = reading
            reading.add_done_callback(lambda _: self._reads.pop(task_id, None))
        return await asyncio.shield(self._reads[task_id])

    def admit(self, place: Place) -> None:
        """Raise `NotAllowedHere` for a server that may not use the bot, `Closing` near the end."""
        if self._closing:
            raise Closing
        if self._allowed and place.guild_id not in self._allowed:
            raise NotAllowedHere

    def admit_spending(self, place: Place) -> None:
        """Like `admit`; and raise `NoRights` where what is paid for could not be shown."""
        self.admit(place)
        if not place.can_follow:
            raise NoRights("say.no_channel")
        if not place.can_embed:
            raise NoRights("say.no_embeds")

    def close(self) -> None:
        """Begin nothing new: the process is about to end."""
        self._closing = True

    async def suggest(self, place: Place, text: str) -> list[tuple[str, TaskId]]:
        """Lines and ids for autocomplete, from the database alone."""
        offers = await self._store.offers(place, text.strip(), _CHOICES)
        now = self._clock.now()
        return [(_line(offer, now, place.private_locale), offer.view.id) for offer in offers]

    async def _look(self, task_id: TaskId) -> TaskView:
        if view := self._tracker.view(task_id):
            return view
        try:
            return await self.read(task_id)
        except UpstreamError:
            if stored := await self._stored_end(task_id):
                return stored
            raise

    async def _stored_end(self, task_id: TaskId) -> TaskView | None:
        """An end that we saw stays true, whatever the service says or forgets today."""
        stored = await self._store.view(task_id)
        return stored if stored and stored.task and stored.task.phase.final else None

    async def _fetch(self, task_id: TaskId) -> TaskView:
        try:
            task = await self._source.fetch(task_id)
        except TaskNotFound as error:
            error.values["id"] = task_id
            raise
        now = self._clock.now()
        return TaskView(task_id, opened_at=now, task=replace(task, id=task_id), seen_at=now)

    async def _present(self, place: Place, view: TaskView, reply: Reply, watch: Watch | None) -> None:
        unwatched = not place.can_follow
        card = await self._cards.painter.card(view, place.locale, place.guild_id, unwatched=unwatched)
        image = self._pictures.link(card.picture) if card.picture else None
        if image is None and not place.can_follow:
            card = card.without_picture  # no edit will bring it
        shown = self._first_shown(card, image)
        try:
            ref = await reply.show(card, image)
        except AnswerLost:
            if watch is None or not place.can_follow:
                raise
            ref, shown = watch.ref, NOTHING_SHOWN  # the channel route may still reach the message
        if not place.can_follow:
            return
        watch = replace(watch or self.new_watch(place, view.id, ref), shown=shown)
        older = await self._store.add(replace(watch, state=WatchState.OPEN), view)
        await self._cards.keep(watch, view, card, older)
        await self._cards.check_children(view, place.guild_id)
        if card.picture and not place.can_attach and self._pictures.attaches(card.picture):
            await reply.tell("say.no_files")

    def _first_shown(self, card: Card, image: str | None) -> Shown:
        """What the first answer shows. A picture that is still to be attached leaves it unfinished."""
        if card.picture is None:
            return Shown(card.digest)
        if self._pictures.attaches(card.picture) or image is None:
            return Shown()
        return Shown(card.digest, card.picture.key, image)

    def new_watch(self, place: Place, task_id: TaskId, ref: MessageRef) -> Watch:
        """A watch that is about to be opened."""
        return Watch(ref, task_id, place.guild_id, place.user_id, place.locale, self._clock.now())


def _line(offer: Offer, now: float, locale: str) -> str:
    task = offer.view.task
    prompt = short(task.prompt, _CHOICE_PROMPT) if task else ""
    values = {
        "prompt": prompt or say("choice.no_prompt", locale),
        "age": age(now - offer.seen_at, locale),
        "p": f"{task.percent}%" if task and task.percent is not None else "",
    }
    phase = task.phase if task and (task.phase.final or not offer.view.settled) else None
    key = _CHOICE_KEYS.get(phase, "choice.other") if phase else "choice.other"
    if phase is Phase.RUNNING and values["p"]:
        key = "choice.running"
    return short(say(key, locale, **values), _CHOICE)
