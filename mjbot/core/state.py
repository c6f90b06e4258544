"""The states that a card can be in, and what a card is drawn with beside the view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mjbot.core.buttons import Press
from mjbot.core.lineage import NOBODY, Lineage
from mjbot.core.task import Phase
from mjbot.core.view import Condition, TaskView


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
    LEFT = "left"
    MOVED = "moved"
    CROWDED = "crowded"


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
    Condition.LEFT: State.LEFT,
}


@dataclass(frozen=True, slots=True)
class Context:
    """What a card needs beside the view: the language, the presses so far, how long a watch lasts."""

    locale: str = "en"
    presses: Mapping[str, Press] = field(default_factory=dict)
    lineage: Lineage = NOBODY
    watch_limit: float = 24 * 3600
    unwatched: bool = False
    refused: frozenset[str] = frozenset()
    """The kinds of action that the service does not offer."""


MODAL = "modal"
"""The action, among a task's presses, of answering its window."""


def state_of(view: TaskView, presses: Mapping[str, Press]) -> State:
    """The state of a view; how well we know it comes before what we know.

    A window that was answered waits for the service, not for words.
    """
    state = _state_of(view)
    answer = presses.get(MODAL)
    if state is State.WAITING and answer is Press.RETRYING:
        return State.CROWDED
    answered = answer is not None and (answer.under_way or answer is Press.ACCEPTED)
    return State.QUEUED if state is State.WAITING and answered else state


def _state_of(view: TaskView) -> State:
    if view.task is not None and view.task.phase.final:
        return _OF_PHASE[view.task.phase]
    if view.condition in _OF_CONDITION and (view.settled or view.task is not None):
        return _OF_CONDITION[view.condition]
    return State.UNSEEN if view.task is None else _OF_PHASE[view.task.phase]
