"""Detects task fields with an unexpected format, counts them, and logs each kind of deviation once.

Such fields are parsed leniently. Operators learn that a server has changed before users notice it, and the
log does not fill up.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mjbot.core.model.task import KNOWN_STATUSES

log = logging.getLogger(__name__)

_MAX_KINDS = 50  # a hostile server could invent new ones without end
_PROGRESS = re.compile(r"(\d{1,3}(\.\d+)?%|[A-Za-z ]{0,30})")


def _is_text(value: Any) -> bool:
    return isinstance(value, str | None)


def _is_timestamp(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _is_list(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, dict) for each in value))


def _is_url(value: Any) -> bool:
    return value is None or (
        isinstance(value, str) and (not value or value.startswith(("http://", "https://")))
    )


_EXPECTED: dict[str, Callable[[Any], bool]] = {
    "id": lambda value: isinstance(value, str),
    "action": _is_text,
    "prompt": _is_text,
    "promptEn": _is_text,
    "failReason": _is_text,
    "progress": lambda value: value is None or (isinstance(value, str) and bool(_PROGRESS.fullmatch(value))),
    "imageUrl": _is_url,
    "submitTime": _is_timestamp,
    "startTime": _is_timestamp,
    "finishTime": _is_timestamp,
    "buttons": _is_list,
    "videoUrls": _is_list,
    "properties": lambda value: isinstance(value, dict | None),
}


def unexpected_fields(task: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of a task's unexpected fields. Values are left out, because some contain prompts."""
    for name, expected in _EXPECTED.items():
        if name in task and not expected(task[name]):
            yield f"{name} as {type(task[name]).__name__}"
    status = task.get("status", "")
    if not isinstance(status, str | None):
        yield f"status as {type(status).__name__}"
    elif (status or "").strip().upper() not in KNOWN_STATUSES:
        yield "an unknown status"


class Drift:
    """Counts unexpected fields, and logs the first field of each kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def note(self, task: Mapping[str, Any]) -> None:
        """Check the fields of one raw task."""
        for field in unexpected_fields(task):
            if field not in self.counts:
                if len(self.counts) >= _MAX_KINDS:
                    continue
                log.warning("the image service sends %s; it is parsed leniently", field)
            self.counts[field] += 1
