"""The use cases of `/status`: open a card that follows a task, refresh a card, and suggest tasks."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from mjbot.clock import Clock
from mjbot.core.access.needs import REFRESH, STATUS, SUGGEST
from mjbot.core.access.place import Place
from mjbot.core.model.references import JobRef, job_of, message_id_of, parse_reference
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, Watch
from mjbot.errors import InvalidTaskId, MJBotError, UnknownLink
from mjbot.ports import InteractionContext, PressRequest, Reply, TaskSource, WatchStore
from mjbot.service.access import Access
from mjbot.service.reader import TaskReader
from mjbot.service.suggestions import lines_of, phases_named
from mjbot.service.watching.opener import CardOpener

# Discord gives 3 s for the first response; a read that takes longer than this is deferred.
_FIRST_RESPONSE = 1.5
# A read that has to wait for others is deferred after this time, enough to find a known task.
_BUSY, _BUSY_RESPONSE = 0.1, 0.05
_CHOICES = 25  # https://discord.com/developers/docs/interactions/application-commands#autocomplete
_SEARCHED = 100
_WHOLE_ID = 14  # characters; a shorter text that could be an id may be the beginning of one, or of a prompt


class StatusService:
    """Opens cards, refreshes cards that are no longer updated, and suggests tasks for autocomplete."""

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
        """Respond with a public card for a task, and follow the task. Raises `MJBotError`.

        ``raw`` is what the user typed: a task ID, or a link to a message or a job.
        """
        await self._access.require(context, STATUS)
        task_id = await self._find(context, raw)
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

    async def _find(self, context: InteractionContext, raw: str) -> TaskId:
        """Return the task ID that a pasted text refers to.

        Links to messages and jobs, and their IDs, only find tasks that were shown in this guild or DM.
        """
        match parse_reference(raw):
            case None:
                raise InvalidTaskId
            case MessageRef() as message:
                watch = await self._store.watch_at(message)
                is_here = watch is not None and (watch.ref, watch.place) == (message, context.place)
                found = watch.task_id if watch and is_here else None
            case JobRef() as job:
                found = await self._store.task_of_job(context.place, job)
            case task_id:
                return await self._find_by_other_id(context, task_id) or task_id
        if found is None:
            raise UnknownLink
        return found

    async def _find_by_other_id(self, context: InteractionContext, pasted: TaskId) -> TaskId | None:
        """Return the task of a pasted message ID or job ID, or None if it is neither."""
        if message_id := message_id_of(pasted):
            watch = await self._store.watch_at(MessageRef(context.channel_id, message_id))
            return watch.task_id if watch and watch.place == context.place else None
        job_id = job_of(pasted)
        return await self._store.task_of_job(context.place, job_id) if job_id else None

    async def refresh(self, request: PressRequest) -> None:
        """Read a task again and follow it on the message whose button was pressed. Raises `MJBotError`."""
        await request.reply.defer()
        await self._access.require_press(request, REFRESH)
        snapshot = await self._reader.get_current(request.task_id)
        if request.context.can_follow:
            await self._opener.reopen(request.context, snapshot, request.message)
        else:
            await self._opener.open(request.context, snapshot, request.reply)

    async def suggest(self, context: InteractionContext, text: str) -> list[tuple[str, TaskId]]:
        """Return (name, ID) pairs for autocomplete, using only the database. Raises `MJBotError`.

        If the text is a complete task ID that was never shown in this guild or DM, it is suggested as it is.
        """
        await self._access.require(context, SUGGEST)
        named = parse_reference(text)
        whole = named if isinstance(named, str) and len(named) >= _WHOLE_ID else None
        snapshots = await self._search(context, whole or text.strip()[:_SEARCHED])
        lines = lines_of(snapshots, self._clock.now(), context.private_locale)
        if whole is None or any(task_id == whole for _, task_id in lines):
            return lines
        return [(whole, whole), *lines][:_CHOICES]

    async def _search(self, context: InteractionContext, text: str) -> list[TaskSnapshot]:
        search = self._searches[context.user_id] = object()
        try:
            # One at a time in each place, so that other uses of the database wait for few searches.
            async with self._search_locks.setdefault(context.place, asyncio.Lock()):
                if self._searches.get(context.user_id) is not search:
                    return []  # a later keystroke has replaced this search
                return await self._store.suggestions(context.place, text, phases_named(text), _CHOICES)
        finally:
            if self._searches.get(context.user_id) is search:
                del self._searches[context.user_id]
