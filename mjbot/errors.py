"""What can go wrong, in our own terms. Outside errors become one of these at the boundary.

MJBotError                  each has a sentence for the user: a key of core/words.py
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

from mjbot.core.view import Trouble


class MJBotError(Exception):
    """Something to tell a user. ``key`` names the sentence, ``values`` fill it in."""

    key: ClassVar[str] = "say.our_fault"

    def __init__(self, detail: str = "", **values: object) -> None:
        super().__init__(detail or type(self).__name__)
        self.values = values

    @property
    def sentence(self) -> str:
        """The key of the sentence to say."""
        return self.key


class BadTaskId(MJBotError):
    """The text is not a task id."""

    key = "say.bad_id"


class NotAllowedHere(MJBotError):
    """The server is not among ALLOWED_GUILDS."""

    key = "say.not_here"


class NotYours(MJBotError):
    """This server lets others press here. ``who``: a mention of them, or "" for its managers alone."""

    def __init__(self, who: str) -> None:
        super().__init__(who=who)

    @property
    def sentence(self) -> str:
        """The key of the sentence to say."""
        return "say.not_yours" if self.values["who"] else "say.managers_only"


class Closing(MJBotError):
    """The process is ending: what is begun is finished, nothing new is."""

    key = "say.closing"


class NoRights(MJBotError):
    """The bot lacks a permission in this channel; the sentence names it."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    @property
    def sentence(self) -> str:
        """The key of the sentence to say."""
        return self.reason


class TooMuch(MJBotError):
    """Somebody, or a whole server, is faster than the limits allow; ``t`` says when to try again."""

    key = "say.too_much"


class TooManyCards(MJBotError):
    """A server has as many live cards as it may have."""

    key = "say.too_many_cards"


class AnswerLost(MJBotError):
    """Discord did not take the public answer to an interaction."""


class StoreFailed(MJBotError):
    """The database cannot be written or read just now: the disk is full, or somebody holds its lock."""

    key = "say.store"


class PressRefused(MJBotError):
    """The service refused a press: nothing was started.

    ``reason`` is the key of its sentence; ``for_good``: it will never accept this action.
    """

    def __init__(self, reason: str, detail: str = "", *, for_good: bool = False, **values: object) -> None:
        super().__init__(detail, **values)
        self.reason = reason
        self.for_good = for_good

    @property
    def sentence(self) -> str:
        """The key of the sentence to say."""
        return self.reason


class QueueFull(PressRefused):
    """The service takes no more at the moment: nothing was started, and it may be asked again."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("say.queue_full", detail)


class PressUnclear(MJBotError):
    """No answer came to a submit, which is not idempotent: it must not be sent again by itself."""

    key = "say.unclear"


class UpstreamError(MJBotError):
    """The image service gave no usable answer."""

    key = "say.down"
    trouble: ClassVar[Trouble] = Trouble.DOWN

    def __init__(self, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class TaskNotFound(UpstreamError):
    """The service answered, and does not know the task."""

    key = "say.unknown_id"


class KeyRefused(UpstreamError):
    """401: the key is wrong, expired, or sent in the wrong header."""

    key = "say.key"
    trouble = Trouble.KEY


class QuotaOut(UpstreamError):
    """The account behind the key has no credit left."""

    key = "say.quota"
    trouble = Trouble.QUOTA


class NotAllowed(UpstreamError):
    """403: the account may not do this."""

    key = "say.forbidden"
    trouble = Trouble.FORBIDDEN


class WebPage(UpstreamError):
    """The address answers with a web page: most likely ``/mj`` is missing from it."""

    key = "say.web_page"
    trouble = Trouble.WEB_PAGE


class SlowDown(UpstreamError):
    """429. ``retry_after`` is in seconds, None when the service did not say."""

    key = "say.slow_down"
    trouble = Trouble.SLOW_DOWN


class Down(UpstreamError):
    """No connection, a server error, or an answer that makes no sense."""


def nothing_started(error: BaseException) -> bool:
    """True when a submit that failed so was not accepted; after anything else nobody knows."""
    return isinstance(error, PressRefused | UpstreamError)


class StartupError(Exception):
    """The process cannot start. The text tells the operator why, and what to do."""
