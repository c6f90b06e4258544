"""HTTP responses of the image service, and their conversion to exceptions."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from mjbot.core.i18n.text import without_secrets
from mjbot.core.scheduling.rate_limiters import parse_retry_after
from mjbot.errors import (
    KeyRefused,
    QuotaExceeded,
    Redirected,
    RouteMissing,
    UnexpectedHtml,
    UpstreamForbidden,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from mjbot.upstream.meanings import NO_CREDIT, NO_ROUTE, NO_SUCH_TASK, NOT_FOUND, Code, says
from mjbot.upstream.network import status_words
from mjbot.upstream.values import parse_object, parse_text

_MAX_DETAIL = 200
_LONGEST_WAIT = 300.0
_MAX_MESSAGE = 2_000
_CODE = re.compile(r"-?[0-9]{1,4}")
_MAX_DIGITS = 40  # of an integer; longer ones are read as 0


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, with its whole body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class ResponseTooLarge(UpstreamUnavailable):
    """Raised if a response is too large, or nested too deeply, to be read."""


class ReadTimeout(UpstreamUnavailable):
    """Raised if a read was not answered in time."""


def json_of(response: Response) -> Any:
    """Parse the body as JSON, or return None if it is not JSON. Ignores the content type.

    Control characters, bad UTF-8 and huge integers are tolerated, so that one bad value does not spoil a
    whole batch. Raises `ResponseTooLarge` if the body is nested too deeply.
    """
    if not is_json(response):
        return None
    try:
        return _LENIENT.decode(_text_of(response).decode("utf-8", "replace"))
    except ValueError:
        return None
    except RecursionError:
        raise ResponseTooLarge("its answer is nested too deep") from None


def _parse_integer(digits: str) -> int:
    return int(digits) if len(digits) <= _MAX_DIGITS else 0


# Control characters are allowed in strings, and integers are limited: Python refuses more than 4,300 digits.
_LENIENT = json.JSONDecoder(strict=False, parse_int=_parse_integer)


def is_json(response: Response) -> bool:
    """Return whether the body starts like JSON."""
    # The first character is more reliable than the content type, which proxies get wrong both ways.
    return _text_of(response)[:1] in (b"{", b"[", b"n")


def _text_of(response: Response) -> bytes:
    return response.body.removeprefix(codecs.BOM_UTF8).lstrip()


def is_html(response: Response) -> bool:
    """Return whether the body starts like an HTML page."""
    return response.body.lstrip()[:1] == b"<"


def error_message(data: Any) -> str:
    """Return the server's error message, shortened and without secrets, for the log."""
    fields = parse_object(data)
    inner = parse_object(fields.get("error"))
    candidates = (
        inner.get("message"),
        *(fields.get(name) for name in ("description", "message", "msg", "detail", "error")),
        *(each for each in (inner.get("code"), fields.get("code")) if not parse_text(each).isdecimal()),
    )
    message = next((each for each in candidates if isinstance(each, str) and each), "")
    return without_secrets(message[:_MAX_MESSAGE])[:_MAX_DETAIL]


def plain_text(response: Response) -> str:
    """Return the beginning of a plain-text body, or "" for a web page."""
    return "" if is_html(response) else response.body[:_MAX_DETAIL].decode("utf-8", "replace")


def code_of(data: Any) -> int | None:
    """Return the ``code`` of the envelope, which may be a number or a string of digits, or None."""
    code = parse_text(parse_object(data).get("code"))
    return int(code) if _CODE.fullmatch(code) else None


def status_of(response: Response, data: Any) -> int:
    """Return the HTTP status, or the status in the body: some gateways send 200 with ``{code: 401, msg}``."""
    code = code_of(data)
    stated = response.status == 200 and code is not None and 400 <= code < 600
    return code if stated and code is not None else response.status


def says_not_found(response: Response, data: Any) -> bool:
    """Return whether the response says that the task does not exist.

    A 404 alone is not enough. A missing route also returns 404, and every task would be considered lost.
    """
    if response.status not in (200, 400, 404):
        return False
    message = error_message(data)
    if says(message or plain_text(response), NO_SUCH_TASK):
        return True
    bad_argument = code_of(data) == Code.BAD_ARGUMENT
    return bad_argument and (not message or says(message, NOT_FOUND))


def raise_for(response: Response, data: Any) -> NoReturn:
    """Raise the `UpstreamError` that matches this response."""
    status, message = status_of(response, data), error_message(data)
    text = message or response.body[:_MAX_DETAIL].decode("utf-8", "replace")
    if status in (401, 402, 403, 429) and says(text, NO_CREDIT):
        raise QuotaExceeded(message)
    if status == 429 or code_of(data) == Code.SATURATED:
        raise UpstreamRateLimited(message, retry_after(response.headers))
    if status == 401:
        raise KeyRefused(message)
    if 300 <= status < 400:
        raise Redirected(f"it redirects elsewhere (status {status})")
    if is_html(response):
        # A challenge page or a proxy's error page is temporary; a site's own page means a wrong address.
        raise (UpstreamUnavailable if status >= 500 or status == 403 else UnexpectedHtml)(
            f"it answers with a web page (status {status})"
        )
    if status == 403:
        raise UpstreamForbidden(message)
    if status in (404, 405):
        raise RouteMissing(_described(status, message), stated=status == 405 or says(text, NO_ROUTE))
    raise UpstreamUnavailable(_described(status, message), retry_after(response.headers))


def _described(status: int, message: str) -> str:
    what = f"its answer cannot be read (status {status})" if status < 300 else status_words(status)
    return f'{what}: "{message}"' if message else what


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds in the Retry-After header, at most five minutes, or None if there is no number.

    The value is capped because the limit may apply to only one account of the service. After five minutes,
    one request tests whether the limit has ended.
    """
    seconds = parse_retry_after(headers.get("Retry-After"))
    return None if seconds is None else min(seconds, _LONGEST_WAIT)
