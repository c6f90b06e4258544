"""When a submit whose response was lost is looked for by its mark."""

from __future__ import annotations

from typing import Final

LOOKS: Final = (5.0, 20.0, 60.0)
"""The seconds after a lost response at which it is looked for: lists go back 100 tasks, so soon."""


def next_look(lost_at: float, looks: int) -> float | None:
    """Return when to look next after a number of ``looks`` (unix seconds), or None when all were made.

    After a restart this can be in the past: then it is due at once.
    """
    return lost_at + LOOKS[looks] if looks < len(LOOKS) else None
