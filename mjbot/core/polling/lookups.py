"""When a submit whose response was lost is looked for by its mark. All times are unix seconds."""

from __future__ import annotations

from typing import Final

LOOKS: Final = (5.0, 20.0, 60.0)
"""The seconds after a lost response at which it is looked for: lists go back 100 tasks, so soon."""
_UNREADABLE_PAUSE = 60.0
_GIVE_UP_AFTER = 900.0


def next_look(lost_at: float, looks: int) -> float | None:
    """Return when to look next after a number of ``looks``, or None when all were made."""
    return lost_at + LOOKS[looks] if looks < len(LOOKS) else None


def looks_missed(lost_at: float, now: float) -> int:
    """Return how many looks nobody makes up for after a restart: of those that are past, one is due now."""
    return max(0, sum(lost_at + each <= now for each in LOOKS) - 1)


def look_again(lost_at: float, now: float) -> float | None:
    """Return when to repeat a look whose answer could not be read, or None to give up."""
    return now + _UNREADABLE_PAUSE if now - lost_at < _GIVE_UP_AFTER else None
