"""When to search for a submit whose response was lost. All times are unix seconds.

Each submit carries a random mark, by which the task that it created can be found.
"""

from __future__ import annotations

from typing import Final

LOOKS: Final = (5.0, 20.0, 60.0)
"""The seconds after a lost response at which to search for its task.

The searches are early, because services list only the latest 100 tasks.
"""
_UNREADABLE_PAUSE = 60.0
_GIVE_UP_AFTER = 900.0


def next_look(lost_at: float, looks: int) -> float | None:
    """Return the time of the next search after ``looks`` searches, or None if all were made."""
    return lost_at + LOOKS[looks] if looks < len(LOOKS) else None


def looks_missed(lost_at: float, now: float) -> int:
    """Return the number of searches to skip after a restart.

    If several searches were missed, only one is made afterwards.
    """
    return max(0, sum(lost_at + each <= now for each in LOOKS) - 1)


def look_again(lost_at: float, now: float) -> float | None:
    """Return when to retry a search that got no usable response, or None to give up."""
    return now + _UNREADABLE_PAUSE if now - lost_at < _GIVE_UP_AFTER else None
