"""What was promised, and whether a set of runs keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.benchmarks.figures import Figures

Runs = Mapping[tuple[str, int, int], Figures]
"""By program, tasks and channels."""


@dataclass(frozen=True)
class Target:
    """One line: what is wanted, what was measured, and whether that is enough."""

    wanted: str
    measured: str
    met: bool


def targets(runs: Runs) -> list[Target]:
    """All targets that these runs can tell of."""
    ours = [run for (program, _, _), run in runs.items() if program == "mjbot"]
    found = [
        Target(
            "no 429 at any point", str(sum(run.count_429 for run in ours)), not any(r.count_429 for r in ours)
        ),
        Target(
            "no edit that shows nothing new",
            str(sum(r.wasted for r in ours)),
            not any(r.wasted for r in ours),
        ),
        _most("requests in any one second <= 10", max((r.peak_reads for r in ours), default=0), 10),
        *_never_more(sorted((r for r in ours if r.channels > 1), key=lambda run: run.tasks)),
    ]
    for (program, tasks, channels), run in runs.items():
        if program != "mjbot":
            continue
        at = f"{tasks} tasks in {channels} channels"
        best = 1.25 * (run.oracle + run.interval) + 0.5
        found.append(
            _most(f"{at}: time to final, p95 <= 1.25 x (best + interval) + 0.5 s", run.final[1], best)
        )
        if channels == 1:
            continue
        found.append(_most(f"{at}: first answer, p99 < 0.2 s", run.ack, 0.2))
        for peer, share in (("A", 250), ("B", 50)):
            if (theirs := runs.get((peer, tasks, channels))) and tasks >= 1000:
                measured = theirs.polls / run.polls
                found.append(
                    Target(f"{at}: polls <= 1/{share} of {peer}'s", f"1/{measured:.0f}", measured >= share)
                )
    if big := runs.get(("mjbot", 1000, 200)):
        found.append(_most("CPU at 1,000 tasks <= 12 % of a core", big.cpu * 100, 12))
    return found


def _never_more(runs: Sequence[Figures]) -> list[Target]:
    costs = [run.polls_a_minute for run in runs]
    words = " > ".join(f"{each:.3f}" for each in costs)
    falling = all(after <= before for before, after in pairwise(costs))
    return [Target("polls per task-minute never rise with the number of tasks", words, falling)]


def _most(wanted: str, measured: float, limit: float) -> Target:
    return Target(
        wanted, "never" if math.isinf(measured) else f"{measured:.2f} (limit {limit:.2f})", measured <= limit
    )
