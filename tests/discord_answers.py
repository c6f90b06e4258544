"""Answers of Discord, and of what stands before it, that a test can script; and predicates on a request.

The Discord stub and the SimCord tests use the same answers, so that a test reads as a sentence:
``stub.refuse("PATCH", EDITS, EXPLICIT_CONTENT, match=has_file)``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

JSON_TYPE, HTML_TYPE = "application/json", "text/html; charset=UTF-8"
PAGE = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>"


@dataclass(frozen=True)
class Answer:
    """One answer: status, body, content type. ``applied``: the request takes effect all the same."""

    name: str
    status: int
    body: str
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    applied: bool = False


def api_error(name: str, status: int, code: int, message: str, **more: Any) -> Answer:
    """An error of Discord's API: JSON with its code."""
    return Answer(name, status, json.dumps({"message": message, "code": code, **more}))


def malformed(field_path: str, message: str = "Not a well formed URL.") -> Answer:
    """50035 with the nested errors object: ``embeds.0.image.url``."""
    errors: Any = {"_errors": [{"code": "URL_TYPE_INVALID_URL", "message": message}]}
    for part in reversed(field_path.split(".")):
        errors = {part: errors}
    return api_error(f"malformed {field_path}", 400, 50035, "Invalid Form Body", errors=errors)


def page(status: int) -> Answer:
    """An HTML page of Cloudflare in place of Discord's answer."""
    return Answer(f"page {status}", status, PAGE, HTML_TYPE, {"Server": "cloudflare", "CF-RAY": "0-XXX"})


def unreadable(body: str, content_type: str = JSON_TYPE) -> Answer:
    """200, with the request applied, and a body that discord.py cannot read."""
    return Answer(f"unreadable {body[:12]!r}", 200, body, content_type, applied=True)


EXPLICIT_CONTENT = api_error(
    "explicit content", 400, 20009, "Explicit content cannot be sent to the desired recipient(s)"
)
HARMFUL_LINK = api_error("harmful link", 400, 240000, "Message blocked by harmful links filter")
TOO_LARGE = api_error("too large", 413, 40005, "Request entity too large")
MISSING_ACCESS = api_error("missing access", 403, 50001, "Missing Access")
ANNOUNCEMENT_LIMIT = api_error("announcement limit", 403, 20022, "This message cannot be edited")
JSON_WITHOUT_CODE = Answer("JSON without a code", 403, '{"detail":"Forbidden"}')
BAD_JSON_502 = Answer("502 as bad JSON", 502, '{"message": ')
UNREADABLE = [
    unreadable('{"id": "1", "chan'),
    unreadable("{}"),
    unreadable("[]"),
    unreadable("null"),
    unreadable(""),
    unreadable(PAGE, HTML_TYPE),
]
PAGES = [page(status) for status in (400, 403, 404, 408, 429, 502, 503)]


def has_file(call: Any) -> bool:
    """A request that uploads a file."""
    return bool(call.files)


def mentions(text: str) -> Callable[[Any], bool]:
    """A request whose body holds a text, such as a host, anywhere."""
    return lambda call: text in json.dumps(call.body)
