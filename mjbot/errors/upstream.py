"""Errors of the image service: it sent no usable response."""

from __future__ import annotations

from typing import ClassVar

from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import UpstreamProblem
from mjbot.errors.base import MJBotError


class UpstreamError(MJBotError):
    """The image service sent no usable response.

    ``retry_after`` is in seconds, or None if it was not sent.
    """

    text = Text.REPLY_UPSTREAM_UNAVAILABLE
    resubmittable = True
    problem: ClassVar[UpstreamProblem] = UpstreamProblem.UNAVAILABLE

    def __init__(self, detail: str = "", retry_after: float | None = None, **values: object) -> None:
        super().__init__(detail, **values)
        self.retry_after = retry_after


class TaskNotFound(UpstreamError):
    """The image service does not know the task."""

    text = Text.REPLY_TASK_NOT_FOUND
    resubmittable = False


class KeyRefused(UpstreamError):
    """HTTP 401: the key is wrong, expired, or sent in the wrong header."""

    text = Text.REPLY_KEY_REFUSED
    problem = UpstreamProblem.KEY
    refuses_all = True


class QuotaExceeded(UpstreamError):
    """The account behind the key has no credit left."""

    text = Text.REPLY_QUOTA_EXCEEDED
    problem = UpstreamProblem.QUOTA
    refuses_all = True


class UpstreamForbidden(UpstreamError):
    """HTTP 403: the account is not permitted to make this request."""

    text = Text.REPLY_UPSTREAM_FORBIDDEN
    problem = UpstreamProblem.FORBIDDEN
    refuses_all = True


class UnexpectedHtml(UpstreamError):
    """The response is a web page. Most likely, ``/mj`` is missing from the configured URL of the service."""

    text = Text.REPLY_UNEXPECTED_HTML
    problem = UpstreamProblem.UNEXPECTED_HTML
    refuses_all = True


class RouteMissing(UpstreamError):
    """The route does not exist, or redirects.

    Most likely, the path in the configured service URL is wrong. If the response has not ``stated`` that the
    route is missing, a 404 may also concern only the task that the route names.
    """

    text = Text.REPLY_ROUTE_MISSING
    problem = UpstreamProblem.ROUTE_MISSING
    refuses_all = True

    def __init__(self, detail: str = "", *, stated: bool = False) -> None:
        super().__init__(detail)
        self.stated = stated


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
