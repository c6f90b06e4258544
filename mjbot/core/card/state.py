"""The states that a card can be in, and what a card is drawn with beside the view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mjbot.core.card.buttons import Press
from mjbot.core.card.lineage import NO_LINEAGE, Lineage
from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import Phase


class State(StrEnum):
    """The states that a card can be in; each has a title and a colour."""

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
    SUPERSEDED = "superseded"
    QUEUE_FULL = "queue_full"


_OF_PHASE = {
    Phase.QUEUED: State.QUEUED,
    Phase.RUNNING: State.RUNNING,
    Phase.WAITING: State.WAITING,
    Phase.SUCCESS: State.DONE,
    Phase.FAILURE: State.FAILED,
    Phase.CANCELLED: State.CANCELLED,
}
_OF_CONDITION = {
    Condition.QUIET: State.QUIET,
    Condition.NOT_FOUND: State.NOT_FOUND,
    Condition.LOST: State.LOST,
    Condition.ENDED: State.ENDED,
    Condition.DISMISSED: State.DISMISSED,
}


@dataclass(frozen=True, slots=True)
class CardContext:
    """What a card needs beside the view: the language, the presses so far, how long a watch lasts."""

    locale: str = "en"
    presses: Mapping[str, Press] = field(default_factory=dict)
    lineage: Lineage = NO_LINEAGE
    watch_limit: float = 24 * 3600
    unwatched: bool = False
    refused: frozenset[str] = frozenset()
    """The kinds of action that the service does not offer."""


MODAL = "modal"
"""The action, among a task's presses, of answering its window."""


def state_of(snapshot: TaskSnapshot, presses: Mapping[str, Press]) -> State:
    """The state of a view; how well we know it comes before what we know.

    A window that was answered waits for the service, not for words.
    """
    state = _state_of(snapshot)
    answer = presses.get(MODAL)
    if state is State.WAITING and answer is Press.RETRYING:
        return State.QUEUE_FULL
    answered = answer is not None and (answer.in_flight or answer is Press.ACCEPTED)
    return State.QUEUED if state is State.WAITING and answered else state


def _state_of(snapshot: TaskSnapshot) -> State:
    if snapshot.task is not None and snapshot.task.phase.final:
        return _OF_PHASE[snapshot.task.phase]
    if snapshot.condition in _OF_CONDITION and (snapshot.settled or snapshot.task is not None):
        return _OF_CONDITION[snapshot.condition]
    return State.UNSEEN if snapshot.task is None else _OF_PHASE[snapshot.task.phase]
