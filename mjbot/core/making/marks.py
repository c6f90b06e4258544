"""Marks: the `state` of our submits, by which a submit is found again when its response was lost.

novicezk, plus and trueai return the `state` of a task; trueai takes 255 characters. The lists in which a
submit is looked up hold everyone's tasks, so only an exact mark is ever read.
"""

from __future__ import annotations

import re
from typing import Final, NewType

Mark = NewType("Mark", str)

RANDOM_BYTES: Final = 16
LOOKS: Final = (5.0, 20.0, 60.0)
"""The seconds after a lost response at which it is looked for: lists go back 100 tasks, so soon."""
_MARK = re.compile(r"mjbot:[0-9a-f]{32}")


def make_mark(random: bytes) -> Mark:
    """Return the mark of one submit, from 16 bytes that nobody can guess. Raises ValueError for others."""
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"a mark needs {RANDOM_BYTES} random bytes")
    return Mark(f"mjbot:{random.hex()}")


def parse_mark(state: object) -> Mark | None:
    """Return the mark in a `state` of the service, which can be any JSON value; None if it is not ours."""
    return Mark(state) if isinstance(state, str) and _MARK.fullmatch(state) else None


def next_look(lost_at: float, looks: int) -> float | None:
    """Return when to look next after a number of ``looks`` (unix seconds), or None when all were made.

    After a restart this can be in the past: then it is due at once.
    """
    return lost_at + LOOKS[looks] if looks < len(LOOKS) else None
