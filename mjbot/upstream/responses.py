"""HTTP responses of the image service, and their conversion to our errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from mjbot.core.i18n.text import without_secrets
from mjbot.errors import (
    KeyRefused,
    QuotaExceeded,
    UnexpectedHtml,
    UpstreamForbidden,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from mjbot.upstream.wire import parse_object

NOT_FOUND = ("no_found", "not_found", "not found", "not_exist", "not exist", "不存在")
_QUOTA = ("额度", "quota", "余额", "insufficient", "credit")
SATURATED = 30
_MAX_DETAIL = 200
_MAX_MESSAGE = 2_000


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, with its whole body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_of(response: Response) -> Any:
    """Parse the body as JSON; None if it is not JSON. The content type is ignored."""
    if not is_json(response):
        return None
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None


def is_json(response: Response) -> bool:
    """True if the body starts like JSON."""
    # The first character is more reliable than the content type, which proxies get wrong both ways.
    return response.body.lstrip()[:1] in (b"{", b"[", b"n")


def is_html(response: Response) -> bool:
    """True if the body starts like an HTML page."""
    return response.body.lstrip()[:1] == b"<"


def error_message(data: Any) -> str:
    """Return the server's error message, shortened and without secrets, for the log."""
    fields = parse_object(data)
    inner = parse_object(fields.get("error"))
    candidates = (
        inner.get("message"),
        fields.get("description"),
        fields.get("message"),
        fields.get("error"),
    )
    message = next((each for each in candidates if isinstance(each, str) and each), "")
    return without_secrets(message[:_MAX_MESSAGE])[:_MAX_DETAIL]


def says_not_found(response: Response, data: Any) -> bool:
    """True if the server responded that it does not know the task."""
    message = error_message(data).lower()
    if any(phrase in message for phrase in NOT_FOUND):
        return response.status in (200, 400, 404)
    return response.status == 404 and isinstance(data, dict)


def raise_for(response: Response, data: Any) -> NoReturn:
    """Raise the `UpstreamError` that matches this response."""
    status, message = response.status, error_message(data)
    text = message or response.body[:_MAX_DETAIL].decode("utf-8", "replace")
    if status in (401, 402, 403, 429) and any(phrase in text.lower() for phrase in _QUOTA):
        raise QuotaExceeded(message)
    if status == 429 or parse_object(data).get("code") == SATURATED:
        raise UpstreamRateLimited(message, retry_after(response.headers))
    if status == 401:
        raise KeyRefused(message)
    if is_html(response):
        # A challenge page or a proxy's error page is temporary; a site's own page means a wrong address.
        raise (UpstreamUnavailable if status >= 500 or status == 403 else UnexpectedHtml)(
            f"HTML, status {status}"
        )
    if status == 403:
        raise UpstreamForbidden(message)
    raise UpstreamUnavailable(f"status {status} {message}", retry_after(response.headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds in the Retry-After header; None if it is absent or not a number."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
