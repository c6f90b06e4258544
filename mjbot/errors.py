"""What can go wrong, in our own terms. Outside errors become one of these at the boundary.

MJBotError                  each has a sentence for the user: a key of core/i18n/messages.py
├── BadTaskId
├── NotAllowedHere          this server may not use the bot
├── NotYours                this server lets others press here
├── Closing                 this bot is about to end, and begins nothing new
├── AnswerLost              Discord did not take an answer
├── PressRefused            a press was not accepted, and nothing was started
│   └── QueueFull           not now: it may be asked again
├── PressUnclear            no answer came to a submit: it may or may not have started
└── UpstreamError           the image service gave no usable answer
    ├── TaskNotFound        it answered, and does not know the task
    ├── KeyRefused
    ├── QuotaOut
    ├── NotAllowed
    ├── WebPage             HTML where JSON was due: most likely a wrong address
    ├── SlowDown            429; `retry_after` seconds, if it said
    └── Down                anything else: no connection, 5xx, nonsense
StartupError                the process cannot start; the text is for the operator
"""

from __future__ import annotations

from typing import ClassVar

from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import UpstreamProblem


class MJBotError(Exception):
    """Something to tell a user. ``key`` names the sentence, ``values`` fill it in."""

    text: ClassVar[Text] = Text.REPLY_INTERNAL_ERROR

    def __init__(self, detail: str = "", **values: object) -> None:
        super().__init__(detail or type(self).__name__)
        self.values = values

    @property
    def sentence(self) -> Text:
        """The text to reply with."""
        return self.text


class InvalidTaskId(MJBotError):
    """The text is not a task id."""

    text = Text.REPLY_INVALID_TASK_ID


class GuildNotAllowed(MJBotError):
    """The server is not among ALLOWED_GUILDS."""

    text = Text.REPLY_GUILD_NOT_ALLOWED


class PressNotAllowed(MJBotError):
    """This server lets others press here. ``who``: a mention of them, or "" for its managers alone."""

    def __init__(self, who: str) -> None:
        super().__init__(who=who)

    @property
    def sentence(self) -> Text:
        """The text to reply with."""
        return Text.REPLY_PRESS_NOT_ALLOWED if self.values["who"] else Text.REPLY_PRESS_NOT_ALLOWED_MANAGERS


class ShuttingDown(MJBotError):
    """The process is ending: what is begun is finished, nothing new is."""

    text = Text.REPLY_SHUTTING_DOWN


class BotMissingPermission(MJBotError):
    """The bot lacks a permission in this channel; the sentence names it."""

    def __init__(self, reason: Text) -> None:
        super().__init__()
        self.reason = reason

    @property
    def sentence(self) -> Text:
        """The text to reply with."""
        return self.reason


class RateLimited(MJBotError):
    """Somebody, or a whole server, is faster than the limits allow; ``t`` says when to try again."""

    text = Text.REPLY_RATE_LIMITED


class TooManyCards(MJBotError):
    """A server has as many live cards as it may have."""

    text = Text.REPLY_TOO_MANY_CARDS


class ResponseLost(MJBotError):
    """Discord did not take the public answer to an interaction."""


class StoreFailed(MJBotError):
    """The database cannot be written or read just now: the disk is full, or somebody holds its lock."""

    text = Text.REPLY_STORE_FAILED


class PressRefused(MJBotError):
    """The service refused a press: nothing was started.

    ``reason`` is the key of its sentence; ``for_good``: it will never accept this action.
    """

    def __init__(self, reason: Text, detail: str = "", *, for_good: bool = False, **values: object) -> None:
        super().__init__(detail, **values)
        self.reason = reason
        self.for_good = for_good

    @property
    def sentence(self) -> Text:
        """The text to reply with."""
        return self.reason


class QueueFull(PressRefused):
    """The service takes no more at the moment: nothing was started, and it may be asked again."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(Text.REPLY_QUEUE_FULL, detail)


class PressUnclear(MJBotError):
    """No answer came to a submit, which is not idempotent: it must not be sent again by itself."""

    text = Text.REPLY_UNCLEAR


class UpstreamError(MJBotError):
    """The image service gave no usable answer."""

    text = Text.REPLY_UPSTREAM_UNAVAILABLE
    problem: ClassVar[UpstreamProblem] = UpstreamProblem.UNAVAILABLE

    def __init__(self, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class TaskNotFound(UpstreamError):
    """The service answered, and does not know the task."""

    text = Text.REPLY_TASK_NOT_FOUND


class KeyRefused(UpstreamError):
    """401: the key is wrong, expired, or sent in the wrong header."""

    text = Text.REPLY_KEY_REFUSED
    problem = UpstreamProblem.KEY


class QuotaExceeded(UpstreamError):
    """The account behind the key has no credit left."""

    text = Text.REPLY_QUOTA_EXCEEDED
    problem = UpstreamProblem.QUOTA


class UpstreamForbidden(UpstreamError):
    """403: the account may not do this."""

    text = Text.REPLY_UPSTREAM_FORBIDDEN
    problem = UpstreamProblem.FORBIDDEN


class UnexpectedHtml(UpstreamError):
    """The address answers with a web page: most likely ``/mj`` is missing from it."""

    text = Text.REPLY_UNEXPECTED_HTML
    problem = UpstreamProblem.UNEXPECTED_HTML


class UpstreamRateLimited(UpstreamError):
    """429. ``retry_after`` is in seconds, None when the service did not say."""

    text = Text.REPLY_UPSTREAM_RATE_LIMITED
    problem = UpstreamProblem.RATE_LIMITED


class UpstreamUnavailable(UpstreamError):
    """No connection, a server error, or an answer that makes no sense."""


def nothing_started(error: BaseException) -> bool:
    """True when a submit that failed so was not accepted; after anything else nobody knows."""
    return isinstance(error, PressRefused | UpstreamError)


class StartupError(Exception):
    """The process cannot start. The text tells the operator why, and what to do."""
