"""The edits of one message: what it shows, what is in flight, and the newest card that waits.

At most one edit is in flight per message. A newer card replaces a waiting one, but progress never
replaces a final card.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from mjbot.core.card.card import Card
from mjbot.core.card.state import CardState
from mjbot.core.model.watch import DeliveredState, MessageRef
from mjbot.core.scheduling.priority_queue import Rank

# Authors of bots report five edits in two seconds per token; no card changes that often.
_TOKEN_SPACING = 0.7
_RECHECK_DELAYS = (15.0, 60.0, 300.0)  # seconds until an unverified result is checked again
_BACKOFF_CEILING = 120.0
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
    text_only: bool = False
    stale_since: float = 0.0
    """When the message first fell behind its task (unix seconds)."""
    by_token: bool = False


@dataclass(slots=True)
class PendingEdit:
    """One message: what it shows, the digest in flight to it, and the card that waits (unix seconds)."""

    delivered: DeliveredState
    in_flight: str = ""
    state: CardState | None = None
    pending: Card | None = None
    priority: Priority = Priority.PROGRESS
    stale_since: float = 0.0
    queued_at: float = 0.0
    not_before: float = 0.0
    attempt: int = 0
    text_only: bool = False
    rechecks: int = 0
    token_until: float = 0.0
    token_from: float = 0.0

    @property
    def rank(self) -> Rank:
        """Final cards first; then by how long the present card has waited at its priority."""
        return (self.priority, self.queued_at)

    def by_token(self, now: float) -> bool:
        """Whether it is edited by the token of its interaction."""
        return now < self.token_until

    def offer(self, card: Card, priority: Priority, now: float) -> bool:
        """Replace the waiting card. False when the message already shows this one."""
        if self.pending is not None and self.pending.digest == self.delivered.digest:
            self.not_before = 0.0  # it only waited for a recheck
        if card.digest == (self.in_flight or self.delivered.digest):
            self.pending = None
            return bool(self.in_flight)
        if self.pending is None:
            self.stale_since, self.priority, self.queued_at = now, priority, now
        elif priority < self.priority:
            self.queued_at = now  # else the message that had waited longest would end first
        self.priority = min(self.priority, priority)
        self.pending, self.text_only = card, False
        return True

    def start(self, ref: MessageRef, now: float, *, by_token: bool) -> Edit:
        """Put the waiting card in flight."""
        assert self.pending is not None
        edit = Edit(
            ref, self.pending, self.delivered, self.attempt, self.text_only, self.stale_since, by_token
        )
        self.in_flight, self.pending = edit.card.digest, None
        if by_token:
            self.token_from = now + _TOKEN_SPACING
        return edit

    def confirm(self, edit: Edit, delivered: DeliveredState, now: float, *, unverified: bool) -> bool:
        """Note what the message shows now. True when its result is to be checked again."""
        self.delivered, self.state, self.attempt, self.not_before = delivered, edit.card.state, 0, 0.0
        if self.pending is not None and self.pending.digest == delivered.digest:
            self.pending = None
        if not unverified or not edit.card.final or self.pending is not None:
            return False
        if self.rechecks >= len(_RECHECK_DELAYS):
            return False
        # The same card is offered again: the sink then checks whether the result loads.
        self.pending, self.text_only, self.stale_since = edit.card, False, now
        self.priority = Priority.PROGRESS
        self.not_before = now + _RECHECK_DELAYS[self.rechecks]
        self.rechecks += 1
        return True

    def requeue(
        self, edit: Edit, now: float, seconds: float, *, at_once: bool = False, text_only: bool = False
    ) -> None:
        """Requeue a failed edit after at least ``seconds``, with back-off unless ``at_once``."""
        self.attempt = edit.attempt + (not at_once)
        backoff = 0.0 if at_once else min(2.0 ** min(edit.attempt, _DOUBLINGS), _BACKOFF_CEILING)
        self.not_before = now + max(seconds, backoff)
        if self.pending is None:  # otherwise a newer card was offered meanwhile, and wins
            self.pending, self.text_only = edit.card, text_only or edit.text_only
            self.stale_since = edit.stale_since
        elif edit.card.final and not self.pending.final:
            self.pending, self.text_only = edit.card, text_only or edit.text_only
            self.priority = Priority.FINAL
        self.stale_since = min(self.stale_since, edit.stale_since)
