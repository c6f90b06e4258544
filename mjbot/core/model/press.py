"""The state of a press: one action of a task, submitted to the image service on a user's behalf."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

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
