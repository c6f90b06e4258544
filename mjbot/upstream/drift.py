"""Fields in a form that no known server sends: read as well as can be, counted, and logged once each.

So an operator learns that a server has changed before its users do, and no log fills with it.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mjbot.core.model.task import KNOWN_STATUSES

log = logging.getLogger(__name__)

_MOST = 50  # kinds of drift that are told apart; a hostile server could invent them without end
_PROGRESS = re.compile(r"(\d{1,3}(\.\d+)?%|[A-Za-z ]{0,30})")


def _is_text(value: Any) -> bool:
    return isinstance(value, str | None)


def _is_moment(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _is_list(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, dict) for each in value))


def _is_address(value: Any) -> bool:
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
    "imageUrl": _is_address,
    "submitTime": _is_moment,
    "startTime": _is_moment,
    "finishTime": _is_moment,
    "buttons": _is_list,
    "videoUrls": _is_list,
    "properties": lambda value: isinstance(value, dict | None),
}


def unexpected_fields(task: Mapping[str, Any]) -> Iterator[str]:
    """Name what is odd about a task as it was sent. Values are not named: some hold people's words."""
    for name, expected in _EXPECTED.items():
        if name in task and not expected(task[name]):
            yield f"{name} as {type(task[name]).__name__}"
    status = task.get("status", "")
    if not isinstance(status, str | None):
        yield f"status as {type(status).__name__}"
    elif (status or "").strip().upper() not in KNOWN_STATUSES:
        yield "an unknown status"


class Drift:
    """Counts oddities, and logs the first of each kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def note(self, task: Mapping[str, Any]) -> None:
        """Look at one task as it was sent."""
        for field in unexpected_fields(task):
            if field not in self.counts:
                if len(self.counts) >= _MOST:
                    continue
                log.warning("this image service sends %s; it is read as well as can be", field)
            self.counts[field] += 1
