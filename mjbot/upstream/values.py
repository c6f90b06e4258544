"""Lenient parsers for single JSON values. Each accepts any value and returns a value of one type.

Types differ between servers and versions: ids may be numbers, times may be 0 or seconds, progress may be null
or "Waiting to start", and buttons may be a JSON string.
"""

from __future__ import annotations

import json
import re
from typing import Any

from mjbot.core.model.addresses import address_of

_MILLISECONDS_FROM = 100_000_000_000  # smaller numbers are seconds, larger ones milliseconds
# The longest texts, in characters: more than any card or modal can show.
WORD, TEXT, _URL = 200, 12_000, 4_000
_LARGEST_INTEGER = 10**40
_SHARE = re.compile(r"0?\.[0-9]{1,20}")
_MAX_BUTTONS, _MAX_URLS = 100, 20
_MAX_JSON = 256 * 1024  # characters of a list that is sent as a string
_MAX_TIMESTAMP = 253_402_300_799  # the end of year 9999: Discord shows nothing later


def has_value(value: Any) -> bool:
    """Return whether a value is present. Servers send null, 0, "" or an empty list for a missing one."""
    if isinstance(value, str):
        return parse_text(value).strip().lower() not in ("", "0", "null", "none", "[]", "{}")
    return bool(value)


def parse_text(value: Any, limit: int = WORD) -> str:
    """Return a string cut at ``limit`` characters, an integer as digits, or "" for anything else."""
    if isinstance(value, str):
        text = value[:limit]
        # Servers that cut by UTF-16 units send lone surrogates, which can be neither stored nor sent.
        return text if text.isascii() else text.encode("utf-8", "replace").decode()
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_INTEGER
    return str(value) if fits else ""


def parse_whole(value: Any) -> str:
    """Return a text that must not be cut, such as a URL or a customId, or "" if it is too long."""
    return "" if isinstance(value, str) and len(value) > _URL else parse_text(value, _URL)


def parse_progress(value: Any) -> str:
    """Return progress as text. A number from 0 to 100 is a percentage, and 0.5 becomes "50%"."""
    if isinstance(value, str | float) and _SHARE.fullmatch(str(value).strip()):
        return f"{float(value):.0%}"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.0f}%" if number and 0 <= value <= 100 else parse_text(value)


def parse_timestamp(value: Any) -> int | None:
    """Return unix seconds from seconds or milliseconds, or None for 0, null and invalid values."""
    try:
        number = int(float(value)) if not isinstance(value, bool) else 0
    except (TypeError, ValueError, OverflowError):
        return None
    seconds = number if number < _MILLISECONDS_FROM else number // 1000
    return seconds if 0 < seconds <= _MAX_TIMESTAMP else None


def parse_ahead(properties: dict[str, Any]) -> int | None:
    """Return how many tasks are ahead in the queue, or None if the properties of a task do not say it."""
    number = parse_text(properties.get("numberOfQueues")).strip()
    return int(number) if number.isdecimal() and len(number) < 7 and int(number) > 0 else None


def parse_objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a list or in a JSON-encoded list, or [] for anything else."""
    value = _parse_list(value)
    return [each for each in value if isinstance(each, dict)][:_MAX_BUTTONS]


def parse_address(value: Any) -> str:
    """Return a URL or a path on the image service, or "" for anything else."""
    return address_of(parse_whole(value))


def parse_urls(value: Any) -> list[str]:
    """Return the URLs in ``[{url}]``, ``[url]``, a JSON string of either, or a single URL."""
    listed = (_parse_list(value) or [value])[:_MAX_URLS]
    links = [each.get("url") if isinstance(each, dict) else each for each in listed]
    return [each for each in map(parse_address, links) if each]


def _parse_list(value: Any) -> list[Any]:
    """Return a list, or parse a JSON-encoded list, or return [] for anything else."""
    value = _parse_json(value)
    return value if isinstance(value, list) else []


def _parse_json(value: Any) -> Any:
    """Parse a JSON list or object, or return None if it is invalid or too long.

    Return anything but a string unchanged.
    """
    if not isinstance(value, str):
        return value
    # Most strings are URLs and texts, for which json.loads would raise an exception each time.
    if len(value) > _MAX_JSON or not value.lstrip().startswith(("[", "{")):
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def parse_object(value: Any) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def parse_reason(value: Any) -> str:
    """Return the reason for a failure, from a text, an error object or JSON. "null" becomes ""."""
    is_text = isinstance(value, str) and not value.startswith("{")
    fields = {} if is_text else parse_object(_parse_json(value))
    fields = parse_object(fields.get("error")) or fields
    texts = (parse_text(fields.get(name), TEXT) for name in ("message", "description", "msg"))
    reason = next(filter(None, texts), "") or parse_text(value, TEXT)
    return "" if reason.strip().lower() in ("null", "none") else reason


def parse_style(value: Any) -> int:
    """Return a Discord button style, or 2 (secondary) for anything else."""
    number = parse_text(value)
    return int(number) if number in ("0", "1", "2", "3", "4", "5") else 2


def parse_flag(value: Any) -> bool:
    """Return whether a value is true, 1, "true" or "1"."""
    return value is True or parse_text(value).strip().lower() in ("true", "1")
