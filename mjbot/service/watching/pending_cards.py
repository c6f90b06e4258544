"""Post the cards that could not be shown at once, for example when a press created several tasks."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

from mjbot.clock import Clock, Wakeup
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import Watch, WatchState
from mjbot.errors import ResponseLost, StoreFailed
from mjbot.guard import LoopGuard
from mjbot.ports import MessagePoster, PendingCard, PressStore
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.renderer import CardRenderer
from mjbot.service.watching.watches import WatchService

log = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 600.0  # seconds between the tries in one channel, doubled each time
_GIVE_UP_AFTER = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class _ChannelRest:
    """The back-off of a channel in which posting failed: the time of the next try, and the current pause."""

    until: float
    seconds: float


class PendingCards:
    """Posts pending cards to their channels, at startup and whenever a card could not be shown.

    A rejected post counts towards Discord's limit of invalid requests, so each channel has its own back-off.
    """

    def __init__(
        self,
        store: PressStore,
        poster: MessagePoster,
        watches: WatchService,
        renderer: CardRenderer,
        writes: DeferredWrites,
        clock: Clock,
        guard: LoopGuard,
    ) -> None:
        self._store = store
        self._poster = poster
        self._watches = watches
        self._renderer = renderer
        self._writes = writes
        self._clock = clock
        self._guard = guard
        self._claimed: set[TaskId] = set()
        self._shown: set[TaskId] = set()
        """The tasks whose card is shown, but not yet stored as shown."""
        self._rests: dict[int, _ChannelRest] = {}
        self._tries: Counter[TaskId] = Counter()
        self._wakeup = Wakeup(clock, "until a card is to be posted")

    @contextmanager
    def claim(self, tasks: Sequence[TaskId]) -> Iterator[None]:
        """Do not post the cards of these tasks until the context ends, because the caller shows them."""
        self._claimed.update(tasks)
        try:
            yield
        finally:
            self._claimed.difference_update(tasks)
            if tasks:
                self._wakeup.notify()

    def added(self) -> None:
        """Wake the loop, because a pending card was stored in the database."""
        self._wakeup.notify()

    async def shown(self, watch: Watch) -> None:
        """Store that a card is shown. If the database fails, store it later and post no second card."""
        self._shown.add(watch.task_id)
        await self._writes.write(partial(self._store_card, watch))

    async def _store_card(self, watch: Watch) -> None:
        listed_by = await self._store.add_card(watch)
        self._shown.discard(watch.task_id)
        if listed_by:
            await self._watches.redraw(listed_by)

    async def run(self) -> None:
        """Post the pending cards until cancelled."""
        while True:
            again: float | None = self._clock.now() + _FIRST_PAUSE  # if the database fails
            with self._guard.contain(), suppress(StoreFailed):
                again = await self._post_all()
            await self._wakeup.wait(again)

    async def _post_all(self) -> float | None:
        """Post all pending cards. Returns the time (unix seconds) of the next retry, or None."""
        behind = self._writes.waiting  # read first: these writes may add cards while others are posted
        pending = await self._store.pending_cards()
        # Copied, since posting takes a while: a card that is shown meanwhile is still in ``pending``.
        taken = self._claimed | self._shown
        channels = {card.channel_id for card, _ in pending}
        self._rests = {channel: rest for channel, rest in self._rests.items() if channel in channels}
        self._tries = Counter({card.task_id: self._tries[card.task_id] for card, _ in pending})
        # The same time for all cards: once one of them is posted, its channel has no pause, and those that
        # were skipped before would not be tried again.
        now = self._clock.now()
        # A card that is always refused must not hold up the others of its channel.
        for card, snapshot in sorted(pending, key=lambda each: self._tries[each[0].task_id]):
            if card.task_id not in taken:
                with self._guard.contain(), suppress(StoreFailed):
                    await self._post_or_rest(card, snapshot, now)
        retries = [rest.until for rest in self._rests.values()]
        return min([*retries, now + _FIRST_PAUSE] if behind else retries, default=None)

    async def _post_or_rest(self, card: PendingCard, snapshot: TaskSnapshot, now: float) -> None:
        """Post a card, unless the channel is in back-off at ``now``. If posting fails, start a back-off."""
        rest = self._rests.get(card.channel_id)
        if rest is None or rest.until <= now:
            pause = min(2 * rest.seconds, _LONGEST_PAUSE) if rest else _FIRST_PAUSE
            posted = False
            try:
                posted = await self._post(card, snapshot)
            finally:
                self._rests[card.channel_id] = _ChannelRest(self._clock.now() + pause, pause)
                self._tries[card.task_id] += 1
            if posted:
                del self._rests[card.channel_id], self._tries[card.task_id]
                return
        if now - card.created_at >= _GIVE_UP_AFTER:
            log.warning("no card of task %s could be posted for a day", card.task_id)
            await self._store.drop_pending_card(card.task_id)

    async def _post(self, pending: PendingCard, snapshot: TaskSnapshot) -> bool:
        watch = replace(pending.watch, state=WatchState.OPEN)
        card = await self._renderer.card(snapshot, watch.audience)
        try:
            sent = await self._poster.post(
                pending.channel_id, card, nonce=pending.task_id, since=pending.created_at
            )
        except ResponseLost as error:
            log.info("the card of task %s cannot be posted: %s", pending.task_id, error)
            return False
        watch = replace(watch, ref=sent.ref)
        await self.shown(watch)
        await self._watches.start(watch, snapshot, card, omitted=sent.omitted)
        return True
