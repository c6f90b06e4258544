"""Looks for submits whose response was lost, by the marks that they carried.

A task counts as found only if a read of it says that it has the mark. Then its card goes on as if the
response had come. A submit that is not found may still appear: a webhook or a later look can tell.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from mjbot.clock import Clock, Wakeup
from mjbot.core.model.press import PressKey
from mjbot.core.model.submits import Command
from mjbot.core.model.task import Mark, Task, TaskId
from mjbot.core.polling.lookups import look_again, looks_missed, next_look
from mjbot.errors import StoreFailed, UpstreamError
from mjbot.errors.submits import CommandNotOffered
from mjbot.guard import LoopGuard
from mjbot.ports import LostSubmit, MarkStore, TaskSource
from mjbot.service.pressing.found_submits import FoundSubmits
from mjbot.service.watching.watches import WatchService

log = logging.getLogger(__name__)

Tell = Callable[[], Awaitable[object]]
_STORE_PAUSE = 5.0


@dataclass(slots=True)
class _Search:
    """The search for one lost submit. ``at``: when to look next; ``named``: a task that is said to be it."""

    lost: LostSubmit
    looks: int
    at: float | None
    named: TaskId | None = None
    tell: Tell | None = None


class LostSubmits:
    """Looks for all lost submits at once, in one list of the service's latest tasks."""

    def __init__(
        self,
        source: TaskSource,
        store: MarkStore,
        found: FoundSubmits,
        watches: WatchService,
        clock: Clock,
        guard: LoopGuard,
    ) -> None:
        self._source = source
        self._store = store
        self._found = found
        self._watches = watches
        self._clock = clock
        self._guard = guard
        self._searches: dict[Mark, _Search] = {}
        """By every mark that a lost submit carried, in the order of its submits."""
        self._wakeup = Wakeup(clock, "until a lost submit is looked for")

    def add(self, lost: LostSubmit) -> None:
        """Look for a submit whose response was lost just now."""
        self._search(lost, 0)
        self._wakeup.notify()

    def tell(self, mark: Mark, tell: Tell) -> None:
        """Call ``tell`` if the submit with this mark is not found."""
        if (search := self._searches.get(mark)) is not None:
            search.tell = tell

    def hint(self, task_id: TaskId, mark: Mark) -> bool:
        """Handle a webhook that names a mark. Returns False if it is not that of a lost submit."""
        search = self._searches.get(mark)
        if search is None:
            return False
        search.named = task_id
        self._wakeup.notify()
        return True

    async def run(self) -> None:
        """Look for lost submits, also those of earlier processes, until cancelled."""
        loaded = False
        while True:
            failed: float | None = self._clock.now() + _STORE_PAUSE
            with self._guard.contain(), suppress(StoreFailed):
                if not loaded:
                    await self._load()
                    loaded = True
                await self._look()
                failed = None
            moments = [each.at for each in self._searches.values() if each.at is not None]
            await self._wakeup.wait(failed if failed is not None else min(moments, default=None))

    async def _load(self) -> None:
        now = self._clock.now()
        for lost in await self._store.lost():
            if lost.origin.marks[0] not in self._searches:
                self._search(lost, looks_missed(lost.sent_at, now))

    def _search(self, lost: LostSubmit, looks: int) -> None:
        search = _Search(lost, looks, next_look(lost.sent_at, looks))
        self._searches |= dict.fromkeys(lost.origin.marks, search)

    async def _look(self) -> None:
        now = self._clock.now()
        due = [each for each in self._all() if each.at is not None and each.at <= now]
        if due or any(each.named for each in self._all()):
            for search in due:  # unless this look succeeds
                search.at = look_again(search.lost.sent_at, now)
            try:
                await self._look_at_list(due)
            except CommandNotOffered:
                for search in self._all():
                    search.at = None  # only a webhook can tell
            except UpstreamError as error:
                log.info("lost submits could not be looked for: %s", error.problem)
        for search in self._all():
            if search.named is not None:
                await self._read_named(search, search.named)

    def _all(self) -> list[_Search]:
        return list({id(each): each for each in self._searches.values()}.values())

    async def _look_at_list(self, due: Sequence[_Search]) -> None:
        if self._source.offers(Command.LIST) is False:
            raise CommandNotOffered(Command.LIST)
        await self._go_on(await self._source.find_marked(self._searches.keys()))
        in_vain = []
        for search in due:
            search.looks += 1
            search.at = next_look(search.lost.sent_at, search.looks)
            if search.at is None and search.lost.origin.marks[0] in self._searches:
                in_vain.append(search)
        await self._report(in_vain)

    async def _read_named(self, search: _Search, task_id: TaskId) -> None:
        """Read a task that a webhook named: it counts only if its own mark is ours."""
        search.named = None
        try:
            task = await self._source.fetch(task_id)
            await self._go_on({task.mark: [task]})
        except UpstreamError:
            pass  # the next webhook names it again
        except StoreFailed:
            search.named = task_id
            raise

    async def _go_on(self, tasks: Mapping[Mark, Sequence[Task]]) -> None:
        """Let the cards of found tasks go on; if both submits of a press are found, those of the later."""
        for mark in reversed(list(self._searches)):
            search = self._searches.get(mark)
            if search is not None and mark in tasks:
                with self._guard.contain(StoreFailed):  # others must not wait for one that fails
                    await self._found.show(search.lost, tasks[mark])
                    self._forget(search.lost.press)

    def _forget(self, press: PressKey) -> None:
        self._searches = {mark: each for mark, each in self._searches.items() if each.lost.press != press}

    async def _report(self, in_vain: Sequence[_Search]) -> None:
        """Say of submits that all looks did not find them, which proves nothing."""
        if not in_vain:
            return
        log.info("%s lost submits were not found", len(in_vain))
        await self._store.not_found([each.lost for each in in_vain])
        await self._watches.redraw([each.lost.press.task_id for each in in_vain])
        for search in in_vain:
            if search.tell is not None:
                with suppress(Exception):  # the reply may be too old; the card and the next press say it
                    await search.tell()
