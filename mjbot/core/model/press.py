"""Presses: their states, the rules for repeats, and the actions that the service does not offer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mjbot.core.model.task import TaskId

MODAL_ACTION: Final = "modal"
"""The action digest under which the modal submission of a task is stored."""
MAKE_ACTION: Final = "make"
"""The action of the only press of a make: its submit."""
_NOT_OFFERED_SECONDS = 24 * 3600.0
_NOT_OFFERED_TASKS = 2


class Press(StrEnum):
    """States of a press, which is the submit of one action of a task for a user."""

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
    """The store key of a press. ``number`` counts the presses of one action of one task, from 1."""

    task_id: TaskId
    action: str
    number: int


def may_begin(earlier: Press, number: int, repeats: int) -> bool:
    """Return whether a press may follow press ``number``, whose state is ``earlier``.

    A refused press may always be repeated, and a press in flight never. An accepted or unclear press may be
    repeated only if the user was shown this press: ``repeats`` is the number shown.
    """
    if earlier.in_flight:
        return False
    return earlier is Press.REFUSED or number == repeats


@dataclass(frozen=True, slots=True)
class UnknownAction:
    """A response that called an action of one task unknown. ``at`` is its time in unix seconds."""

    kind: str
    task_id: TaskId
    action: str
    at: float


@dataclass(frozen=True, slots=True)
class NotOffered:
    """The individual actions and the kinds of action that the service does not offer.

    ``actions`` holds pairs of a lower-case task id and an action digest.
    """

    actions: frozenset[tuple[str, str]] = frozenset()
    kinds: frozenset[str] = frozenset()

    def covers(self, task_id: TaskId, action: str, kind: str) -> bool:
        """Return whether this action of this task is not offered."""
        return kind in self.kinds or (task_id.casefold(), action) in self.actions


OFFERS_ALL: Final = NotOffered()


def actions_not_offered(unknown: Iterable[UnknownAction], now: float) -> NotOffered:
    """Return the actions that the service called unknown in the last day and has not accepted since then.

    A kind of action counts as not offered after such responses for two tasks, because a single response may
    be a temporary fault. After a day it is offered again, because the service may have been updated.
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
"""The new states of presses that were in flight when the process ended, by their old state.

A press in SENDING may have been accepted; one in RETRYING was not.
"""
