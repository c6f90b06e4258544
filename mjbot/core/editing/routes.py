"""The two routes to a message, and what each may carry.

By channel, with the bot's token: for ever, but about five edits in five seconds for all messages of a
channel and fifty a second in all. By the token of the interaction that made the message: a budget of each
message's own, outside the fifty, for the 15 minutes that the token lives.
https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from mjbot.core.card.card import Card
from mjbot.core.card.state import State
from mjbot.core.model.watch import DeliveredState, MessageRef
from mjbot.core.scheduling.priority_queue import Rank
from mjbot.core.scheduling.rate_limiters import SlidingWindow

_EDITS, _SECONDS = 5, 5.0
_PROGRESS = 3  # of these; the others are kept for ends and presses, which then need not wait for it
# Messages over an hour old have a far smaller budget (error 30046) that no header tells beforehand.
_OLD, _VERY_OLD = 50 * 60.0, 60 * 60.0
_OLD_SPACING = 30.0
# Authors of bots observe five in two seconds for a token; nothing that we show changes as often.
TOKEN_SPACING = 0.7
_RETRY_CEILING = 120.0
_DOUBLINGS = 10  # enough to reach the ceiling


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
    delivered: DeliveredState
    attempt: int = 0
    plain: bool = False
    since: float = 0.0
    """When the message first fell behind (unix seconds)."""
    by_token: bool = False


@dataclass(slots=True)
class PendingEdit:
    """One message: what it shows, what flies to it, and what it should show."""

    delivered: DeliveredState
    flying: str = ""
    state: State | None = None
    pending: Card | None = None
    priority: Priority = Priority.PROGRESS
    since: float = 0.0
    turn: float = 0.0
    not_before: float = 0.0
    attempt: int = 0
    plain: bool = False
    looks: int = 0
    token_until: float = 0.0
    token_from: float = 0.0

    @property
    def rank(self) -> Rank:
        """Finals first; then whoever has waited longest with what it has to say now."""
        return (self.priority, self.turn)

    def again(
        self, edit: Edit, now: float, seconds: float, *, at_once: bool = False, plain: bool = False
    ) -> None:
        """Want once more what an edit did not bring; ``seconds`` is the least to wait."""
        self.attempt = edit.attempt + (not at_once)
        backoff = 0.0 if at_once else min(2.0 ** min(edit.attempt, _DOUBLINGS), _RETRY_CEILING)
        self.not_before = now + max(seconds, backoff)
        if self.pending is None:  # otherwise a newer card has come meanwhile, and wins
            self.pending, self.plain, self.since = edit.card, plain or edit.plain, edit.since
        elif edit.card.final and not self.pending.final:
            self.pending, self.plain, self.priority = edit.card, plain or edit.plain, Priority.FINAL
        self.since = min(self.since, edit.since)

    def by_token(self, now: float) -> bool:
        """Whether its edits go by the token of its interaction."""
        return now < self.token_until


@dataclass(slots=True)
class ChannelQueue:
    """The channel route: its budget, and the messages whose cards wait to go by it."""

    window: SlidingWindow = field(default_factory=lambda: SlidingWindow(_EDITS, _SECONDS))
    progress: SlidingWindow = field(default_factory=lambda: SlidingWindow(_PROGRESS, _SECONDS))
    old_window: SlidingWindow = field(default_factory=lambda: SlidingWindow(1, _OLD_SPACING))
    in_flight: bool = False
    not_before: float = 0.0
    entries: dict[MessageRef, PendingEdit] = field(default_factory=dict)
    waiting: dict[MessageRef, PendingEdit] = field(default_factory=dict)

    def next(self, now: float) -> tuple[float, MessageRef, float | None] | None:
        """The edit that should go next by this route, and the moment from which it may.

        Besides, when one of a better rank, which has to wait still, will come before it.
        """
        if self.in_flight:
            return None
        moments = [
            (max(now, self._ready_at(ref, entry, now)), entry.rank, ref)
            for ref, entry in self.waiting.items()
            if not _too_old_for(entry, _age(ref, now))
        ]
        if not moments:
            return None
        at, rank, ref = min(moments, key=lambda each: each[:2])
        better = min((moment for moment, other, _ in moments if other < rank and moment > at), default=None)
        return at, ref, better

    def take(self, ref: MessageRef, entry: PendingEdit, now: float) -> None:
        """Count an edit that starts now."""
        self.in_flight = True
        self.window.take(now)
        if entry.priority is Priority.PROGRESS:
            self.progress.take(now)
        if _age(ref, now) >= _OLD:
            self.old_window.take(now)

    def _ready_at(self, ref: MessageRef, entry: PendingEdit, now: float) -> float:
        at = max(entry.not_before, self.not_before, self.window.ready_at(now))
        if entry.priority is Priority.PROGRESS:
            at = max(at, self.progress.ready_at(now))
        if _age(ref, now) >= _OLD:
            at = max(at, self.old_window.ready_at(now))
        return at


def _age(ref: MessageRef, now: float) -> float:
    return now - ref.created_at


def _too_old_for(entry: PendingEdit, age: float) -> bool:
    """Past an hour only a change of state is worth an edit."""
    assert entry.pending is not None
    return (
        age >= _VERY_OLD
        and entry.priority is Priority.PROGRESS
        and entry.state is not None
        and entry.pending.state is entry.state
        and entry.pending.digest != entry.delivered.digest
    )
