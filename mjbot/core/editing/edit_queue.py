"""Which edit goes to Discord next. Newest wins; finals first; a final card is never lost.

discord.py sends every edit it is given, in order, however stale; so nothing is handed to it before its
turn has come: at most one per message, and one per channel of those that go by channel.
"""

from __future__ import annotations

from collections import defaultdict

from mjbot.core.card.card import Card
from mjbot.core.card.state import State
from mjbot.core.editing.outcome import Delivered, Gone, Later, Outcome, Refused, Rerouted
from mjbot.core.editing.routes import TOKEN_SPACING, ChannelQueue, Edit, PendingEdit, Priority
from mjbot.core.model.watch import NOTHING_DELIVERED, DeliveredState, MessageRef
from mjbot.core.scheduling.priority_queue import DelayQueue, IndexedHeap
from mjbot.core.scheduling.rate_limiters import SlidingWindow

__all__ = ["Edit", "EditQueue", "Priority"]

# Of fifty in a second, 40, and evenly: what is delayed on its way by a fifth of a second meets the next
# ones, and there are other doors to Discord than this one.
_ALL_EDITS, _ALL_SECONDS = 5, 1 / 8
_TOKENS_AT_ONCE = 40  # edits by token in flight; nothing but our own machine limits their sum
_LOOKS = (15.0, 60.0, 300.0)  # seconds until a result that may not be seen is looked at again
_REST = 30.0  # seconds for which a channel's budget is remembered when nothing waits there any more


class EditQueue:
    """Pending cards, one per message. Offer it the newest; take what may go; settle what came back."""

    def __init__(self) -> None:
        self._channels: defaultdict[int, ChannelQueue] = defaultdict(ChannelQueue)
        self._all = SlidingWindow(_ALL_EDITS, _ALL_SECONDS)
        self._by_channel: DelayQueue[int] = DelayQueue()
        self._by_token: DelayQueue[MessageRef] = DelayQueue()
        self._replans: IndexedHeap[int] = IndexedHeap()
        self._resting: IndexedHeap[int] = IndexedHeap()
        self._tokens_in_flight = 0
        self._ending = False

    def prime(self, ref: MessageRef, delivered: DeliveredState, state: State | None = None) -> None:
        """Note what a message shows already, by another route than an edit of ours."""
        entry = self._slot(ref)
        if not entry.flying:  # an edit on its way knows better
            entry.delivered, entry.state = delivered, state

    def release(self, ref: MessageRef) -> None:
        """Drop what is known of a message, unless a card still waits or flies to it."""
        entry = self._known(ref)
        if entry is not None and entry.pending is None and not entry.flying:
            self.forget(ref)

    def unpark(self, channel_id: int, now: float) -> None:
        """A channel takes edits again: nobody waits there for a retry any more."""
        if channel_id in self._channels:
            for ref, entry in self._channels[channel_id].entries.items():
                entry.not_before = min(entry.not_before, now)
                self._wait(ref, entry, now)
            self._plan(channel_id, now)

    def forget(self, ref: MessageRef) -> None:
        """Drop everything about a message."""
        channel = self._channels[ref.channel_id]
        channel.entries.pop(ref, None)
        channel.waiting.pop(ref, None)
        self._by_token.drop(ref)
        if not channel.waiting:
            self._by_channel.drop(ref.channel_id)
        self._leave(ref.channel_id)

    def offer(
        self, ref: MessageRef, card: Card, priority: Priority, now: float, token_until: float = 0.0
    ) -> bool:
        """Want this card on this message, in place of any that waits. False when it shows it already.

        ``token_until``: until when the message may be edited by the token of its interaction.
        """
        entry = self._slot(ref)
        entry.token_until = token_until
        if entry.pending is not None and entry.pending.final and not card.final:
            return True
        if entry.pending is not None and entry.pending.digest == entry.delivered.digest:
            entry.not_before = 0.0  # only another look was waited for
        if card.digest == (entry.flying or entry.delivered.digest):
            entry.pending = None
            self._place(ref, entry, now)
            return bool(entry.flying)
        if entry.pending is None:
            entry.since, entry.priority, entry.turn = now, priority, now
        elif priority < entry.priority:
            entry.turn = now  # else who was shown least before would end first, and others last
        entry.priority = min(entry.priority, priority)
        entry.pending, entry.plain = card, False
        self._place(ref, entry, now)
        return True

    def take(self, now: float) -> Edit | None:
        """The edit that should start now, or None. Its message is busy until it is settled."""
        while (rested := self._resting.take_until(now)) is not None:
            self._leave(rested)
        while (channel_id := self._replans.take_until(now)) is not None:
            self._plan(channel_id, now)
        by_token = self._next_by_token(now)
        by_channel = self._next_by_channel(now) if self._all.ready_at(now) <= now else None
        if by_token is not None and (by_channel is None or by_token[1].rank <= by_channel[1].rank):
            return self._started(*by_token, now, by_token=True)
        if by_channel is not None:
            return self._started(*by_channel, now, by_token=False)
        return None

    def settle(self, edit: Edit, outcome: Outcome, now: float) -> bool:
        """Note how an edit ended. True when the card it carried is done with: shown, or impossible."""
        if edit.by_token:
            self._tokens_in_flight -= 1
        else:
            self._channels[edit.ref.channel_id].in_flight = False
        if (entry := self._known(edit.ref)) is not None:
            entry.flying = ""
        done = self._settled(edit, entry, outcome, now)
        if (entry := self._known(edit.ref)) is not None:
            self._place(edit.ref, entry, now)
        else:
            self._plan(edit.ref.channel_id, now)
            self._leave(edit.ref.channel_id)
        return done

    def wake_at(self, now: float) -> float | None:
        """When `take` may have something, or None while nothing waits for time alone to pass."""
        by_channel = self._by_channel.next_at(now)
        moments = [] if by_channel is None else [max(by_channel, self._all.ready_at(now))]
        by_token = self._by_token.next_at(now) if self._tokens_in_flight < _TOKENS_AT_ONCE else None
        moments += [] if by_token is None else [by_token]
        return min(moments, default=None)

    def end(self, now: float) -> None:
        """Take final cards and pressed buttons alone from now on: the next start repairs all else."""
        self._ending = True
        for channel_id, channel in self._channels.items():
            for ref, entry in channel.entries.items():
                self._wait(ref, entry, now)
            self._plan(channel_id, now)

    @property
    def waiting(self) -> int:
        """How many messages wait for a card."""
        return len(self._by_token) + sum(len(each.waiting) for each in self._channels.values())

    def _settled(self, edit: Edit, entry: PendingEdit | None, outcome: Outcome, now: float) -> bool:
        match outcome:
            case Delivered(delivered, unsure):
                return entry is None or not self._delivered(edit, entry, delivered, now, unsure=unsure)
            case Gone(channel=everything):
                for ref in list(self._channels[edit.ref.channel_id].entries) if everything else ():
                    self.forget(ref)
                self.forget(edit.ref)
                return True
            case _ if entry is None:
                return True  # nobody wants the message any more
            case Later(seconds, whole_channel):
                if whole_channel:
                    self._channels[edit.ref.channel_id].not_before = now + seconds
                entry.again(edit, now, seconds)
            case Rerouted():
                entry.token_until = 0.0
                entry.again(edit, now, 0.0, at_once=True)
            case Refused():
                if edit.plain:
                    return True
                entry.again(edit, now, 0.0, at_once=True, plain=True)
        return False

    def _delivered(
        self, edit: Edit, entry: PendingEdit, delivered: DeliveredState, now: float, *, unsure: bool
    ) -> bool:
        """Note what a message shows now. True when it is to be looked at again."""
        entry.delivered, entry.state, entry.attempt, entry.not_before = (
            delivered,
            edit.card.state,
            0,
            0.0,
        )
        if entry.pending is not None and entry.pending.digest == delivered.digest:
            entry.pending = None
        if not unsure or not edit.card.final or entry.pending is not None or entry.looks >= len(_LOOKS):
            return False
        # The card is offered to a message that shows it: the sink looks whether its result can be seen.
        entry.pending, entry.plain, entry.since, entry.priority = (
            edit.card,
            False,
            now,
            Priority.PROGRESS,
        )
        entry.not_before = now + _LOOKS[entry.looks]
        entry.looks += 1
        return True

    def _next_by_token(self, now: float) -> tuple[MessageRef, PendingEdit] | None:
        if self._tokens_in_flight >= _TOKENS_AT_ONCE:
            return None
        while (ref := self._by_token.first(now)) is not None:
            entry = self._channels[ref.channel_id].entries[ref]
            if entry.by_token(now):
                return ref, entry
            self._place(ref, entry, now)  # its token has died while it waited
        return None

    def _next_by_channel(self, now: float) -> tuple[MessageRef, PendingEdit] | None:
        while (channel_id := self._by_channel.first(now)) is not None:
            channel = self._channels[channel_id]
            following = channel.next(now)
            if following is not None and following[0] <= now:
                return following[1], channel.waiting[following[1]]
            self._plan(channel_id, now)
        return None

    def _started(self, ref: MessageRef, entry: PendingEdit, now: float, *, by_token: bool) -> Edit:
        assert entry.pending is not None
        edit = Edit(
            ref,
            entry.pending,
            entry.delivered,
            entry.attempt,
            entry.plain,
            entry.since,
            by_token,
        )
        entry.flying, entry.pending = edit.card.digest, None
        if by_token:
            self._tokens_in_flight += 1
            entry.token_from = now + TOKEN_SPACING
        else:
            self._channels[ref.channel_id].take(ref, entry, now)
            self._all.take(now)
            self._resting.put(ref.channel_id, (now + _REST,))
        self._place(ref, entry, now)
        return edit

    def _place(self, ref: MessageRef, entry: PendingEdit, now: float) -> None:
        self._wait(ref, entry, now)
        self._plan(ref.channel_id, now)

    def _wait(self, ref: MessageRef, entry: PendingEdit, now: float) -> None:
        """Let a message wait on the route that it would go by, or on none."""
        channel = self._channels[ref.channel_id]
        channel.waiting.pop(ref, None)
        if self._ending and entry.priority is Priority.PROGRESS:
            entry.pending = None
        if entry.pending is None or entry.flying:
            self._by_token.drop(ref)
        elif entry.by_token(now):
            self._by_token.put(ref, max(entry.not_before, entry.token_from), entry.rank)
        else:
            self._by_token.drop(ref)
            channel.waiting[ref] = entry

    def _plan(self, channel_id: int, now: float) -> None:
        """Give a channel its turn by the edit that should go there next."""
        channel = self._channels[channel_id]
        following = channel.next(now)
        if following is None:
            self._by_channel.drop(channel_id)
            return
        at, ref, better = following
        self._by_channel.put(channel_id, at, channel.waiting[ref].rank)
        if better is not None:
            self._replans.put(channel_id, (better,))

    def _leave(self, channel_id: int) -> None:
        """Forget a channel without messages, once its budget is whole again."""
        channel = self._channels[channel_id]
        if not channel.entries and not channel.in_flight and channel_id not in self._resting:
            del self._channels[channel_id]
            self._replans.drop(channel_id)

    def _slot(self, ref: MessageRef) -> PendingEdit:
        return self._channels[ref.channel_id].entries.setdefault(ref, PendingEdit(NOTHING_DELIVERED))

    def _known(self, ref: MessageRef) -> PendingEdit | None:
        channel = self._channels.get(ref.channel_id)
        return channel.entries.get(ref) if channel else None
