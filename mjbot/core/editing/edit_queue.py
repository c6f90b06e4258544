"""The edit queue: holds the newest card of each message, and selects the next edit, final cards first.

discord.py sends every edit in order, even a stale one. An edit is therefore passed to discord.py only when it
can start. At most one edit per message is in flight, and at most one per channel on the channel route.
"""

from __future__ import annotations

from collections import defaultdict

from mjbot.core.card.card import Card
from mjbot.core.card.state import CardState
from mjbot.core.editing.edit_pace import EditPace
from mjbot.core.editing.ladder import Omission, Omissions
from mjbot.core.editing.outcome import Delivered, Gone, Later, NoAccess, Outcome, Paused, Refused, Rerouted
from mjbot.core.editing.pending_edit import Edit, PendingEdit, Priority
from mjbot.core.editing.request_budget import RequestBudget
from mjbot.core.editing.routes import ChannelBucket, ChannelQueue
from mjbot.core.model.watch import NOTHING_DELIVERED, DeliveredState, MessageRef
from mjbot.core.scheduling.priority_queue import DelayQueue, IndexedHeap

_MAX_TOKEN_EDITS = 40  # edits in flight at once, limited by this machine's resources and not by Discord


class EditQueue:
    """Pending edits, one per message. `offer` adds an edit, `take` starts it, and `settle` ends it."""

    def __init__(self, budget: RequestBudget) -> None:
        self._pace = EditPace(budget)
        self._channels: defaultdict[int, ChannelQueue] = defaultdict(ChannelQueue)
        self._by_channel: DelayQueue[int] = DelayQueue()
        self._by_token: DelayQueue[MessageRef] = DelayQueue()
        self._better_at: IndexedHeap[int] = IndexedHeap()
        self._limits_kept: IndexedHeap[int] = IndexedHeap()
        self._omissions = Omissions()
        self._tokens_in_flight = 0
        self._shutting_down = False

    def prime(
        self,
        ref: MessageRef,
        delivered: DeliveredState,
        state: CardState | None = None,
        omission: Omission | None = None,
    ) -> None:
        """Record the state of a message that was sent outside this queue."""
        entry = self._entry(ref)
        entry.omission = omission or entry.omission
        if not entry.in_flight:  # the outcome of an edit in flight is newer
            entry.delivered, entry.state = delivered, state

    def recheck(self, ref: MessageRef, card: Card, now: float) -> None:
        """Queue a card that the message already shows, to check its picture or add its file."""
        entry = self._entry(ref)
        if entry.pending is None and not entry.in_flight:
            entry.recheck(card, now)
            self._reschedule(ref, entry, now)

    def hurry(self, ref: MessageRef, now: float) -> None:
        """Run the pending picture check of a message as soon as the rate limits allow."""
        entry = self._find(ref)
        if entry is not None and entry.priority is Priority.PICTURE:
            entry.not_before = min(entry.not_before, now)
            self._reschedule(ref, entry, now)

    def release(self, ref: MessageRef) -> None:
        """Remove the records of a message, unless a card is pending or in flight."""
        entry = self._find(ref)
        if entry is not None and entry.pending is None and not entry.in_flight:
            self.forget(ref)

    def resume_channel(self, channel_id: int, now: float) -> None:
        """Retry the pending edits of a channel at once, after access to it was regained."""
        if channel_id in self._channels:
            self._channels[channel_id].resume(now)
            for ref, entry in self._channels[channel_id].entries.items():
                self._enqueue(ref, entry, now)
            self._schedule_channel(channel_id, now)

    def limit_channel(self, channel_id: int, bucket: ChannelBucket, now: float) -> None:
        """Apply the rate limit of a channel that Discord's headers report."""
        if (channel := self._channels.get(channel_id)) is not None:
            channel.bucket = bucket
            self._limits_kept.put(channel_id, (channel.limits_kept_until(now),))
            self._schedule_channel(channel_id, now)

    def forget(self, ref: MessageRef) -> None:
        """Remove all records of a message."""
        channel = self._channels[ref.channel_id]
        if (entry := channel.entries.pop(ref, None)) is not None:
            self._omissions.remember(ref, entry.omission)
        channel.waiting.pop(ref, None)
        self._by_token.discard(ref)
        if not channel.waiting:
            self._by_channel.discard(ref.channel_id)
        self._forget_idle_channel(ref.channel_id)

    def offer(
        self, ref: MessageRef, card: Card, priority: Priority, now: float, token_until: float = 0.0
    ) -> bool:
        """Queue a card and replace the pending one. Return False if the message already shows it.

        ``token_until`` is the time at which the message's interaction token expires.
        """
        entry = self._entry(ref)
        entry.token_until = token_until
        if entry.pending is not None and entry.pending.outlasts(card):
            return True
        queued = entry.offer(card, priority, now)
        self._reschedule(ref, entry, now)
        return queued

    def take(self, now: float) -> Edit | None:
        """Return the next edit to start now, or None. Until `settle` is called, the message is busy."""
        while (idle := self._limits_kept.pop_until(now)) is not None:
            self._forget_idle_channel(idle)
        while (channel_id := self._better_at.pop_until(now)) is not None:
            self._schedule_channel(channel_id, now)
        by_token = self._next_by_token(now)
        by_channel = self._next_by_channel(now) if self._pace.ready_at(now) <= now else None
        if by_token is not None and (by_channel is None or by_token[1].rank <= by_channel[1].rank):
            return self._start(*by_token, now, by_token=True)
        if by_channel is not None:
            return self._start(*by_channel, now, by_token=False)
        return None

    def settle(self, edit: Edit, outcome: Outcome, now: float) -> bool:
        """Apply the outcome of an edit. Return True if the card was delivered, or can never be delivered."""
        if edit.by_token:
            self._tokens_in_flight -= 1
        else:
            self._channels[edit.ref.channel_id].in_flight = False
        if (entry := self._find(edit.ref)) is not None:
            entry.in_flight = ""
        done = self._apply(edit, entry, outcome, now)
        if (entry := self._find(edit.ref)) is not None:
            self._reschedule(edit.ref, entry, now)
        else:
            self._schedule_channel(edit.ref.channel_id, now)
            self._forget_idle_channel(edit.ref.channel_id)
        return done

    def wake_at(self, now: float) -> float | None:
        """Return the next time to call `take`, or None while only `settle` or a new card can change it."""
        by_channel = self._by_channel.next_at(now)
        by_channel = None if by_channel is None else max(by_channel, self._pace.ready_at(now))
        by_token = self._by_token.next_at(now) if self._tokens_in_flight < _MAX_TOKEN_EDITS else None
        return min((at for at in (by_channel, by_token) if at is not None), default=None)

    def begin_shutdown(self, now: float) -> None:
        """Accept only final cards and responses to presses. Other updates are sent after the restart."""
        self._shutting_down = True
        for channel_id, channel in self._channels.items():
            for ref, entry in channel.entries.items():
                self._enqueue(ref, entry, now)
            self._schedule_channel(channel_id, now)

    @property
    def waiting(self) -> int:
        """The number of messages with a pending edit."""
        return len(self._by_token) + sum(len(each.waiting) for each in self._channels.values())

    def _apply(self, edit: Edit, entry: PendingEdit | None, outcome: Outcome, now: float) -> bool:
        match outcome:
            case Delivered(delivered, unverified):
                if not edit.by_token:
                    self._channels[edit.ref.channel_id].regain_access()
                return entry is None or not entry.confirm(edit, delivered, now, unverified=unverified)
            case Gone(channel=everything):
                self._forget_lost(edit.ref, everything=everything)
                return True
            case _ if entry is None:
                return False  # the message was removed meanwhile, which does not concern other messages
            case NoAccess() if not edit.by_token:
                if not self._channels[edit.ref.channel_id].lose_access(now):
                    self._forget_lost(edit.ref, everything=True)
                    return True
                return not entry.requeue(edit, now, at_once=True)
            case Paused(seconds):
                return not entry.requeue(edit, now, seconds, at_once=True)
            case Later(seconds, whole_channel):
                if whole_channel:
                    self._channels[edit.ref.channel_id].not_before = now + seconds
                return not entry.requeue(edit, now, seconds)
            case Rerouted() | NoAccess():
                return not entry.reroute(edit, now)
            case Refused():
                return not entry.omit(edit, outcome, now)

    def _forget_lost(self, ref: MessageRef, *, everything: bool) -> None:
        for other in list(self._channels[ref.channel_id].entries) if everything else ():
            self.forget(other)
        self.forget(ref)

    def _next_by_token(self, now: float) -> tuple[MessageRef, PendingEdit] | None:
        if self._tokens_in_flight >= _MAX_TOKEN_EDITS:
            return None
        while (ref := self._by_token.peek(now)) is not None:
            entry = self._channels[ref.channel_id].entries[ref]
            if entry.by_token(now):
                return ref, entry
            self._reschedule(ref, entry, now)  # its token expired while the card waited
        return None

    def _next_by_channel(self, now: float) -> tuple[MessageRef, PendingEdit] | None:
        while (channel_id := self._by_channel.peek(now)) is not None:
            channel = self._channels[channel_id]
            if (following := channel.next(now)) is not None and following[0] <= now:
                return following[1], channel.waiting[following[1]]
            self._schedule_channel(channel_id, now)
        return None

    def _start(self, ref: MessageRef, entry: PendingEdit, now: float, *, by_token: bool) -> Edit:
        edit = entry.start(ref, now, by_token=by_token)
        if by_token:
            self._tokens_in_flight += 1
        else:
            channel = self._channels[ref.channel_id]
            channel.take(ref, now)
            self._pace.take(now, entry.queued_at, final=entry.priority is Priority.FINAL)
            self._limits_kept.put(ref.channel_id, (channel.limits_kept_until(now),))
        self._reschedule(ref, entry, now)
        return edit

    def _reschedule(self, ref: MessageRef, entry: PendingEdit, now: float) -> None:
        self._enqueue(ref, entry, now)
        self._schedule_channel(ref.channel_id, now)

    def _enqueue(self, ref: MessageRef, entry: PendingEdit, now: float) -> None:
        """Queue a message on its current route, if an edit of the message can start."""
        channel = self._channels[ref.channel_id]
        channel.waiting.pop(ref, None)
        if self._shutting_down and entry.priority >= Priority.PROGRESS:
            entry.pending = None
        if entry.pending is None or entry.in_flight:
            self._by_token.discard(ref)
        elif entry.by_token(now):
            self._by_token.put(ref, max(entry.not_before, entry.token_from), entry.rank)
        else:
            self._by_token.discard(ref)
            channel.waiting[ref] = entry

    def _schedule_channel(self, channel_id: int, now: float) -> None:
        """Queue a channel with the time and rank of the channel's next edit."""
        channel = self._channels[channel_id]
        if (following := channel.next(now)) is None:
            self._by_channel.discard(channel_id)
            return
        at, ref, better_at = following
        self._by_channel.put(channel_id, at, channel.waiting[ref].rank)
        if better_at is not None:
            self._better_at.put(channel_id, (better_at,))

    def _forget_idle_channel(self, channel_id: int) -> None:
        """Remove a channel that has no messages and whose rate limits have recovered."""
        channel = self._channels[channel_id]
        if not channel.entries and not channel.in_flight and channel_id not in self._limits_kept:
            del self._channels[channel_id]
            self._better_at.discard(channel_id)

    def _entry(self, ref: MessageRef) -> PendingEdit:
        if (entry := self._find(ref)) is None:
            entry = PendingEdit(NOTHING_DELIVERED, omission=self._omissions.recall(ref))
            self._channels[ref.channel_id].entries[ref] = entry
        return entry

    def _find(self, ref: MessageRef) -> PendingEdit | None:
        channel = self._channels.get(ref.channel_id)
        return channel.entries.get(ref) if channel else None
