"""The exception hierarchy. Library errors are translated at the boundary where they occur.

MJBotError                  shown to the user: a text and the values of its placeholders
├── InvalidTaskId
├── UnknownLink             no task behind a link was seen in this place
├── GuildNotAllowed         the guild may not use this bot
├── MakingClosed            no pictures can be made here
├── PressNotAllowed         a press policy excludes this user
├── TaskNotSeenHere         this place has not seen the task
├── BotMissingPermission    the bot lacks a permission in this channel
├── RateLimited             a user, or a whole guild, is over its rate limit
├── TooManyCards            a guild has reached its limit of live cards
├── ShuttingDown            the process is about to stop and starts nothing new
├── PressRefused            a press was refused: nothing was started
├── PressUnclear            a submit got no response: it may or may not have started
├── ResultNotShown          a submit was accepted, but its card cannot be shown
├── StoreFailed             the database cannot be used at the moment
├── InternalError           anything unexpected; the log has the details
│   └── ResponseLost        Discord did not accept the response to an interaction
└── UpstreamError           the upstream gave no usable response
    ├── TaskNotFound        the upstream has no such task
    ├── KeyRefused          401
    ├── QuotaExceeded       the account has no credit left
    ├── UpstreamForbidden   403
    ├── UnexpectedHtml      HTML instead of JSON: most likely a wrong address
    ├── RouteMissing        404 of the route: most likely a wrong address
    │   └── Redirected      a redirect, which is never followed
    ├── SeedUnavailable     it cannot tell the seed of a picture
    ├── CancelRefused       it does not cancel a task
    ├── UpstreamRateLimited 429; `retry_after` in seconds, if it was sent
    └── UpstreamUnavailable anything else: no connection, 5xx, not JSON
StartupError                the process cannot start; the message is for the operator
"""

from __future__ import annotations

from typing import ClassVar

from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import UpstreamProblem


class MJBotError(Exception):
    """An error to show to the user as ``text`` with ``values``. ``detail`` is for the log.

    ``detail`` may quote a prompt.
    """

    text: Text = Text.REPLY_INTERNAL_ERROR

    def __init__(self, detail: str = "", **values: object) -> None:
        super().__init__(detail or type(self).__name__)
        self.values = values


class InvalidTaskId(MJBotError):
    """The input is not a task id."""

    text = Text.REPLY_INVALID_TASK_ID


class UnknownLink(MJBotError):
    """The input is a link to a message or a job, and this place has seen no task behind the link."""

    text = Text.REPLY_UNKNOWN_LINK


class GuildNotAllowed(MJBotError):
    """The guild is not among ALLOWED_GUILDS."""

    text = Text.REPLY_GUILD_NOT_ALLOWED


class MakingClosed(MJBotError):
    """No pictures can be made in this place. The text tells who can change that."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.text = text


class PressNotAllowed(MJBotError):
    """A press policy excludes this user. ``who`` mentions the allowed users. ``link`` is an allowed place."""

    def __init__(self, text: Text, *, who: str = "", link: str = "") -> None:
        super().__init__(who=who, link=link)
        self.text = text


class TaskNotSeenHere(MJBotError):
    """The task ``id`` cannot be used in this place, because no message here shows it."""

    text = Text.REPLY_NOT_SEEN_HERE


class BotMissingPermission(MJBotError):
    """The bot lacks a permission in this channel. The text, or its value ``why``, names it."""

    def __init__(self, text: Text, **values: object) -> None:
        super().__init__("", **values)
        self.text = text


class RateLimited(MJBotError):
    """A user, or a whole guild, is over its rate limit. ``t`` is the time of the next allowed try."""

    text = Text.REPLY_RATE_LIMITED


class TooManyCards(MJBotError):
    """A guild has reached its limit of live cards. ``n`` is their current number."""

    text = Text.REPLY_TOO_MANY_CARDS


class ShuttingDown(MJBotError):
    """The process is about to stop. It finishes requests in flight and starts nothing new."""

    text = Text.REPLY_SHUTTING_DOWN


class PressRefused(MJBotError):
    """A press was refused, and nothing was started."""

    def __init__(self, text: Text, detail: str = "", **values: object) -> None:
        super().__init__(detail, **values)
        self.text = text


class PressUnclear(MJBotError):
    """A submit got no usable response. Submits are not idempotent, so only the user may repeat it."""

    text = Text.REPLY_UNCLEAR

    def __init__(self, detail: str = "", *, label: str) -> None:
        super().__init__(detail, label=label)


class ResultNotShown(MJBotError):
    """A submit of ``label`` created the task ``id``, but its card cannot be shown."""

    text = Text.REPLY_STARTED_NOT_SHOWN


class StoreFailed(MJBotError):
    """The database cannot be read or written at the moment: the disk is full, or its lock is held."""

    text = Text.REPLY_STORE_FAILED


class InternalError(MJBotError):
    """An unexpected error. ``ref`` identifies it in the log; the error boundary sets it."""

    def __init__(self, detail: str = "", *, ref: str = "") -> None:
        super().__init__(detail, ref=ref)


class ResponseLost(InternalError):
    """Discord did not accept the public response to an interaction."""


class UpstreamError(MJBotError):
    """The upstream gave no usable response. ``retry_after`` is in seconds, or None if it was not sent."""

    text = Text.REPLY_UPSTREAM_UNAVAILABLE
    problem: ClassVar[UpstreamProblem] = UpstreamProblem.UNAVAILABLE

    def __init__(self, detail: str = "", retry_after: float | None = None, **values: object) -> None:
        super().__init__(detail, **values)
        self.retry_after = retry_after


class TaskNotFound(UpstreamError):
    """The upstream has no such task."""

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
    """403: the account is not permitted to do this."""

    text = Text.REPLY_UPSTREAM_FORBIDDEN
    problem = UpstreamProblem.FORBIDDEN


class UnexpectedHtml(UpstreamError):
    """The upstream returned a web page. Most likely ``/mj`` is missing from its address."""

    text = Text.REPLY_UNEXPECTED_HTML
    problem = UpstreamProblem.UNEXPECTED_HTML


class RouteMissing(UpstreamError):
    """The route does not exist, or redirects. Most likely the path of the upstream's address is wrong."""

    text = Text.REPLY_ROUTE_MISSING
    problem = UpstreamProblem.ROUTE_MISSING


class Redirected(RouteMissing):
    """The address redirects to another one, to which the key must not be sent."""


class SeedUnavailable(UpstreamError):
    """The upstream answered, and cannot tell the seed of a picture."""

    text = Text.REPLY_NO_SEED


class CancelRefused(UpstreamError):
    """The upstream answered, and does not cancel a task, which goes on."""

    text = Text.REPLY_CANCEL_REFUSED


class UpstreamRateLimited(UpstreamError):
    """429: the upstream has received too many requests."""

    text = Text.REPLY_UPSTREAM_RATE_LIMITED
    problem = UpstreamProblem.RATE_LIMITED


class UpstreamUnavailable(UpstreamError):
    """No connection, a server error, or a response that cannot be parsed."""


class StartupError(Exception):
    """The process cannot start. The message is for the operator. ``lasting``: a restart will not help."""

    def __init__(self, message: str, *, lasting: bool = True) -> None:
        super().__init__(message)
        self.lasting = lasting
