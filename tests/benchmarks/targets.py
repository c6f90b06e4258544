"""The targets, and whether a set of runs meets them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_high

from tests.benchmarks.figures import Figures
from tests.benchmarks.medians import middle

TIMES = 3  # how often a scenario with a target runs

Runs = Mapping[str, Sequence[Figures]]
"""The runs of each scenario, by its name; see `scenarios`."""


@dataclass(frozen=True)
class Limit:
    """The most that the median of one figure of one scenario may be."""

    scenario: str
    what: str
    most: float
    of: Callable[[Figures], float]
    unit: str = "s"
    digits: int = 2


@dataclass(frozen=True)
class Target:
    """One target: the wanted limit, the measured value, and whether it is met."""

    wanted: str
    measured: str
    met: bool


# A figure that was not measured is infinite, so that it meets no target.
def _staleness(run: Figures) -> float:
    return run.staleness[1] if run.changes else math.inf


def _final(run: Figures) -> float:
    return run.final[1] if run.changes else math.inf


def _polls_a_second(run: Figures) -> float:
    return run.polls_a_second


def _peak_polls(run: Figures) -> float:
    return run.peak_polls


def _cpu(run: Figures) -> float:
    return run.cpu * 100 or math.inf


def _answer(run: Figures) -> float:
    return run.ack or math.inf


LIMITS = (
    Limit("mjbot-10", "staleness p95", 1.1, _staleness),
    Limit("mjbot-100", "staleness p95", 1.2, _staleness),
    Limit("mjbot-1000", "staleness p95", 3.0, _staleness),
    Limit("mjbot-10", "time to final p95", 1.1, _final),
    Limit("mjbot-100", "time to final p95", 1.2, _final),
    Limit("mjbot-1000", "time to final p95", 2.5, _final),
    Limit("mjbot-10", "polls in any 10 s", 12, _peak_polls, "", 0),
    Limit("mjbot-100", "polls in any 10 s", 12, _peak_polls, "", 0),
    Limit("gateway", "staleness p95, once the refresh period is known", 1.5, _staleness),
    Limit("gateway", "polls a second, once the refresh period is known", 0.3, _polls_a_second, ""),
    Limit("steady", "staleness p95", 23.0, _staleness, digits=1),
    Limit("steady", "polls a second", 7.0, _polls_a_second, ""),
    Limit("restart-1000", "time to final p95", 4.0, _final),
    Limit("mjbot-1000", "first answer p99", 0.2, _answer, digits=3),
    Limit("steady", "first answer p99", 0.5, _answer, digits=3),
    Limit("mjbot-1000", "CPU", 10.0, _cpu, "% of a core", 1),
    Limit("attach-1000", "CPU", 20.0, _cpu, "% of a core", 1),
)
SHARES = (("mjbot-10", "A-10", 6), ("mjbot-100", "A-100", 40), ("mjbot-1000", "A-1000", 180))
"""All reads of one scenario are at most this part of those of another. What A reads, its policy fixes."""
WITH_TARGETS = frozenset(each.scenario for each in LIMITS)
"""The scenarios with a target."""
_KIB_A_TASK, _READS, _READY = 20, 10, 5.0


def targets(runs: Runs) -> list[Target]:
    """All targets that these runs can be checked against."""
    parts = (_limits, _shares, _memory, _never)
    return [target for part in parts for target in part(runs)]


def spread(values: Sequence[float], digits: int, unit: str = "") -> str:
    """The median of values and, if there are several, the least and the most."""
    ordered = sorted(values)
    middle_one, low, high = (number(each, digits) for each in (median_high(ordered), ordered[0], ordered[-1]))
    return f"{middle_one}{unit}" + (f" ({low} to {high}{unit})" if len(ordered) > 1 else "")


def number(value: float, digits: int) -> str:
    """A figure in words; "never" for a change that was not shown."""
    return "never" if math.isinf(value) else f"{value:,.{digits}f}"


def _limits(runs: Runs) -> Iterator[Target]:
    for limit in LIMITS:
        if found := runs.get(limit.scenario):
            wanted = f"{limit.scenario}: {limit.what} <= {limit.most:g} {limit.unit}".rstrip()
            values = [limit.of(each) for each in found]
            words = spread(values, limit.digits) + _too_few(found)
            yield Target(wanted, words, median_high(values) <= limit.most)


def _too_few(found: Sequence[Figures]) -> str:
    """What to add to a median of fewer runs than planned, or ""."""
    return f", {len(found)} of {TIMES} runs" if len(found) < TIMES else ""


def _shares(runs: Runs) -> Iterator[Target]:
    for ours, theirs, share in SHARES:
        if ours in runs and theirs in runs:
            few, many = middle(runs[ours]).requests, middle(runs[theirs]).requests
            words = f"1/{many / max(1, few):.0f} ({few:,} against {many:,})" + _too_few(runs[ours])
            yield Target(f"{ours}: all reads <= 1/{share} of {theirs}'s", words, 0 < few * share <= many)


def _memory(runs: Runs) -> Iterator[Target]:
    if "mjbot-100" in runs and "steady" in runs:
        few, many = middle(runs["mjbot-100"]), middle(runs["steady"])
        each = (many.memory - few.memory) * 1024 / (many.tasks - few.tasks)
        wanted = f"memory a task, from 100 to 10,000 of them, <= {_KIB_A_TASK} KiB"
        yield Target(wanted, f"{each:.1f}", each <= _KIB_A_TASK)


def _never(runs: Runs) -> Iterator[Target]:
    """What holds in every run of every scenario, so that one run that breaks it is a miss."""
    ours = {name: found for name, found in runs.items() if found[0].program == "mjbot"}
    started = {name: found for name, found in ours.items() if found[0].start}
    for wanted, most, of, of_these in (
        ("no edit that shows nothing new", 0, _wasted, ours),
        ("no 429", 0, _count_429, ours),
        ("no edit of a card that had not changed, after a start", 0, _needless, started),
        (f"all reads in any one second <= {_READS}", _READS, _reads_in_a_second, ours),
        (f"ready for commands <= {_READY:g} s after a start on open watches", _READY, _ready, started),
    ):
        if worst := {name: max(map(of, found)) for name, found in of_these.items()}:
            broken = {name: value for name, value in worst.items() if value > most}
            words = ", ".join(f"{value:g} at {name}" for name, value in broken.items())
            yield Target(f"in every run: {wanted}", words or f"{max(worst.values()):.3g}", not broken)


def _wasted(run: Figures) -> float:
    return run.wasted


def _count_429(run: Figures) -> float:
    return run.count_429


def _needless(run: Figures) -> float:
    return run.start.needless if run.start else 0


def _reads_in_a_second(run: Figures) -> float:
    return max(run.peak_reads, run.start.peak_reads if run.start else 0)


def _ready(run: Figures) -> float:
    return run.start.ready if run.start else 0.0
