"""Which edit goes to Discord next. Newest wins; finals first; a final card is never lost.

Discord gives each channel about five edits in five seconds and the bot fifty in one. discord.py sends
every edit it is given, in order, however stale; so nothing is handed to it before its turn has come,
and at most one per channel.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import IntEnum

from mjbot.core.card import Card
from mjbot.core.outcome import Delivered, Gone, Later, Outcome, Refused
from mjbot.core.pace import Window
from mjbot.core.state import State
from mjbot.core.watch import NOTHING_SHOWN, MessageRef, Shown

_CHANNEL_EDITS, _CHANNEL_SECONDS = 5, 5.0
# Of fifty in a second, 45, and evenly: a burst that is delayed on its way would meet the next one.
_ALL_EDITS, _ALL_SECONDS = 5, 1 / 9
# Messages over an hour old have a far smaller budget (error 30046) that no header tells beforehand.
_OLD, _VERY_OLD = 50 * 60.0, 60 * 60.0
_OLD_SPACING = 30.0
_RETRY_CEILING = 120.0
_LOOKS = (15.0, 60.0, 300.0)  # seconds until a result that may not be seen is looked at again
_DOUBLINGS = 10


class Priority(IntEnum):
    """Lower goes first."""

    FINAL = 0
    PRESS = 1
    PROGRESS = 2


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit to make: the card, and what the message is known to show until then."""

    ref: MessageRef
    card: Card
    shown: Shown
    attempt: int = 0
    plain: bool = False
    since: float = 0.0
    """When the message first fell behind (unix seconds)."""


@dataclass(slots=True)
class _Slot:
    shown: Shown
    flying: str = ""
    state: State | None = None
    pending: Card | None = None
    priority: Priority = Priority.PROGRESS
    since: float = 0.0
    not_before: float = 0.0
    attempt: int = 0
    plain: bool = False
    looks: int = 0


@dataclass(slots=True)
class _Channel:
    window: Window = field(default_factory=lambda: Window(_CHANNEL_EDITS, _CHANNEL_SECONDS))
    old_window: Window = field(default_factory=lambda: Window(1, _OLD_SPACING))
    in_flight: bool = False
    not_before: float = 0.0
    slots: dict[MessageRef, _Slot] = field(default_factory=dict)


class EditBook:
    """Pending cards, one per message. Offer it the newest; take what may go; settle what came back."""

    def __init__(self) -> None:
        self._channels: defaultdict[int, _Channel] = defaultdict(_Channel)
        self._all = Window(_ALL_EDITS, _ALL_SECONDS)
        # The messages that a card may wait for: all that is looked at again and again. Who waits no
        # longer is dropped at the next look.
        self._waiting: dict[MessageRef, None] = {}

    def prime(self, ref: MessageRef, shown: Shown, state: State | None = None) -> None:
        """Note what a message shows already, by another road than an edit of ours."""
        slot = self._slot(ref)
        if not slot.flying:  # an edit on its way knows better
            slot.shown, slot.state = shown, state

    def release(self, ref: MessageRef) -> None:
        """Drop what is known of a message, unless a card still waits or flies to it."""
        slot = self._channels[ref.channel_id].slots.get(ref)
        if slot is None or (slot.pending is None and not slot.flying):
            self.forget(ref)

    def unpark(self, channel_id: int, now: float) -> None:
        """A channel takes edits again: nobody waits there for a retry any more."""
        if channel_id in self._channels:
            for slot in self._channels[channel_id].slots.values():
                slot.not_before = min(slot.not_before, now)

    def forget(self, ref: MessageRef) -> None:
        """Drop everything about a message."""
        channel = self._channels[ref.channel_id]
        channel.slots.pop(ref, None)
        if not channel.slots and not channel.in_flight:
            del self._channels[ref.channel_id]

    def offer(self, ref: MessageRef, card: Card, priority: Priority, now: float) -> bool:
        """Want this card on this message, in place of any that waits. False when it shows it already."""
        slot = self._slot(ref)
        if slot.pending is not None and slot.pending.final and not card.final:
            return True
        if card.digest == (slot.flying or slot.shown.digest):
            slot.pending = None
            return bool(slot.flying)
        if slot.pending is None:
            slot.since, slot.priority = now, priority
        slot.priority = min(slot.priority, priority)
        slot.pending, slot.plain = card, False
        self._waiting[ref] = None
        return True

    def take(self, now: float, *, urgent_only: bool = False) -> Edit | None:
        """The edit that should start now, or None. Its channel is busy until it is settled.

        ``urgent_only``: final cards and pressed buttons, which nothing later would repair.
        """
        if self._all.ready_at(now) > now:
            return None
        ready = [
            (slot.priority, slot.since, ref)
            for ref, slot, at in self._candidates(now)
            if at <= now and not (urgent_only and slot.priority is Priority.PROGRESS)
        ]
        if not ready:
            return None
        ref = min(ready, key=lambda each: each[:2])[2]
        channel = self._channels[ref.channel_id]
        slot = channel.slots[ref]
        assert slot.pending is not None
        edit = Edit(ref, slot.pending, slot.shown, slot.attempt, slot.plain, slot.since)
        slot.flying = edit.card.digest
        slot.pending = None
        channel.in_flight = True
        channel.window.take(now)
        if _age(ref, now) >= _OLD:
            channel.old_window.take(now)
        self._all.take(now)
        return edit

    def settle(self, edit: Edit, outcome: Outcome, now: float) -> bool:
        """Note how an edit ended. True when the card it carried is done with: shown, or impossible."""
        channel = self._channels[edit.ref.channel_id]
        channel.in_flight = False
        slot = channel.slots.get(edit.ref)
        if slot is not None:
            slot.flying = ""
        match outcome:
            case Delivered(shown, unsure):
                if slot is not None:
                    slot.shown, slot.state, slot.attempt = shown, edit.card.state, 0
                    slot.not_before = 0.0
                    if slot.pending is not None and slot.pending.digest == shown.digest:
                        slot.pending = None
                    if unsure and edit.card.final and slot.pending is None and slot.looks < len(_LOOKS):
                        self._look_again(edit.ref, slot, edit.card, now)
                        return False
                return True
            case Gone(channel=everything):
                if everything:
                    channel.slots.clear()
                self.forget(edit.ref)
                return True
            case Later(seconds, whole_channel):
                if whole_channel:
                    channel.not_before = now + seconds
                self._again(edit, now, seconds)
                return False
            case Refused():
                if edit.plain:
                    return True
                self._again(edit, now, 0.0, plain=True)
                return False

    def wake_at(self, now: float, *, urgent_only: bool = False) -> float | None:
        """When `take` may have something, or None while nothing waits for time alone to pass."""
        moments = [
            at
            for _, slot, at in self._candidates(now)
            if not (urgent_only and slot.priority is Priority.PROGRESS)
        ]
        return max(min(moments), self._all.ready_at(now)) if moments else None

    @property
    def waiting(self) -> int:
        """How many messages wait for a card."""
        return len(self._pending())

    @property
    def urgent_waiting(self) -> int:
        """How many messages still wait for a final card or a pressed button."""
        return sum(slot.priority is not Priority.PROGRESS for _, _, slot in self._pending())

    def _look_again(self, ref: MessageRef, slot: _Slot, card: Card, now: float) -> None:
        """Offer a card to a message that shows it: the sink looks whether its result can be seen."""
        slot.pending, slot.plain, slot.since, slot.priority = card, False, now, Priority.PROGRESS
        slot.not_before = now + _LOOKS[slot.looks]
        slot.looks += 1
        self._waiting[ref] = None

    def _again(self, edit: Edit, now: float, seconds: float, *, plain: bool = False) -> None:
        slot = self._slot(edit.ref)
        self._waiting[edit.ref] = None
        slot.attempt = edit.attempt + 1
        wait = seconds if plain else max(seconds, min(2.0 ** min(edit.attempt, _DOUBLINGS), _RETRY_CEILING))
        slot.not_before = now + wait
        if slot.pending is None:  # otherwise a newer card has come meanwhile, and wins
            slot.pending, slot.plain, slot.since = edit.card, plain or edit.plain, now
        elif edit.card.final and not slot.pending.final:
            slot.pending = edit.card

    def _slot(self, ref: MessageRef) -> _Slot:
        return self._channels[ref.channel_id].slots.setdefault(ref, _Slot(NOTHING_SHOWN))

    def _pending(self) -> list[tuple[MessageRef, _Channel, _Slot]]:
        """The messages that a card waits for; those that none waits for any more are dropped."""
        found = []
        for ref in list(self._waiting):
            channel = self._channels.get(ref.channel_id)
            slot = channel.slots.get(ref) if channel else None
            if channel is None or slot is None or slot.pending is None:
                del self._waiting[ref]
            else:
                found.append((ref, channel, slot))
        return found

    def _candidates(self, now: float) -> list[tuple[MessageRef, _Slot, float]]:
        found = []
        for ref, channel, slot in self._pending():
            if not channel.in_flight and not _too_old_for(slot, _age(ref, now)):
                at = max(slot.not_before, channel.not_before, channel.window.ready_at(now))
                if _age(ref, now) >= _OLD:
                    at = max(at, channel.old_window.ready_at(now))
                found.append((ref, slot, at))
        return found


def _age(ref: MessageRef, now: float) -> float:
    return now - ref.created_at


def _too_old_for(slot: _Slot, age: float) -> bool:
    """Past an hour only a change of state is worth an edit."""
    assert slot.pending is not None
    return (
        age >= _VERY_OLD
        and slot.priority is Priority.PROGRESS
        and slot.state is not None
        and slot.pending.state is slot.state
        and slot.pending.digest != slot.shown.digest
    )
