"""The states of a card, and the context for rendering it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mjbot.core.access.channels import Obstacle
from mjbot.core.card.lineage import NO_LINEAGE, Lineage
from mjbot.core.card.series import SeriesPicture
from mjbot.core.model.press import MAKE_ACTION, MODAL_ACTION, OFFERS_ALL, NotOffered, Press
from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import Phase


class CardState(StrEnum):
    """The states of a card. Each has a title and a colour."""

    QUEUED = "queued"
    RUNNING = "running"
    QUIET = "quiet"
    WAITING = "waiting"
    UNSEEN = "unseen"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NOT_FOUND = "not_found"
    LOST = "lost"
    ENDED = "ended"
    DISMISSED = "dismissed"
    STOPPED = "stopped"
    SUPERSEDED = "superseded"
    QUEUE_FULL = "queue_full"
    SUBMITTING = "submitting"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    SERIES = "series"


_OF_PHASE = {
    Phase.QUEUED: CardState.QUEUED,
    Phase.RUNNING: CardState.RUNNING,
    Phase.WAITING: CardState.WAITING,
    Phase.SUCCESS: CardState.DONE,
    Phase.FAILURE: CardState.FAILED,
    Phase.CANCELLED: CardState.CANCELLED,
}
_OF_MAKE = {
    Press.SENDING: CardState.SUBMITTING,
    Press.RETRYING: CardState.QUEUE_FULL,
    Press.ACCEPTED: CardState.SUBMITTING,  # until the card shows the task
    Press.REFUSED: CardState.REFUSED,
    Press.UNCLEAR: CardState.UNCLEAR,
}
_OF_CONDITION = {
    Condition.QUIET: CardState.QUIET,
    Condition.NOT_FOUND: CardState.NOT_FOUND,
    Condition.LOST: CardState.LOST,
    Condition.ENDED: CardState.ENDED,
    Condition.DISMISSED: CardState.DISMISSED,
    Condition.STOPPED: CardState.STOPPED,
}


@dataclass(frozen=True, slots=True)
class CardContext:
    """The input for rendering a card, in addition to the snapshot. ``watch_limit`` is in seconds."""

    locale: str = "en"
    presses: Mapping[str, Press] = field(default_factory=dict)
    lineage: Lineage = NO_LINEAGE
    watch_limit: float = 24 * 3600
    obstacle: Obstacle | None = None
    """The reason why the bot cannot update the card, or None."""
    not_offered: NotOffered = OFFERS_ALL
    base: str = ""
    """The base URL of the image service, for links to files on it, or ""."""
    can_cancel: bool = False
    """Whether the image service is known to support cancelling a task."""
    has_seeds: bool = True
    """False if the image service is known not to report seeds."""
    notes: tuple[str, ...] = ()
    """Notes about the user's request, in the card's language: why it was refused, and what was corrected."""
    tries: int = 0
    """How often a request to make pictures was sent, if it has not created a task yet."""
    not_found: bool = False
    """Whether the response to the last try was lost, and no task of that try was found afterwards."""
    can_make: bool = False
    """Whether users can make pictures in the guild or direct messages that contain the card."""
    series: tuple[SeriesPicture, ...] = ()
    """The pictures of the series that the card lists."""
    requester: str = ""
    """The text that names the user who requested the card, or ""."""


def state_of(snapshot: TaskSnapshot, presses: Mapping[str, Press]) -> CardState:
    """Return the card state for a snapshot. The condition takes precedence over the phase.

    A task whose modal was submitted no longer waits for a prompt, so it is shown as queued. A request to make
    pictures that has no task yet is shown by the state of its submit.
    """
    if (make := presses.get(MAKE_ACTION)) is not None:
        return _OF_MAKE[make]
    state = _state_of(snapshot)
    submission = presses.get(MODAL_ACTION)
    if state is CardState.WAITING and submission is Press.RETRYING:
        return CardState.QUEUE_FULL
    submitted = submission is not None and (submission.in_flight or submission is Press.ACCEPTED)
    return CardState.QUEUED if state is CardState.WAITING and submitted else state


def _state_of(snapshot: TaskSnapshot) -> CardState:
    if snapshot.task is not None and snapshot.task.phase.final:
        return _OF_PHASE[snapshot.task.phase]
    if snapshot.condition in _OF_CONDITION and (snapshot.settled or snapshot.task is not None):
        return _OF_CONDITION[snapshot.condition]
    return CardState.UNSEEN if snapshot.task is None else _OF_PHASE[snapshot.task.phase]


def needs_region(snapshot: TaskSnapshot) -> bool:
    """Return whether a task waits for a region to repaint."""
    return snapshot.task is not None and snapshot.task.action.upper() == "INPAINT"
