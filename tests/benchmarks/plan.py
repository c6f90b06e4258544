"""What is played: so many tasks of nine states 6.6 s apart, that arrive at random within 20 s.

The rhythm is the one that was measured on Midjourney (a job changes every 6 to 8 s).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

STEP = 6.6  # seconds between two states
PERCENTS = (0, 1, 15, 31, 46, 62, 78, 93, 100)
LIFE = STEP * (len(PERCENTS) - 1)
ARRIVALS = 20.0  # seconds in which all tasks begin, at uniformly random moments
SEED = 20_261_124
_FIRST = 1_730_700_000_000_000


@dataclass(frozen=True, slots=True)
class Job:
    """One task: its channel by number, and the second at which it begins."""

    task_id: str
    channel: int
    start: float

    @property
    def changes(self) -> list[float]:
        """The seconds at which each state after the first begins; the last one is the end."""
        return [self.start + STEP * n for n in range(1, len(PERCENTS))]


STEPS = [
    (0.0, "SUBMITTED", "0%"),
    *((STEP * n, "IN_PROGRESS", f"{p}%") for n, p in enumerate(PERCENTS[1:-1], 1)),
    (LIFE, "SUCCESS", "100%"),
]


def jobs(count: int, channels: int) -> list[Job]:
    """So many tasks, evenly over so many channels; the same ones each time."""
    dice = random.Random(SEED)
    return [Job(str(_FIRST + n), n % channels, dice.uniform(0, ARRIVALS)) for n in range(count)]
