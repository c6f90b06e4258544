"""Errors of a failed submit, in the API's terms. Callers translate them to errors for the user.

SubmitError
├── SubmitRefused           nothing was started. `reason` says why
│   ├── QueueFull           may be sent again later
│   ├── NotReady            may be sent again in a moment
│   ├── ActionNotOffered    the service never accepts this kind of action
│   └── CommandNotOffered   the service has no endpoint for a command
└── SubmitUnclear           no response, or an invalid one
"""

from __future__ import annotations

from enum import StrEnum

from mjbot.core.model.submits import Command


class RefusalReason(StrEnum):
    """Reasons why the image service refused a submit."""

    NOT_ACCEPTED = "not_accepted"
    PARENT_GONE = "parent_gone"
    NO_ACCOUNT = "no_account"
    BANNED_WORD = "banned_word"
    NOT_READY = "not_ready"
    QUEUE_FULL = "queue_full"
    NOT_OFFERED = "not_offered"
    COMMAND_NOT_OFFERED = "command_not_offered"
    DAILY_LIMIT = "daily_limit"
    TOTAL_LIMIT = "total_limit"
    ACCOUNT_BLOCKED = "account_blocked"
    UPLOADS_OFF = "uploads_off"


class SubmitError(Exception):
    """The base class of submit errors. The message is for the log, and may quote a prompt."""


class SubmitRefused(SubmitError):
    """The image service refused a submit and started nothing. ``word`` is the banned word, if known."""

    def __init__(self, reason: RefusalReason, detail: str = "", *, word: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.word = word


class QueueFull(SubmitRefused):
    """The queue of the image service is full. The same submit may be sent again later."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(RefusalReason.QUEUE_FULL, detail)


class NotReady(SubmitRefused):
    """The parent task has only just finished. The same submit may be sent again in a moment."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(RefusalReason.NOT_READY, detail)


class ActionNotOffered(SubmitRefused):
    """The image service does not support this kind of action, so a retry is pointless."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(RefusalReason.NOT_OFFERED, detail)


class CommandNotOffered(SubmitRefused):
    """The image service has no endpoint for a command, or does not permit this API key to use it."""

    def __init__(self, command: Command, detail: str = "") -> None:
        super().__init__(RefusalReason.COMMAND_NOT_OFFERED, detail)
        self.command = command


class SubmitUnclear(SubmitError):
    """The response is missing or invalid, so the submit may have been accepted."""
