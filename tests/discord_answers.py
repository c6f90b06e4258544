"""Answers of Discord, and of what stands before it, that a test can script; and predicates on a request.

The Discord stub (``stub.refuse``) and the SimCord tests (``harness.refuse``) take them in the same way, so
that a test reads as a sentence: ``stub.refuse("PATCH", EDITS, EXPLICIT_CONTENT, match=has_file)``.
Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

JSON_TYPE, HTML_TYPE = "application/json", "text/html; charset=UTF-8"
PAGE = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>"


@dataclass(frozen=True)
class Answer:
    """One answer: status, body, content type. ``applied``: the request takes effect all the same.

    ``delivery``: whether the answer arrives; "lost": the connection is cut instead of it; "never": the
    connection stays open, and silent.
    """

    name: str
    status: int
    body: str = ""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    applied: bool = False
    delivery: Literal["sent", "lost", "never"] = "sent"


def api_error(name: str, status: int, code: int, message: str, **more: Any) -> Answer:
    """An error of Discord's API: JSON with its code."""
    return Answer(name, status, json.dumps({"message": message, "code": code, **more}))


def malformed(field_path: str, message: str = "Not a well formed URL.") -> Answer:
    """50035 with the nested errors object: ``embeds.0.image.url``."""
    errors: Any = {"_errors": [{"code": "URL_TYPE_INVALID_URL", "message": message}]}
    for part in reversed(field_path.split(".")):
        errors = {part: errors}
    return api_error(f"malformed {field_path}", 400, 50035, "Invalid Form Body", errors=errors)


def page(status: int, *, retry_after: int | None = None) -> Answer:
    """An HTML page of Cloudflare in place of Discord's answer; ``retry_after`` in seconds, as a header."""
    headers = {"Server": "cloudflare", "CF-RAY": "0-XXX"}
    headers |= {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Answer(f"page {status}", status, PAGE, HTML_TYPE, headers)


def rate_limited(retry_after: float, scope: Literal["user", "global", "shared"] = "user") -> Answer:
    """429 by Discord itself. discord.py recognizes it by the header Via, sleeps and sends again."""
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": scope == "global"}
    headers = {"Via": "1.1 google", "Retry-After": str(retry_after), "X-RateLimit-Scope": scope}
    headers |= {"X-RateLimit-Global": "true"} if scope == "global" else {}
    return Answer(f"rate limit {scope}", 429, json.dumps(body), headers=headers)


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
BROKEN_COMPRESSION = [
    Answer(coding, 200, "not compressed", headers={"Content-Encoding": coding}, applied=True)
    for coding in ("gzip", "deflate")
]
LOST_RESPONSE = Answer("lost response", 200, applied=True, delivery="lost")
NO_CONNECTION = Answer("no connection", 200, delivery="lost")
NO_ANSWER = Answer("no answer", 200, applied=True, delivery="never")
PAGES = [page(status) for status in (400, 403, 404, 408, 429, 502, 503)]


# Paths of requests: `*` stands for one segment, `**` for any number.
BY_CHANNEL, BY_TOKEN, EDITS = "/channels/*/messages/*", "/webhooks/*/*/messages/*", "/**/messages/*"
FIRST_RESPONSE = "/interactions/*/*/callback"
LOGIN, GATEWAY = "/users/@me", "/gateway/bot"


@dataclass(frozen=True)
class Call:
    """One whole request. `path` is without `/api/v10`; `files` maps n to name and bytes."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    files: dict[int, tuple[str, bytes]]
    authorization: str = ""

    @property
    def form(self) -> dict[str, Any]:
        return self.body if isinstance(self.body, dict) else {}


Match = Callable[[Call], bool]


def has_file(call: Call) -> bool:
    """A request that uploads a file."""
    return bool(call.files)


def mentions(text: str) -> Match:
    """A request whose body holds a text, such as a host, anywhere: in an embed, a button, a reply."""
    return lambda call: text in json.dumps(call.body, ensure_ascii=False)


@dataclass
class Pattern:
    """Matches calls. In `path`, `*` stands for one segment, `**` for any number."""

    method: str
    path: str
    match: Match | None = None

    def __post_init__(self) -> None:
        words = {"**": ".*", "*": "[^/]+"}
        parts = re.split(r"(\*\*|\*)", self.path)
        self._regex = re.compile("".join(words.get(part, re.escape(part)) for part in parts))

    def fits(self, call: Call) -> bool:
        if self.method not in ("*", call.method) or not self._regex.fullmatch(call.path):
            return False
        return self.match is None or self.match(call)


@dataclass
class Refusal:
    """A scripted answer, `times` times (None: always); it counts how often it was given."""

    pattern: Pattern
    answer: Answer
    times: int | None = None
    given: int = 0

    def fits(self, call: Call) -> bool:
        return (self.times is None or self.given < self.times) and self.pattern.fits(call)


class Refusals(list[Refusal]):
    """The scripted answers of one Discord; the first that fits is given."""

    def take(self, call: Call) -> Refusal | None:
        """The answer to this call, counted as given."""
        found = next((each for each in self if each.fits(call)), None)
        if found is not None:
            found.given += 1
        return found
