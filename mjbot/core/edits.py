"""Which edit goes to Discord next. Newest wins; finals first; a final card is never lost.

discord.py sends every edit it is given, in order, however stale; so nothing is handed to it before its
turn has come: at most one per message, and one per channel of those that go by channel.
"""

from __future__ import annotations

from collections import defaultdict

from mjbot.core.agenda import Agenda, Order
from mjbot.core.card import Card
from mjbot.core.lanes import TOKEN_SPACING, Channel, Edit, Priority, Slot
from mjbot.core.outcome import Delivered, Gone, Later, Outcome, Refused, Rerouted
from mjbot.core.pace import Window
from mjbot.core.state import State
from mjbot.core.watch import NOTHING_SHOWN, MessageRef, Shown

__all__ = ["Edit", "EditBook", "Priority"]

# Of fifty in a second, 40, and evenly: what is delayed on its way by a fifth of a second meets the next
# ones, and there are other doors to Discord than this one.
_ALL_EDITS, _ALL_SECONDS = 5, 1 / 8
_TOKENS_AT_ONCE = 40  # edits by token in flight; nothing but our own machine limits their sum
_LOOKS = (15.0, 60.0, 300.0)  # seconds until a result that may not be seen is looked at again
_REST = 30.0  # seconds for which a channel's budget is remembered when nothing waits there any more


class EditBook:
    """Pending cards, one per message. Offer it the newest; take what may go; settle what came back."""

    def __init__(self) -> None:
        self._channels: defaultdict[int, Channel] = defaultdict(Channel)
        self._all = Window(_ALL_EDITS, _ALL_SECONDS)
        self._by_channel: Agenda[int] = Agenda()
        self._by_token: Agenda[MessageRef] = Agenda()
        self._replans: Order[int] = Order()
        self._resting: Order[int] = Order()
        self._tokens_in_flight = 0
        self._ending = False

    def prime(self, ref: MessageRef, shown: Shown, state: State | None = None) -> None:
        """Note what a message shows already, by another route than an edit of ours."""
        slot = self._slot(ref)
        if not slot.flying:  # an edit on its way knows better
            slot.shown, slot.state = shown, state

    def release(self, ref: MessageRef) -> None:
        """Drop what is known of a message, unless a card still waits or flies to it."""
        slot = self._known(ref)
        if slot is not None and slot.pending is None and not slot.flying:
            self.forget(ref)

    def unpark(self, channel_id: int, now: float) -> None:
        """A channel takes edits again: nobody waits there for a retry any more."""
        if channel_id in self._channels:
            for ref, slot in self._channels[channel_id].slots.items():
                slot.not_before = min(slot.not_before, now)
                self._wait(ref, slot, now)
            self._plan(channel_id, now)

    def forget(self, ref: MessageRef) -> None:
        """Drop everything about a message."""
        channel = self._channels[ref.channel_id]
        channel.slots.pop(ref, None)
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
        slot = self._slot(ref)
        slot.token_until = token_until
        if slot.pending is not None and slot.pending.final and not card.final:
            return True
        if slot.pending is not None and slot.pending.digest == slot.shown.digest:
            slot.not_before = 0.0  # only another look was waited for
        if card.digest == (slot.flying or slot.shown.digest):
            slot.pending = None
            self._place(ref, slot, now)
            return bool(slot.flying)
        if slot.pending is None:
            slot.since, slot.priority, slot.turn = now, priority, now
        elif priority < slot.priority:
            slot.turn = now  # else who was shown least before would end first, and others last
        slot.priority = min(slot.priority, priority)
        slot.pending, slot.plain = card, False
        self._place(ref, slot, now)
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
        if (slot := self._known(edit.ref)) is not None:
            slot.flying = ""
        done = self._settled(edit, slot, outcome, now)
        if (slot := self._known(edit.ref)) is not None:
            self._place(edit.ref, slot, now)
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
            for ref, slot in channel.slots.items():
                self._wait(ref, slot, now)
            self._plan(channel_id, now)

    @property
    def waiting(self) -> int:
        """How many messages wait for a card."""
        return len(self._by_token) + sum(len(each.waiting) for each in self._channels.values())

    def _settled(self, edit: Edit, slot: Slot | None, outcome: Outcome, now: float) -> bool:
        match outcome:
            case Delivered(shown, unsure):
                return slot is None or not self._delivered(edit, slot, shown, now, unsure=unsure)
            case Gone(channel=everything):
                for ref in list(self._channels[edit.ref.channel_id].slots) if everything else ():
                    self.forget(ref)
                self.forget(edit.ref)
                return True
            case _ if slot is None:
                return True  # nobody wants the message any more
            case Later(seconds, whole_channel):
                if whole_channel:
                    self._channels[edit.ref.channel_id].not_before = now + seconds
                slot.again(edit, now, seconds)
            case Rerouted():
                slot.token_until = 0.0
                slot.again(edit, now, 0.0, at_once=True)
            case Refused():
                if edit.plain:
                    return True
                slot.again(edit, now, 0.0, at_once=True, plain=True)
        return False

    def _delivered(self, edit: Edit, slot: Slot, shown: Shown, now: float, *, unsure: bool) -> bool:
        """Note what a message shows now. True when it is to be looked at again."""
        slot.shown, slot.state, slot.attempt, slot.not_before = shown, edit.card.state, 0, 0.0
        if slot.pending is not None and slot.pending.digest == shown.digest:
            slot.pending = None
        if not unsure or not edit.card.final or slot.pending is not None or slot.looks >= len(_LOOKS):
            return False
        # The card is offered to a message that shows it: the sink looks whether its result can be seen.
        slot.pending, slot.plain, slot.since, slot.priority = edit.card, False, now, Priority.PROGRESS
        slot.not_before = now + _LOOKS[slot.looks]
        slot.looks += 1
        return True

    def _next_by_token(self, now: float) -> tuple[MessageRef, Slot] | None:
        if self._tokens_in_flight >= _TOKENS_AT_ONCE:
            return None
        while (ref := self._by_token.first(now)) is not None:
            slot = self._channels[ref.channel_id].slots[ref]
            if slot.by_token(now):
                return ref, slot
            self._place(ref, slot, now)  # its token has died while it waited
        return None

    def _next_by_channel(self, now: float) -> tuple[MessageRef, Slot] | None:
        while (channel_id := self._by_channel.first(now)) is not None:
            channel = self._channels[channel_id]
            following = channel.next(now)
            if following is not None and following[0] <= now:
                return following[1], channel.waiting[following[1]]
            self._plan(channel_id, now)
        return None

    def _started(self, ref: MessageRef, slot: Slot, now: float, *, by_token: bool) -> Edit:
        assert slot.pending is not None
        edit = Edit(ref, slot.pending, slot.shown, slot.attempt, slot.plain, slot.since, by_token)
        slot.flying, slot.pending = edit.card.digest, None
        if by_token:
            self._tokens_in_flight += 1
            slot.token_from = now + TOKEN_SPACING
        else:
            self._channels[ref.channel_id].take(ref, slot, now)
            self._all.take(now)
            self._resting.put(ref.channel_id, (now + _REST,))
        self._place(ref, slot, now)
        return edit

    def _place(self, ref: MessageRef, slot: Slot, now: float) -> None:
        self._wait(ref, slot, now)
        self._plan(ref.channel_id, now)

    def _wait(self, ref: MessageRef, slot: Slot, now: float) -> None:
        """Let a message wait on the route that it would go by, or on none."""
        channel = self._channels[ref.channel_id]
        channel.waiting.pop(ref, None)
        if self._ending and slot.priority is Priority.PROGRESS:
            slot.pending = None
        if slot.pending is None or slot.flying:
            self._by_token.drop(ref)
        elif slot.by_token(now):
            self._by_token.put(ref, max(slot.not_before, slot.token_from), slot.rank)
        else:
            self._by_token.drop(ref)
            channel.waiting[ref] = slot

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
        if not channel.slots and not channel.in_flight and channel_id not in self._resting:
            del self._channels[channel_id]
            self._replans.drop(channel_id)

    def _slot(self, ref: MessageRef) -> Slot:
        return self._channels[ref.channel_id].slots.setdefault(ref, Slot(NOTHING_SHOWN))

    def _known(self, ref: MessageRef) -> Slot | None:
        channel = self._channels.get(ref.channel_id)
        return channel.slots.get(ref) if channel else None
