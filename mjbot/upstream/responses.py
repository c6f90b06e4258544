"""One HTTP answer of the image service, and which of our errors it is when it is not what was asked for."""

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
from mjbot.upstream.wire import mapping

NOT_FOUND = ("no_found", "not_found", "not found", "not_exist", "not exist", "不存在")
_QUOTA = ("额度", "quota", "余额", "insufficient", "credit")
SATURATED = 30
_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer, read whole."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_of(response: Response) -> Any:
    """The body as JSON; None when it is none, whatever the content type claims."""
    if not is_json(response):
        return None
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None


def is_json(response: Response) -> bool:
    """True when the body begins like JSON."""
    # The first character tells more than the content type, which proxies get wrong both ways.
    return response.body.lstrip()[:1] in (b"{", b"[", b"n")


def is_html(response: Response) -> bool:
    """True when the body begins like a page."""
    return response.body.lstrip()[:1] == b"<"


def error_message(data: Any) -> str:
    """What a server says of its error, for the log."""
    fields = mapping(data)
    inner = mapping(fields.get("error"))
    said = (
        inner.get("message"),
        fields.get("description"),
        fields.get("message"),
        fields.get("error"),
    )
    return without_secrets(next((each for each in said if isinstance(each, str) and each), ""))[:_DETAIL]


def says_not_found(response: Response, data: Any) -> bool:
    """True when the server answered, and does not know the task."""
    message = error_message(data).lower()
    if any(word in message for word in NOT_FOUND):
        return response.status in (200, 400, 404)
    return response.status == 404 and isinstance(data, dict)


def raise_for(response: Response, data: Any) -> NoReturn:
    """Raise the `UpstreamError` that this answer is."""
    status, message = response.status, error_message(data)
    spoken = message or response.body[:_DETAIL].decode("utf-8", "replace")
    if status in (401, 402, 403, 429) and any(word in spoken.lower() for word in _QUOTA):
        raise QuotaExceeded(message)
    if status == 429 or mapping(data).get("code") == SATURATED:
        raise UpstreamRateLimited(message, retry_after(response.headers))
    if status == 401:
        raise KeyRefused(message)
    if is_html(response):
        # A challenge page or a proxy's error page is a bad moment; a site's own page, a bad address.
        raise (UpstreamUnavailable if status >= 500 or status == 403 else UnexpectedHtml)(
            f"HTML, status {status}"
        )
    if status == 403:
        raise UpstreamForbidden(message)
    raise UpstreamUnavailable(f"status {status} {message}", retry_after(response.headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks us to wait, if it says so in a number."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
