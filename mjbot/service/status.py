"""`/status`: from an id to a card that lives."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from mjbot.clock import Clock
from mjbot.core.card.card import Card
from mjbot.core.card.menu import EMPTY_PAGE, build_page
from mjbot.core.i18n.messages import age, translate
from mjbot.core.i18n.text import short
from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Phase, TaskId, parse_task_id
from mjbot.core.model.watch import NOTHING_DELIVERED, DeliveredState, MessageRef, Watch, WatchState
from mjbot.errors import (
    BotMissingPermission,
    GuildNotAllowed,
    InvalidTaskId,
    MJBotError,
    PressRefused,
    ResponseLost,
    ShuttingDown,
    TaskNotFound,
    UpstreamError,
)
from mjbot.ports import (
    InteractionContext,
    PictureSource,
    PressStore,
    Reply,
    Suggestion,
    TaskSource,
    WatchStore,
)
from mjbot.service.quotas import Quotas
from mjbot.service.watching.watches import WatchService
from mjbot.tracker import TaskTracker

# Discord gives 3 s for the first answer; a reading that takes longer than this is waited for in public.
_FIRST_ANSWER = 1.5
# Who would have to wait for others anyway is told so at once; enough for what is known without a reading.
_BUSY, _BUSY_ANSWER = 0.1, 0.05
_CHOICES = 25
_CHOICE = 100
_CHOICE_PROMPT = 60
_CHOICE_KEYS = {
    Phase.QUEUED: Text.AUTOCOMPLETE_QUEUED,
    Phase.WAITING: Text.AUTOCOMPLETE_WAITING,
    Phase.SUCCESS: Text.AUTOCOMPLETE_DONE,
    Phase.FAILURE: Text.AUTOCOMPLETE_FAILED,
    Phase.CANCELLED: Text.AUTOCOMPLETE_CANCELLED,
}


class StatusService:
    """Opens cards, and finds tasks that a place has seen."""

    def __init__(
        self,
        source: TaskSource,
        store: WatchStore,
        presses: PressStore,
        tracker: TaskTracker,
        cards: WatchService,
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
        self._reads: dict[TaskId, asyncio.Task[TaskSnapshot]] = {}
        self._closing = False

    async def open(self, context: InteractionContext, raw: str, reply: Reply) -> None:
        """Answer with one public card for this id, and follow the task. Raises `MJBotError`."""
        self.admit(context)
        task_id = parse_task_id(raw)
        if task_id is None:
            raise InvalidTaskId
        if context.can_follow and not context.can_embed:
            raise BotMissingPermission(Text.REPLY_MISSING_EMBED_LINKS)
        await self._quotas.ask(context, self._cards.live(context.guild_id))
        watch: Watch | None = None
        patience = _FIRST_ANSWER if self._source.delay <= _BUSY else _BUSY_ANSWER
        reading = asyncio.ensure_future(self._look(task_id))
        try:
            await asyncio.wait({reading}, timeout=patience)
            if not reading.done():
                watch = self.new_watch(context, task_id, await reply.defer())
                if context.can_follow:
                    await self._store.add(watch, None)
            snapshot = await reading
        except MJBotError:
            if watch is not None and context.can_follow:
                await self._store.close(watch.ref)
            raise
        finally:
            reading.cancel()
        await self._present(context, snapshot, reply, watch)

    async def present(
        self, context: InteractionContext, snapshot: TaskSnapshot, reply: Reply, watch: Watch
    ) -> None:
        """Show a view as a new card on a message that is already being thought about, and follow it."""
        await self._present(context, snapshot, reply, watch)

    async def refresh(
        self, context: InteractionContext, ref: MessageRef, task_id: TaskId, reply: Reply
    ) -> None:
        """Take up a task anew on a message whose watch had ended. Raises `MJBotError`."""
        self.admit(context)
        await self._quotas.ask(context, self._cards.live(context.guild_id))
        snapshot = await self._look(task_id)
        if not context.can_follow:
            await self._present(context, snapshot, reply, None)
            return
        delivered = await self._cards.reopen(ref)
        watch = replace(self.new_watch(context, task_id, ref), state=WatchState.OPEN, delivered=delivered)
        older = await self._store.add(watch, snapshot)
        card = await self._cards.renderer.card(snapshot, context.locale, context.guild_id)
        await self._cards.keep(watch, snapshot, card, older)

    async def more(self, context: InteractionContext, task_id: TaskId, number: int, reply: Reply) -> None:
        """Offer the buttons of a task that did not fit on its card. Raises `MJBotError`."""
        self.admit(context)
        await reply.defer(private=True)
        snapshot = await self.known(task_id)
        presses, refused = await self._cards.renderer.pressed(task_id)
        locale = context.private_locale
        page = build_page(snapshot.task, presses, locale, number, refused) if snapshot.task else EMPTY_PAGE
        if page == EMPTY_PAGE:
            raise PressRefused(Text.REPLY_BUTTON_GONE, id=task_id)
        await reply.choose(Text.REPLY_MORE, page.rows, menu=page.menu)

    async def known(self, task_id: TaskId) -> TaskSnapshot:
        """The view of a task by the nearest road: followed, stored, or read. Raises `UpstreamError`."""
        if snapshot := self._tracker.snapshot(task_id):
            return snapshot
        stored = await self._store.snapshot(task_id)
        if stored is not None and stored.task is not None and stored.task.phase.final:
            return stored
        return await self.read(task_id)

    async def read(self, task_id: TaskId) -> TaskSnapshot:
        """Read a task now; people who ask at the same moment share one request. Raises `UpstreamError`."""
        if task_id not in self._reads:
            reading = asyncio.ensure_future(self._fetch(task_id))
            self._reads[task_id] = reading
            reading.add_done_callback(lambda _: self._reads.pop(task_id, None))
        return await asyncio.shield(self._reads[task_id])

    def admit(self, context: InteractionContext) -> None:
        """Raise `GuildNotAllowed` for a server that may not use the bot, `ShuttingDown` near the end."""
        if self._closing:
            raise ShuttingDown
        if self._allowed and context.guild_id not in self._allowed:
            raise GuildNotAllowed

    def admit_spending(self, context: InteractionContext) -> None:
        """Like `admit`; and raise `BotMissingPermission` where what is paid for could not be shown."""
        self.admit(context)
        if not context.can_follow:
            raise BotMissingPermission(Text.REPLY_MISSING_VIEW_CHANNEL)
        if not context.can_embed:
            raise BotMissingPermission(Text.REPLY_MISSING_EMBED_LINKS)

    def close(self) -> None:
        """Begin nothing new: the process is about to end."""
        self._closing = True

    async def suggest(self, context: InteractionContext, text: str) -> list[tuple[str, TaskId]]:
        """Lines and ids for autocomplete, from the database alone."""
        suggestions = await self._store.suggestions(context, text.strip(), _CHOICES)
        now = self._clock.now()
        return [
            (_line(suggestion, now, context.private_locale), suggestion.snapshot.id)
            for suggestion in suggestions
        ]

    async def _look(self, task_id: TaskId) -> TaskSnapshot:
        if snapshot := self._tracker.snapshot(task_id):
            return snapshot
        try:
            return await self.read(task_id)
        except UpstreamError:
            if stored := await self._stored_end(task_id):
                return stored
            raise

    async def _stored_end(self, task_id: TaskId) -> TaskSnapshot | None:
        """An end that we saw stays true, whatever the service says or forgets today."""
        stored = await self._store.snapshot(task_id)
        return stored if stored and stored.task and stored.task.phase.final else None

    async def _fetch(self, task_id: TaskId) -> TaskSnapshot:
        try:
            task = await self._source.fetch(task_id)
        except TaskNotFound as error:
            error.values["id"] = task_id
            raise
        now = self._clock.now()
        return TaskSnapshot(task_id, opened_at=now, task=replace(task, id=task_id), seen_at=now)

    async def _present(
        self, context: InteractionContext, snapshot: TaskSnapshot, reply: Reply, watch: Watch | None
    ) -> None:
        unwatched = not context.can_follow
        card = await self._cards.renderer.card(
            snapshot, context.locale, context.guild_id, unwatched=unwatched
        )
        image = self._pictures.link(card.picture) if card.picture else None
        if image is None and not context.can_follow:
            card = card.without_image  # no edit will bring it
        delivered = self._first_shown(card, image)
        try:
            ref = await reply.show(card, image)
        except ResponseLost:
            if watch is None or not context.can_follow:
                raise
            ref, delivered = watch.ref, NOTHING_DELIVERED  # the channel route may still reach the message
        if not context.can_follow:
            return
        watch = replace(watch or self.new_watch(context, snapshot.id, ref), delivered=delivered)
        older = await self._store.add(replace(watch, state=WatchState.OPEN), snapshot)
        await self._cards.keep(watch, snapshot, card, older)
        await self._cards.check_children(snapshot, context.guild_id)
        if card.picture and not context.can_attach and self._pictures.attaches(card.picture):
            await reply.tell(Text.REPLY_MISSING_ATTACH_FILES)

    def _first_shown(self, card: Card, image: str | None) -> DeliveredState:
        """What the first answer shows. A picture that is still to be attached leaves it unfinished."""
        if card.picture is None:
            return DeliveredState(card.digest)
        if self._pictures.attaches(card.picture) or image is None:
            return DeliveredState()
        return DeliveredState(card.digest, card.picture.key, image)

    def new_watch(self, context: InteractionContext, task_id: TaskId, ref: MessageRef) -> Watch:
        """A watch that is about to be opened."""
        return Watch(ref, task_id, context.guild_id, context.user_id, context.locale, self._clock.now())


def _line(suggestion: Suggestion, now: float, locale: str) -> str:
    task = suggestion.snapshot.task
    prompt = short(task.prompt, _CHOICE_PROMPT) if task else ""
    values = {
        "prompt": prompt or translate(Text.AUTOCOMPLETE_NO_PROMPT, locale),
        "age": age(now - suggestion.seen_at, locale),
        "p": f"{task.percent}%" if task and task.percent is not None else "",
    }
    phase = task.phase if task and (task.phase.final or not suggestion.snapshot.settled) else None
    key = _CHOICE_KEYS.get(phase, Text.AUTOCOMPLETE_OTHER) if phase else Text.AUTOCOMPLETE_OTHER
    if phase is Phase.RUNNING and values["p"]:
        key = Text.AUTOCOMPLETE_RUNNING
    return short(translate(key, locale, **values), _CHOICE)
