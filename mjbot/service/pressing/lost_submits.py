"""The search for the tasks of lost submits, which are submits whose response was lost.

Each submit contains a mark, a random string that the service returns with the task. A task counts as found
only if it was read with this mark. Then the card continues as if the response had arrived. A task that was
not found may still appear later, in a webhook or in another search.
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
    """The search for one lost submit. ``at`` is the time of the next look at the service's list of tasks.

    ``named`` is a task that a webhook says has the mark, and that must be read to confirm it.
    """

    lost: LostSubmit
    looks: int
    at: float | None
    named: TaskId | None = None
    tell: Tell | None = None


class LostSubmits:
    """Searches for all lost submits together, in the service's list of recent tasks."""

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
        """Start the search for a submit whose response was lost just now."""
        self._search(lost, 0)
        self._wakeup.notify()

    def tell(self, mark: Mark, tell: Tell) -> None:
        """Call ``tell`` if the search for the submit with this mark ends without success."""
        if (search := self._searches.get(mark)) is not None:
            search.tell = tell

    def hint(self, task_id: TaskId, mark: Mark) -> bool:
        """Handle a webhook for a task with a mark. Returns False if the mark is not that of a lost submit."""
        search = self._searches.get(mark)
        if search is None:
            return False
        search.named = task_id
        self._wakeup.notify()
        return True

    async def run(self) -> None:
        """Search for lost submits until cancelled, including those from before a restart."""
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
                await self._look_at_list(due, now)
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

    async def _look_at_list(self, due: Sequence[_Search], now: float) -> None:
        if self._source.offers(Command.LIST) is False:
            raise CommandNotOffered(Command.LIST)
        listed = await self._source.find_marked(self._searches.keys())
        found = [each for each in self._all() if not listed.keys().isdisjoint(each.lost.origin.marks)]
        for search in found:  # unless it can be shown now
            search.at = look_again(search.lost.sent_at, now)
        await self._go_on(listed)
        missing = [each for each in due if each not in found]
        await self._report([each for each in missing if next_look(now, each.looks + 1) is None])
        for search in missing:  # if anything above fails, they are looked for again
            search.looks += 1
            search.at = next_look(search.lost.sent_at, search.looks)

    async def _read_named(self, search: _Search, task_id: TaskId) -> None:
        """Read a task that a webhook named. It is the right one only if it really has the mark."""
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
        """Show the found tasks. If both submits of a press are found, show only those of the later one."""
        for mark in reversed(list(self._searches)):
            search = self._searches.get(mark)
            if search is not None and mark in tasks:
                with self._guard.contain(StoreFailed):  # others must not wait for one that fails
                    await self._found.show(search.lost, tasks[mark])
                    self._forget(search.lost.press)

    def _forget(self, press: PressKey) -> None:
        self._searches = {mark: each for mark, each in self._searches.items() if each.lost.press != press}

    async def _report(self, in_vain: Sequence[_Search]) -> None:
        """Tell users that the search for these submits found nothing. The service may still have run them."""
        if not in_vain:
            return
        log.info("%s lost submits were not found", len(in_vain))
        await self._store.not_found([each.lost for each in in_vain])
        await self._watches.redraw([each.lost.press.task_id for each in in_vain])
        for search in in_vain:
            if search.tell is not None:
                with suppress(Exception):  # the reply may be too old; the card and the next press say it
                    await search.tell()
