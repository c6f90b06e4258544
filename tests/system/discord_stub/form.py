"""The vocabulary of Discord's 400 / 50035 *Invalid Form Body*: problems, checks of plain fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

JSON = dict[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One refused value: where it is, Discord's code for the rule, and the sentence."""

    path: Path
    code: str
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}: {self.code} {self.message}"


def error_body(problems: Collection[Problem]) -> JSON:
    """Discord's nested error object, as discord.py flattens it into an exception's text."""
    errors: JSON = {}
    for problem in problems:
        node = errors
        for part in problem.path:
            node = node.setdefault(str(part), {})
        node.setdefault("_errors", []).append({"code": problem.code, "message": problem.message})
    return {"message": "Invalid Form Body", "code": 50035, "errors": errors}


def text(path: Path, value: Any, most: int, least: int = 0) -> Iterator[Problem]:
    if value is None and least:
        yield Problem(path, "BASE_TYPE_REQUIRED", "This field is required")
    elif not isinstance(value, str) and value is not None:
        yield Problem(path, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string.")
    elif value is not None and len(value.strip()) < least:
        yield Problem(path, "BASE_TYPE_REQUIRED", "This field is required")
    elif value is not None and len(value) > most:
        yield Problem(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def listing(path: Path, value: Any, most: int, least: int = 0) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    elif not least <= len(value) <= most:
        message = f"Must be between {least} and {most} in length."
        yield Problem(path, "BASE_TYPE_BAD_LENGTH", message)


def url(path: Path, value: Any, schemes: Collection[str], most: int = 2048) -> Iterator[Problem]:
    yield from text(path, value, most, 1)
    if not isinstance(value, str):
        return
    try:
        parts = urlsplit(value.strip())
        parts.port  # noqa: B018 - raises if it is no number, or too large
    except ValueError:
        yield Problem(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        return
    if parts.scheme not in schemes:
        message = f"Scheme {parts.scheme!r} is not supported. Scheme must be one of {schemes}."
        yield Problem(path, "URL_TYPE_INVALID_SCHEME", message)
    elif not parts.netloc or any(each.isspace() or each < " " for each in value):
        yield Problem(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
