"""The load of policies A to D at 10,000 live tasks, by calculation; these runs are not executed."""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks.plan import MEAN_LIFE, PERCENTS

LIVE = 10_000
_CHANGES = len(PERCENTS) - 1
_ENDS = LIVE / MEAN_LIFE  # a second, in the steady state


@dataclass(frozen=True)
class Nominal:
    """One policy at 10,000 tasks: the reads and edits a second that it attempts, not those that succeed."""

    program: str
    reads_a_minute: float  # per task
    reads: float
    edits: float
    exempt: bool = False  # from the global rate limit


def nominal() -> list[Nominal]:
    """The four policies, in the steady state."""
    return [
        Nominal("A", 60.0, LIVE, LIVE, exempt=True),
        Nominal("B", 12.0, LIVE / 5, LIVE / 5),
        Nominal("C", 20.0, LIVE / 3, _ENDS),
        Nominal("D", 60 / 15 / LIVE, 1 / 15, _ENDS * _CHANGES),
    ]
