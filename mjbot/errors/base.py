"""The base class of the errors for users, and the errors of the bot itself."""

from __future__ import annotations

from typing import ClassVar

from mjbot.core.i18n.texts import Text


class MJBotError(Exception):
    """An error that is shown to the user as ``text``, formatted with ``values``. ``detail`` is for the log.

    ``detail`` may quote a prompt.
    """

    text: Text = Text.REPLY_INTERNAL_ERROR
    resubmittable: ClassVar[bool] = False
    """Whether the same or another input may be accepted later, so that its modal is offered again."""
    refuses_all: ClassVar[bool] = False
    """Whether any other prompt would be refused as well, and not only for a moment."""

    def __init__(self, detail: str = "", **values: object) -> None:
        super().__init__(detail or type(self).__name__)
        self.values = values


class ShuttingDown(MJBotError):
    """The process is shutting down. It finishes requests in flight and starts nothing new."""

    text = Text.REPLY_SHUTTING_DOWN
    resubmittable = True


class StoreFailed(MJBotError):
    """The database cannot be read or written at the moment, for example because the disk is full."""

    text = Text.REPLY_STORE_FAILED


class InternalError(MJBotError):
    """An unexpected error. ``ref`` identifies it in the log; the error boundary sets it."""

    def __init__(self, detail: str = "", *, ref: str = "") -> None:
        super().__init__(detail, ref=ref)


class ResponseLost(InternalError):
    """Discord did not accept the public response to an interaction."""


class StartupError(Exception):
    """The process cannot start. The message is for the operator. ``lasting``: a restart will not fix it."""

    def __init__(self, message: str, *, lasting: bool = True) -> None:
        super().__init__(message)
        self.lasting = lasting
