"""Presses of buttons: states, rules for pressing again, and the actions that the service does not offer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mjbot.core.model.task import TaskId

MODAL_ACTION: Final = "modal"
"""The value stored in place of an action digest for a submitted modal."""
MAKE_ACTION: Final = "make"
"""The value stored in place of an action digest for a request to make pictures."""
_NOT_OFFERED_SECONDS = 24 * 3600.0
_NOT_OFFERED_TASKS = 2


class Press(StrEnum):
    """The states of a press: the submit of one action of a task, requested by a user."""

    SENDING = "sending"
    RETRYING = "retrying"  # the queue was full: nothing is in flight, and it will be retried
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCLEAR = "unclear"  # the outcome is unknown: the response was lost

    @property
    def in_flight(self) -> bool:
        """Whether the submit is being sent, or waits for a retry."""
        return self in (Press.SENDING, Press.RETRYING)


@dataclass(frozen=True, slots=True)
class PressKey:
    """The database key of a press. ``number`` counts the presses of one action of one task, from 1."""

    task_id: TaskId
    action: str
    number: int


def may_begin(earlier: Press, number: int, repeats: int) -> bool:
    """Return whether a press may follow press ``number``, whose state is ``earlier``.

    After a refused press, the user may always press again. During a press in flight, the user may not. After
    an accepted or unclear press, the user may press again only if a message has shown that press to the user:
    ``repeats`` is the number shown.
    """
    if earlier.in_flight:
        return False
    return earlier is Press.REFUSED or number == repeats


@dataclass(frozen=True, slots=True)
class UnknownAction:
    """A response saying that a task has no such action.

    ``at`` is the time of the response in unix seconds.
    """

    kind: str
    task_id: TaskId
    action: str
    at: float


@dataclass(frozen=True, slots=True)
class NotOffered:
    """The actions of single tasks, and the kinds of action on all tasks, that the service does not offer.

    ``actions`` holds pairs of a lower-case task id and an action digest.
    """

    actions: frozenset[tuple[str, str]] = frozenset()
    kinds: frozenset[str] = frozenset()

    def covers(self, task_id: TaskId, action: str, kind: str) -> bool:
        """Return whether the service does not offer an action of a task, or any action of the same kind."""
        return kind in self.kinds or (task_id.casefold(), action) in self.actions


OFFERS_ALL: Final = NotOffered()


def actions_not_offered(unknown: Iterable[UnknownAction], now: float) -> NotOffered:
    """Return the actions that the service called unknown in the last day and has not accepted since then.

    A kind of action counts as not offered after such responses for two tasks, because a single response may
    be a temporary fault. After a day, the action is offered again, because the service may have been updated.
    """
    actions: set[tuple[str, str]] = set()
    tasks: dict[str, set[str]] = {}
    for each in unknown:
        if now - _NOT_OFFERED_SECONDS <= each.at <= now:
            task_id = each.task_id.casefold()
            actions.add((task_id, each.action))
            tasks.setdefault(each.kind, set()).add(task_id)
    kinds = frozenset(kind for kind, agreed in tasks.items() if len(agreed) >= _NOT_OFFERED_TASKS)
    return NotOffered(frozenset(actions), kinds)


AFTER_RESTART: Final = {Press.SENDING: Press.UNCLEAR, Press.RETRYING: Press.REFUSED}
"""The state that each press in flight gets after a restart, by its state when the process ended.

A press in SENDING may have been accepted. A press in RETRYING was not.
"""
