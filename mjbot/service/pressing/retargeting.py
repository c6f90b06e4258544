"""Turns the card of a request into the card of the task that the request has created."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import Watch
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.pending_cards import PendingCards
from mjbot.service.watching.watches import WatchService
from mjbot.tracker import TaskTracker

Commit = Callable[[], Awaitable[bool]]
"""Stores the created tasks and the watch. Returns whether the watch was stored."""


class CardRetargeting:
    """Makes messages follow created tasks, for makes, modals, and submits that were lost and found."""

    def __init__(
        self, watches: WatchService, pending: PendingCards, tracker: TaskTracker, writes: DeferredWrites
    ) -> None:
        self._watches = watches
        self._pending = pending
        self._tracker = tracker
        self._writes = writes

    async def follow(
        self, watch: Watch, previous: TaskId, tasks: Sequence[TaskSnapshot], commit: Commit
    ) -> None:
        """Follow the first of the created tasks on the message of ``watch``, which showed ``previous``.

        The cards of the other tasks are posted once they are committed. What else shows ``previous``, such as
        a card in another channel, or that of a series, is drawn again. Raises what ``commit`` raises.
        """
        first, *others = tasks
        self._watches.cancel_close(watch.ref)
        with self._pending.claim([each.id for each in others]):
            stored = await commit()
        if stored:
            await self._watches.retarget(watch, previous, first)
            self._tracker.poll_soon(first.id)
        await self._writes.write(partial(self._watches.redraw, [previous]))
