"""Posts the cards of tasks that have none: a press created several, and not every card could be shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from mjbot.clock import Clock, Wakeup
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import Watch, WatchState
from mjbot.errors import ResponseLost, StoreFailed
from mjbot.guard import LoopGuard
from mjbot.ports import MessagePoster, PendingCard, PressStore
from mjbot.service.watching.renderer import CardRenderer
from mjbot.service.watching.watches import WatchService

log = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 600.0  # seconds between tries, doubled each time
_GIVE_UP_AFTER = 24 * 3600.0


class PendingCards:
    """Posts pending cards into their channels: at the start, and whenever one could not be shown."""

    def __init__(
        self,
        store: PressStore,
        poster: MessagePoster,
        watches: WatchService,
        renderer: CardRenderer,
        clock: Clock,
        guard: LoopGuard,
    ) -> None:
        self._store = store
        self._poster = poster
        self._watches = watches
        self._renderer = renderer
        self._clock = clock
        self._guard = guard
        self._claimed: set[TaskId] = set()
        self._wakeup = Wakeup(clock, "until a card is to be posted")

    @contextmanager
    def claim(self, tasks: Sequence[TaskId]) -> Iterator[None]:
        """Leave these tasks to the caller, which is about to show them; post the rest afterwards."""
        self._claimed.update(tasks)
        try:
            yield
        finally:
            self._claimed.difference_update(tasks)
            self._wakeup.notify()

    async def run(self) -> None:
        """Post cards until cancelled."""
        pause = _FIRST_PAUSE
        while True:
            left = True  # not known while the database fails
            with self._guard.contain(), suppress(StoreFailed):
                left = await self._post_all()
            await self._wakeup.wait(self._clock.now() + pause if left else None)
            pause = min(2 * pause, _LONGEST_PAUSE) if left else _FIRST_PAUSE

    async def _post_all(self) -> bool:
        """Post each pending card. Returns True if some could not be posted."""
        left = False
        for card, snapshot in await self._store.pending_cards():
            if card.task_id not in self._claimed:
                left = not await self._post(card, snapshot) or left
        return left

    async def _post(self, pending: PendingCard, snapshot: TaskSnapshot) -> bool:
        card = await self._renderer.card(snapshot, pending.locale, pending.place)
        try:
            # The nonce makes Discord return the message of an earlier try, if that was very recent.
            sent = await self._poster.post(pending.channel_id, card, nonce=pending.task_id)
        except ResponseLost as error:
            if self._clock.now() - pending.created_at < _GIVE_UP_AFTER:
                return False
            log.warning("no card of task %s could be posted for a day: %s", pending.task_id, error)
            await self._store.drop_pending_card(pending.task_id)
            return True
        watch = Watch(
            sent.ref,
            pending.task_id,
            pending.guild_id,
            pending.requester_id,
            pending.locale,
            pending.created_at,
            WatchState.OPEN,
        )
        await self._store.add_card(watch)
        await self._watches.start(watch, snapshot, card, omitted=sent.omitted)
        return True
