"""Post the cards that could not be shown at once, for example when a press created several tasks."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

from mjbot.clock import Clock, Wakeup
from mjbot.core.access.place import Place
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
_MOST, _MOST_OF_PLACE = 10, 2  # channels in which cards are posted at the same time
_Pending = tuple[PendingCard, TaskSnapshot]


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
        self._posting: dict[int, Place] = {}
        """The channels in which cards are being posted."""
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
        async with asyncio.TaskGroup() as posting:
            while True:
                again: float | None = self._clock.now() + _FIRST_PAUSE  # if the database fails
                with self._guard.contain(), suppress(StoreFailed):
                    again = await self._start_posting(posting)
                await self._wakeup.wait(again)

    async def _start_posting(self, posting: asyncio.TaskGroup) -> float | None:
        """Start to post in each channel that is due. Returns the time of the next try (unix seconds), if any.

        A post that hangs, or waits for a rate limit, delays only the cards of its channel. A channel that is
        left out, because too many others are posted in, is started as soon as one of them is done.
        """
        behind = self._writes.waiting  # read first: these writes may add cards while others are read
        # Copied before and after, since reading takes a while: a card that is shown meanwhile may be read.
        taken, busy = self._claimed | self._shown, dict(self._posting)
        pending = await self._store.pending_cards()
        taken |= self._claimed | self._shown
        channels = {card.channel_id for card, _ in pending}
        self._rests = {channel: rest for channel, rest in self._rests.items() if channel in channels}
        self._tries = Counter({card.task_id: self._tries[card.task_id] for card, _ in pending})
        due: defaultdict[int, list[_Pending]] = defaultdict(list)
        for card, snapshot in pending:
            if card.channel_id not in busy and card.task_id not in taken:
                due[card.channel_id].append((card, snapshot))
        now = self._clock.now()
        later = [now + _FIRST_PAUSE] if behind else []
        for channel, cards in due.items():
            place = cards[0][0].watch.place
            if (at := self._ready_at(channel, now)) > now:
                later.append(at)
            elif len(busy) < _MOST and list(busy.values()).count(place) < _MOST_OF_PLACE:
                busy[channel] = self._posting[channel] = place
                posting.create_task(self._post_all(channel, cards))
        return min(later, default=None)

    def _ready_at(self, channel_id: int, now: float) -> float:
        rest = self._rests.get(channel_id)
        return max(rest.until if rest else now, now + self._poster.pause_of(channel_id))

    async def _post_all(self, channel_id: int, cards: Sequence[_Pending]) -> None:
        """Post the cards of a channel until one cannot be posted. Then begin a back-off."""
        try:
            # A card that is always refused must not hold up the others of its channel.
            waiting = sorted(cards, key=lambda each: self._tries[each[0].task_id])
            while waiting and await self._post_contained(*waiting[0]):
                del waiting[0]
            for card, _ in waiting:
                if self._tries[card.task_id] and self._clock.now() - card.created_at >= _GIVE_UP_AFTER:
                    log.warning("no card of task %s could be posted for a day", card.task_id)
                    with self._guard.contain(), suppress(StoreFailed):
                        await self._store.drop_pending_card(card.task_id)
        finally:
            del self._posting[channel_id]
            self._wakeup.notify()

    async def _post_contained(self, card: PendingCard, snapshot: TaskSnapshot) -> bool:
        """Post a card. If that fails, start or double the back-off of its channel, and return False."""
        posted = False
        with self._guard.contain(), suppress(StoreFailed):
            posted = await self._post(card, snapshot)
        rest = self._rests.pop(card.channel_id, None)
        if posted:
            del self._tries[card.task_id]
        else:
            pause = min(2 * rest.seconds, _LONGEST_PAUSE) if rest else _FIRST_PAUSE
            self._rests[card.channel_id] = _ChannelRest(self._clock.now() + pause, pause)
            self._tries[card.task_id] += 1
        return posted

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
