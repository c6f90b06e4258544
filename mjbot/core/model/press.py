"""Presses: their states, the rules for repeating them, and the actions that the service does not offer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mjbot.core.model.task import TaskId

MODAL_ACTION: Final = "modal"
"""The action digest of the answer to a task's modal."""
_NOT_OFFERED_SECONDS = 24 * 3600.0
_NOT_OFFERED_TASKS = 2


class Press(StrEnum):
    """The states of the latest press of an action: one action of a task, submitted for a user."""

    SENDING = "sending"
    RETRYING = "retrying"  # the queue was full: nothing is in flight, and it will be retried
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCLEAR = "unclear"  # the outcome is unknown: the response was lost

    @property
    def in_flight(self) -> bool:
        """True while the press may still be accepted without another one: sending, or waiting to retry."""
        return self in (Press.SENDING, Press.RETRYING)


@dataclass(frozen=True, slots=True)
class PressKey:
    """The key of a press in the store: the ``number``-th press of this action of this task."""

    task_id: TaskId
    action: str
    number: int


def may_begin(earlier: Press, number: int, repeats: int) -> bool:
    """Return whether a press may begin after press ``number``, whose state is ``earlier``.

    After a refused press, any press may begin. An accepted or unclear press may be repeated only by a user
    who was shown it; ``repeats`` is the number shown. A press in flight is never repeated.
    """
    if earlier.in_flight:
        return False
    return earlier is Press.REFUSED or number == repeats


@dataclass(frozen=True, slots=True)
class UnknownAction:
    """A report that the service called an action of one task unknown, ``at`` a time (unix seconds)."""

    kind: str
    task_id: TaskId
    action: str
    at: float


@dataclass(frozen=True, slots=True)
class NotOffered:
    """The single actions, and the whole kinds of action, that the service does not offer.

    ``actions`` holds pairs of a task id in lower case and the digest of an action.
    """

    actions: frozenset[tuple[str, str]] = frozenset()
    kinds: frozenset[str] = frozenset()

    def covers(self, task_id: TaskId, action: str, kind: str) -> bool:
        """Return whether this action of this task is not offered."""
        return kind in self.kinds or (task_id.casefold(), action) in self.actions


OFFERS_ALL: Final = NotOffered()


def actions_not_offered(unknown: Iterable[UnknownAction], now: float) -> NotOffered:
    """Return the actions that the service called unknown in the last day and has not accepted since.

    A kind is not offered if two tasks agree: one answer may be a temporary fault, or concern one task. After
    a day it is offered again, because the service may have been updated.
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
"""The states of presses that were in flight when the process ended.

A press in SENDING may have been accepted; one in RETRYING was not.
"""
