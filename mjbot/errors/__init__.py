"""The exception hierarchy. Library errors are translated at the boundary where they occur.

MJBotError                  shown to the user: a text and the values of its placeholders
├── InvalidTaskId
├── UnknownLink             no task of the link was shown in this guild or DM
├── GuildNotAllowed         the guild may not use this bot
├── MakingClosed            users cannot make pictures in this guild or DM
├── PressNotAllowed         the press policy excludes this user
├── TaskNotSeenHere         the task was not shown in this guild or DM
├── BotMissingPermission    the bot lacks a permission in this channel
├── RateLimited             a user or a guild has exceeded a rate limit
├── TooManyCards            a guild has reached its limit on live cards
├── ShuttingDown            the process is shutting down
├── PressRefused            a press was refused: nothing was started
├── PressUnclear            a submit got no response, and may have started a task
├── ResultNotShown          a submit was accepted, but its card cannot be shown
├── StoreFailed             the database cannot be used at the moment
├── InternalError           an unexpected error, with details in the log
│   └── ResponseLost        Discord did not accept the response to an interaction
└── UpstreamError           the image service sent no usable response
    ├── TaskNotFound        the image service does not know the task
    ├── KeyRefused          HTTP 401
    ├── QuotaExceeded       the account has no credit left
    ├── UpstreamForbidden   HTTP 403
    ├── UnexpectedHtml      HTML instead of JSON: most likely a wrong URL
    ├── RouteMissing        HTTP 404 for a route: most likely a wrong URL
    │   └── Redirected      a redirect, which is never followed
    ├── SeedUnavailable     the service cannot return the seed of a picture
    ├── CancelRefused       the service refused to cancel a task
    ├── UpstreamRateLimited HTTP 429. `retry_after` is in seconds, or None
    └── UpstreamUnavailable anything else: no connection, 5xx, not JSON
StartupError                the process cannot start. The message is for the operator
"""

from __future__ import annotations

from typing import ClassVar

from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import UpstreamProblem


class MJBotError(Exception):
    """An error that is shown to the user as ``text``, formatted with ``values``. ``detail`` is for the log.

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
    """The input links to a message or job, but no task of it was shown in this guild or direct messages."""

    text = Text.REPLY_UNKNOWN_LINK


class GuildNotAllowed(MJBotError):
    """The guild may not use this bot, because it is not listed in ``MJBOT_ALLOWED_GUILDS``."""

    text = Text.REPLY_GUILD_NOT_ALLOWED


class MakingClosed(MJBotError):
    """Users cannot make pictures in this guild or in direct messages. The text says who can change that."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.text = text


class PressNotAllowed(MJBotError):
    """The press policy excludes this user. ``who`` mentions the permitted users or role.

    ``link`` leads to a message on which the user may press.
    """

    def __init__(self, text: Text, *, who: str = "", link: str = "") -> None:
        super().__init__(who=who, link=link)
        self.text = text


class TaskNotSeenHere(MJBotError):
    """The task ``id`` cannot be used in this guild or direct messages, because no message there shows it."""

    text = Text.REPLY_NOT_SEEN_HERE


class BotMissingPermission(MJBotError):
    """The bot lacks a permission in this channel. The text, or the value ``why``, names the permission."""

    def __init__(self, text: Text, **values: object) -> None:
        super().__init__("", **values)
        self.text = text


class RateLimited(MJBotError):
    """A user or a guild has exceeded a rate limit. ``t`` is the time of the next permitted attempt."""

    text = Text.REPLY_RATE_LIMITED


class TooManyCards(MJBotError):
    """A guild has reached its limit on live cards. ``n`` is the current number of live cards."""

    text = Text.REPLY_TOO_MANY_CARDS


class ShuttingDown(MJBotError):
    """The process is shutting down. It finishes requests in flight and starts nothing new."""

    text = Text.REPLY_SHUTTING_DOWN


class PressRefused(MJBotError):
    """A press was refused, and nothing was started."""

    def __init__(self, text: Text, detail: str = "", **values: object) -> None:
        super().__init__(detail, **values)
        self.text = text


class PressUnclear(MJBotError):
    """A submit got no usable response. Submits are not idempotent, so only the user may decide to retry."""

    text = Text.REPLY_UNCLEAR

    def __init__(self, detail: str = "", *, label: str) -> None:
        super().__init__(detail, label=label)


class ResultNotShown(MJBotError):
    """A submit of ``label`` created the task ``id``, but its card cannot be shown."""

    text = Text.REPLY_STARTED_NOT_SHOWN


class StoreFailed(MJBotError):
    """The database cannot be read or written at the moment, for example because the disk is full."""

    text = Text.REPLY_STORE_FAILED


class InternalError(MJBotError):
    """An unexpected error. ``ref`` identifies it in the log; the error boundary sets it."""

    def __init__(self, detail: str = "", *, ref: str = "") -> None:
        super().__init__(detail, ref=ref)


class ResponseLost(InternalError):
    """Discord did not accept the public response to an interaction."""


class UpstreamError(MJBotError):
    """The image service sent no usable response.

    ``retry_after`` is in seconds, or None if it was not sent.
    """

    text = Text.REPLY_UPSTREAM_UNAVAILABLE
    problem: ClassVar[UpstreamProblem] = UpstreamProblem.UNAVAILABLE

    def __init__(self, detail: str = "", retry_after: float | None = None, **values: object) -> None:
        super().__init__(detail, **values)
        self.retry_after = retry_after


class TaskNotFound(UpstreamError):
    """The image service does not know the task."""

    text = Text.REPLY_TASK_NOT_FOUND


class KeyRefused(UpstreamError):
    """HTTP 401: the key is wrong, expired, or sent in the wrong header."""

    text = Text.REPLY_KEY_REFUSED
    problem = UpstreamProblem.KEY


class QuotaExceeded(UpstreamError):
    """The account behind the key has no credit left."""

    text = Text.REPLY_QUOTA_EXCEEDED
    problem = UpstreamProblem.QUOTA


class UpstreamForbidden(UpstreamError):
    """HTTP 403: the account is not permitted to make this request."""

    text = Text.REPLY_UPSTREAM_FORBIDDEN
    problem = UpstreamProblem.FORBIDDEN


class UnexpectedHtml(UpstreamError):
    """The response is a web page. Most likely, ``/mj`` is missing from the configured URL of the service."""

    text = Text.REPLY_UNEXPECTED_HTML
    problem = UpstreamProblem.UNEXPECTED_HTML


class RouteMissing(UpstreamError):
    """The route does not exist, or redirects.

    Most likely, the path in the configured service URL is wrong.
    """

    text = Text.REPLY_ROUTE_MISSING
    problem = UpstreamProblem.ROUTE_MISSING


class Redirected(RouteMissing):
    """The service redirects to another URL, to which the API key must not be sent."""


class SeedUnavailable(UpstreamError):
    """The image service responded that the service cannot return the seed of a picture."""

    text = Text.REPLY_NO_SEED


class CancelRefused(UpstreamError):
    """The image service refused to cancel a task, so the task goes on."""

    text = Text.REPLY_CANCEL_REFUSED


class UpstreamRateLimited(UpstreamError):
    """HTTP 429: the image service has received too many requests."""

    text = Text.REPLY_UPSTREAM_RATE_LIMITED
    problem = UpstreamProblem.RATE_LIMITED


class UpstreamUnavailable(UpstreamError):
    """No connection, a server error, or a response that cannot be parsed."""


class StartupError(Exception):
    """The process cannot start. The message is for the operator. ``lasting``: a restart will not fix it."""

    def __init__(self, message: str, *, lasting: bool = True) -> None:
        super().__init__(message)
        self.lasting = lasting
