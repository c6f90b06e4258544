"""The state of a press: one action of a task, submitted to the image service on a user's behalf."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mjbot.core.model.task import TaskId

MODAL_ACTION: Final = "modal"
"""The action digest that stands for answering a task's modal."""


class Press(StrEnum):
    """The state of the latest press of an action."""

    SENDING = "sending"
    RETRYING = "retrying"  # the queue was full: nothing is in flight, and it will be retried
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCLEAR = "unclear"  # the outcome is unknown: the response was lost
    UNKNOWN_ACTION = "unknown_action"

    @property
    def in_flight(self) -> bool:
        """True while it may still be accepted without another press: sending, or waiting to retry."""
        return self in (Press.SENDING, Press.RETRYING)


@dataclass(frozen=True, slots=True)
class PressKey:
    """Identifies one press in the store: the ``number``-th of this action of this task."""

    task_id: TaskId
    action: str
    number: int


def may_begin(earlier: Press, number: int, repeats: int) -> bool:
    """Return whether a press may begin after press ``number``, whose state is ``earlier``.

    A refused press forbids nothing. An accepted or unclear one is repeated only by a user who was shown it:
    ``repeats`` is its number. One in flight is never repeated.
    """
    if earlier.in_flight:
        return False
    return earlier in (Press.REFUSED, Press.UNKNOWN_ACTION) or number == repeats


AFTER_RESTART: Final = {Press.SENDING: Press.UNCLEAR, Press.RETRYING: Press.REFUSED}
"""The states of presses that were in flight when the process ended.

SENDING may have been accepted; RETRYING was not.
"""
