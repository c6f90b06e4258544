"""`/status`: from a task id to a card that follows the task."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from mjbot.clock import Clock
from mjbot.core.access.place import Place
from mjbot.core.i18n.messages import age, translate
from mjbot.core.i18n.text import short
from mjbot.core.i18n.texts import Text
from mjbot.core.model.task import Phase, TaskId, parse_task_id
from mjbot.core.model.watch import Watch
from mjbot.errors import InvalidTaskId, MJBotError
from mjbot.ports import InteractionContext, PressRequest, Reply, Suggestion, TaskSource, WatchStore
from mjbot.service.access import REFRESH, STATUS, SUGGEST, Access
from mjbot.service.reader import TaskReader
from mjbot.service.watching.opener import CardOpener

# Discord gives 3 s for the first response; a read that takes longer than this is deferred.
_FIRST_RESPONSE = 1.5
# A read that has to wait for others is deferred after this time, enough to find a known task.
_BUSY, _BUSY_RESPONSE = 0.1, 0.05
_CHOICES = 25  # https://discord.com/developers/docs/interactions/application-commands#autocomplete
_CHOICE = 100
_SEARCHED = 100
_CHOICE_PROMPT = 60
_CHOICE_TEXTS = {
    Phase.QUEUED: Text.AUTOCOMPLETE_QUEUED,
    Phase.WAITING: Text.AUTOCOMPLETE_WAITING,
    Phase.SUCCESS: Text.AUTOCOMPLETE_DONE,
    Phase.FAILURE: Text.AUTOCOMPLETE_FAILED,
    Phase.CANCELLED: Text.AUTOCOMPLETE_CANCELLED,
}


class StatusService:
    """Opens cards, refreshes cards whose watch has ended, and suggests tasks."""

    def __init__(
        self,
        source: TaskSource,
        store: WatchStore,
        access: Access,
        reader: TaskReader,
        opener: CardOpener,
        clock: Clock,
    ) -> None:
        self._source = source
        self._store = store
        self._access = access
        self._reader = reader
        self._opener = opener
        self._clock = clock
        self._searches: dict[int, object] = {}
        self._search_locks: WeakValueDictionary[Place, asyncio.Lock] = WeakValueDictionary()

    async def open(self, context: InteractionContext, raw: str, reply: Reply) -> None:
        """Respond with one public card for this id, and follow the task. Raises `MJBotError`."""
        await self._access.require(context, STATUS)
        task_id = parse_task_id(raw)
        if task_id is None:
            raise InvalidTaskId
        watch: Watch | None = None
        timeout = _FIRST_RESPONSE if self._source.delay <= _BUSY else _BUSY_RESPONSE
        reading = asyncio.ensure_future(self._reader.get_current(task_id))
        try:
            await asyncio.wait({reading}, timeout=timeout)
            if not reading.done():
                watch = self._opener.new_watch(context, task_id, await reply.defer())
                if context.can_follow:
                    await self._store.add(watch, None)
            snapshot = await reading
        except MJBotError:
            if watch is not None and context.can_follow:
                await self._store.close(watch.ref)
            raise
        finally:
            reading.cancel()
        await self._opener.open(context, snapshot, reply, watch)

    async def refresh(self, request: PressRequest) -> None:
        """Read a task again and follow it on the pressed message. Raises `MJBotError`."""
        await request.reply.defer()
        await self._access.require_press(request, REFRESH)
        snapshot = await self._reader.get_current(request.task_id)
        if request.context.can_follow:
            await self._opener.reopen(request.context, snapshot, request.message)
        else:
            await self._opener.open(request.context, snapshot, request.reply)

    async def suggest(self, context: InteractionContext, text: str) -> list[tuple[str, TaskId]]:
        """Return names and ids for autocomplete, from the store only. Raises `MJBotError`."""
        await self._access.require(context, SUGGEST)
        search = self._searches[context.user_id] = object()
        try:
            # One at a time in each place, so that other uses of the database wait for few searches.
            async with self._search_locks.setdefault(context.place, asyncio.Lock()):
                if self._searches.get(context.user_id) is not search:
                    return []  # a later keystroke has replaced this search
                suggestions = await self._store.suggestions(context.place, text.strip()[:_SEARCHED], _CHOICES)
        finally:
            if self._searches.get(context.user_id) is search:
                del self._searches[context.user_id]
        now = self._clock.now()
        return [(_line(each, now, context.private_locale), each.snapshot.id) for each in suggestions]


def _line(suggestion: Suggestion, now: float, locale: str) -> str:
    task = suggestion.snapshot.task
    prompt = short(task.prompt, _CHOICE_PROMPT) if task else ""
    values = {
        "prompt": prompt or translate(Text.AUTOCOMPLETE_NO_PROMPT, locale),
        "age": age(now - suggestion.seen_at, locale),
        "p": f"{task.percent}%" if task and task.percent is not None else "",
    }
    phase = task.phase if task and (task.phase.final or not suggestion.snapshot.settled) else None
    text = _CHOICE_TEXTS.get(phase, Text.AUTOCOMPLETE_OTHER) if phase else Text.AUTOCOMPLETE_OTHER
    if phase is Phase.RUNNING and values["p"]:
        text = Text.AUTOCOMPLETE_RUNNING
    return short(translate(text, locale, **values), _CHOICE)
