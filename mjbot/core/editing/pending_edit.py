"""The edit state of one message: the content shown, the edit in flight, and the newest pending card.

At most one edit is in flight per message. A newer card replaces a pending one, but progress never replaces a
final card.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from mjbot.core.card.card import Card
from mjbot.core.card.content import Part
from mjbot.core.card.state import CardState
from mjbot.core.editing.ladder import Omission, next_omission, still_omitted
from mjbot.core.editing.outcome import Refused
from mjbot.core.model.watch import DeliveredState, MessageRef
from mjbot.core.scheduling.backoff import backoff
from mjbot.core.scheduling.priority_queue import Rank

# Bot authors report a limit of five edits in two seconds per token; no card changes that often.
_TOKEN_SPACING = 0.7
_RECHECK_DELAYS = (15.0, 60.0, 300.0)  # seconds until an unverified result is checked again
_BACKOFF_CEILING = 120.0
_BUTTONS_WAIT, _BUTTONS_CEILING = 15.0, 600.0
_GIVE_UP_AFTER = 24 * 3600.0  # seconds without a successful edit


class Priority(IntEnum):
    """Priorities of edits. The edit with the lowest value is sent first."""

    FINAL = 0
    PRESS = 1
    PROGRESS = 2
    PICTURE = 3
    """A card that the message already shows. Only the picture may change."""


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit to send: the new card, and the last known state of the message."""

    ref: MessageRef
    card: Card
    delivered: DeliveredState
    attempt: int = 0
    omitted: Part = Part.NONE
    """The parts to omit from the card, because Discord has rejected them in this message."""
    stale_since: float = 0.0
    """The time (unix seconds) since which the message has been out of date."""
    by_token: bool = False


@dataclass(slots=True)
class PendingEdit:
    """The edit state of a message: the content shown, the digest in flight, and the pending card.

    All times are unix seconds.
    """

    delivered: DeliveredState
    in_flight: str = ""
    state: CardState | None = None
    pending: Card | None = None
    priority: Priority = Priority.PROGRESS
    stale_since: float = 0.0
    queued_at: float = 0.0
    not_before: float = 0.0
    attempt: int = 0
    omission: Omission | None = None
    failing_since: float | None = None
    rechecks: int = 0
    button_tries: int = 0
    token_until: float = 0.0
    token_from: float = 0.0

    @property
    def rank(self) -> Rank:
        """The rank in the queue, by priority and then by waiting time.

        Final cards have the first priority.
        """
        return (self.priority, self.queued_at)

    def by_token(self, now: float) -> bool:
        """Return whether the message is edited with its interaction token."""
        return now < self.token_until

    def offer(self, card: Card, priority: Priority, now: float) -> bool:
        """Replace the pending card. Return False if the message already shows the new card."""
        if self.pending is not None and self.pending.digest == self.delivered.digest:
            self.not_before = 0.0  # it was pending only for a recheck
        if card.digest == (self.in_flight or self.delivered.digest):
            self.pending = None
            if not self.in_flight:  # the failed card is no longer needed
                self.attempt, self.failing_since = 0, None
            return bool(self.in_flight)
        if card.final and (self.pending is None or not self.pending.final):
            self.failing_since = None  # it is tried for a day, however long progress has failed
        if self.pending is None:
            self.stale_since, self.priority, self.queued_at = now, priority, now
        elif priority < self.priority:
            self.queued_at = now  # time spent waiting as progress must not count
        self.priority = min(self.priority, priority)
        self.pending = card
        return True

    def recheck(self, card: Card, now: float) -> None:
        """Queue a card that the message already shows, so that the picture is checked."""
        self.pending, self.priority = card, Priority.PICTURE
        self.stale_since = self.queued_at = now

    def start(self, ref: MessageRef, now: float, *, by_token: bool) -> Edit:
        """Start the edit that delivers the pending card, and return it."""
        assert self.pending is not None
        omitted = still_omitted(self.omission, self.pending)
        edit = Edit(ref, self.pending, self.delivered, self.attempt, omitted, self.stale_since, by_token)
        self.in_flight, self.pending = edit.card.digest, None
        if by_token:
            self.token_from = now + _TOKEN_SPACING
        return edit

    def confirm(self, edit: Edit, delivered: DeliveredState, now: float, *, unverified: bool) -> bool:
        """Record a successful edit.

        Return True if the message needs another edit, for example to check the picture.
        """
        self.delivered, self.state, self.attempt, self.not_before = delivered, edit.card.state, 0, 0.0
        if Part.BUTTONS in edit.omitted and edit.card.final and self.pending is None:
            return self._offer_buttons_again(edit, now)
        self.failing_since = None
        if not edit.omitted:
            self.omission = None
        if self.pending is not None and self.pending.digest == delivered.digest:
            self.pending = None
        if not unverified or not edit.card.final or self.pending is not None:
            return False
        if self.rechecks >= len(_RECHECK_DELAYS):
            return False
        # The same card is offered again: the sink then checks whether the result loads.
        self.recheck(edit.card, now)
        self.not_before = now + _RECHECK_DELAYS[self.rechecks]
        self.rechecks += 1
        return True

    def _offer_buttons_again(self, edit: Edit, now: float) -> bool:
        """Schedule an edit that restores omitted buttons of a final card.

        Return False after a day of failures.
        """
        self.omission = Omission(edit.omitted & ~Part.BUTTONS, edit.card)
        self.delivered = replace(self.delivered, digest="")
        if self.failing_since is None:
            self.failing_since = now
        if now - self.failing_since > _GIVE_UP_AFTER:
            return False
        self.pending, self.priority = edit.card, Priority.PROGRESS
        self.stale_since = self.queued_at = now
        self.not_before = now + backoff(_BUTTONS_WAIT, self.button_tries, _BUTTONS_CEILING)
        self.button_tries += 1
        return True

    def requeue(self, edit: Edit, now: float, seconds: float = 0.0, *, at_once: bool = False) -> bool:
        """Requeue a failed edit after at least ``seconds``, with back-off unless ``at_once``.

        After a day of failures, the edit is dropped, and False is returned. Without ``at_once``, the edit may
        have been applied although it failed, so the content of the message is unknown from then on.
        """
        if not at_once and edit.card.digest != self.delivered.digest:
            self.delivered = replace(self.delivered, digest="")
        if self.failing_since is None:
            self.failing_since = now
        elif now - self.failing_since > _GIVE_UP_AFTER and self.pending is None:
            return False
        self.attempt = edit.attempt + (not at_once)
        pause = 0.0 if at_once else backoff(1.0, edit.attempt, _BACKOFF_CEILING)
        self.not_before = now + max(seconds, pause)
        if self.pending is None:  # otherwise a newer card was offered meanwhile, and takes precedence
            self.pending = edit.card
            self.stale_since = edit.stale_since
        elif edit.card.final and not self.pending.final:
            self.pending = edit.card
            self.priority = Priority.FINAL
        self.stale_since = min(self.stale_since, edit.stale_since)
        return True

    def reroute(self, edit: Edit, now: float) -> bool:
        """Requeue an edit by the channel route at once. Its interaction token is not used any more."""
        self.token_until = 0.0
        self.delivered = replace(self.delivered, digest="")  # it may have been applied
        return self.requeue(edit, now, at_once=True)

    def omit(self, edit: Edit, refused: Refused, now: float) -> bool:
        """Requeue a rejected edit with one more part omitted. Use back-off if nothing further can be omitted.

        Returns False if the edit was dropped after a day of failures.
        """
        parts = next_omission(edit.card, edit.omitted, refused.problem, refused.named, image=refused.image)
        if parts is None:
            return self.requeue(edit, now)
        self.omission = Omission(parts, edit.card)
        return self.requeue(edit, now, at_once=True)
