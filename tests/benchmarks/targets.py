"""The targets, and whether a set of runs meets them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from tests.benchmarks.figures import Figures

Runs = Mapping[str, Figures]
"""By the name of the scenario; see `scenarios`."""

_POINTS = ("mjbot-10", "mjbot-100", "mjbot-1000", "steady")
_POLLED = (
    *("mjbot-10", "mjbot-100", "mjbot-1000", "channel-20", "channel-100", "restart-100", "restart-1000"),
    *("queue", "steady", "burst"),
)
_WITH_WEBHOOKS = ("webhooks-100", "webhooks-1000")
_SLACK, _MORE = 1.25, 0.5  # how much longer than the best possible, and seconds on top


@dataclass(frozen=True)
class Target:
    """One target: the wanted limit, the measured value, and whether it is met."""

    wanted: str
    measured: str
    met: bool


def targets(runs: Runs) -> list[Target]:
    """All targets that these runs can be checked against."""
    parts = (_requests, _correct, _finals, _answers, _cost, _compared_with_a, _starts)
    return [target for part in parts for target in part(runs)]


def _requests(runs: Runs) -> Iterator[Target]:
    ours = runs.get("mjbot-1000")
    for peer, share in (("A", 250), ("B", 50)):
        if ours and (theirs := runs.get(f"{peer}-1000")):
            measured = theirs.requests / max(1, ours.requests)
            words = f"1/{measured:.0f} ({ours.requests} against {theirs.requests})"
            yield Target(f"1,000 tasks: all reads <= 1/{share} of {peer}'s", words, measured >= share)
    for name, run in _those(runs, _POLLED):
        rounds = run.rounds
        words = f"{rounds.requests} in {rounds.count} rounds (limit {rounds.allowed:.1f})"
        wanted = f"{name}: requests of all rounds <= 1.2 x ceil(live / 100) summed over them"
        yield Target(wanted, words, rounds.requests <= rounds.allowed)
    costs = [run.requests_a_minute for _, run in _those(runs, _POINTS)]
    if len(costs) > 1:
        words = ", ".join(f"{each:.3f}" for each in costs)
        falling = all(after <= before for before, after in pairwise(costs))
        yield Target("all reads per task-minute never rise with the number of tasks", words, falling)
    for name, run in _those(runs, ("mjbot-100", "steady", "burst")):
        yield _most(f"{name}: all reads in any one second <= 10", run.peak_reads, 10, 0)
    if ours := runs.get("mjbot-100"):
        yield _most("mjbot-100: edits for each visible change <= 1.13", ours.edits_a_change, 1.13, 2)


def _correct(runs: Runs) -> Iterator[Target]:
    ours = {name: run for name, run in runs.items() if run.program == "mjbot"}
    for wanted, count in (
        ("no edit that shows nothing new, at any point", _wasted),
        ("no 429, at any point", _count_429),
    ):
        found = {name: count(run) for name, run in ours.items() if count(run)}
        words = ", ".join(f"{number} at {name}" for name, number in found.items()) or "0"
        yield Target(wanted, words, not found)


def _finals(runs: Runs) -> Iterator[Target]:
    for name, run in _those(runs, _POLLED):
        wanted = f"{name}: time to final, p95 <= 1.25 x (best possible + poll interval) + 0.5 s"
        yield _most(wanted, run.final[1], _SLACK * (run.oracle[1] + run.interval) + _MORE, 2)
    for name, run in _those(runs, _WITH_WEBHOOKS):
        wanted = f"{name}: time to final, p95 <= 1.25 x best possible + 0.5 s"
        yield _most(wanted, run.final[1], _SLACK * run.oracle[1] + _MORE, 2)


def _answers(runs: Runs) -> Iterator[Target]:
    for name, limit in (("mjbot-1000", 0.2), ("steady", 0.5)):
        if run := runs.get(name):
            yield _below(f"{name}: first answer, p99 < {limit} s", run.ack, limit, 3)


def _cost(runs: Runs) -> Iterator[Target]:
    few, many = runs.get("mjbot-100"), runs.get("steady")
    if few and many:
        each = (many.memory - few.memory) * 1024 / (many.tasks - few.tasks)
        yield _most("memory a task, from 100 to 10,000 of them, <= 20 KiB", each, 20, 1)
    if run := runs.get("mjbot-1000"):
        yield _most("CPU at 1,000 tasks <= 12 % of a core", run.cpu * 100, 12, 1)


def _compared_with_a(runs: Runs) -> Iterator[Target]:
    ours, theirs = runs.get("mjbot-1000"), runs.get("A-1000")
    if not (ours and theirs):
        return
    for what, measured, limit in (
        ("staleness", ours.staleness[1], theirs.staleness[1]),
        ("time to final", ours.final[1], theirs.final[1]),
    ):
        wanted = f"1,000 tasks: {what}, p95 <= A's + poll interval"
        yield _most(wanted, measured, limit + ours.interval, 2)


def _starts(runs: Runs) -> Iterator[Target]:
    for name in ("steady", "burst"):
        run = runs.get(name)
        if run is None or run.start is None:
            continue
        start = run.start
        yield _below(f"{name}: ready for commands in < 5 s", start.ready, 5, 2)
        yield _most(f"{name}: reads in any one second after the start <= 10", start.peak_reads, 10, 0)
        yield _most(f"{name}: edits in any one second after the start <= 50", start.peak_edits, 50, 0)
        yield _most(f"{name}: edits of cards that had not changed, after the start", start.needless, 0, 0)


def _wasted(run: Figures) -> int:
    return run.wasted


def _count_429(run: Figures) -> int:
    return run.count_429


def _those(runs: Runs, names: tuple[str, ...]) -> list[tuple[str, Figures]]:
    return [(name, runs[name]) for name in names if name in runs]


def _most(wanted: str, measured: float, limit: float, digits: int) -> Target:
    return _within(wanted, measured, limit, digits, measured <= limit)


def _below(wanted: str, measured: float, limit: float, digits: int) -> Target:
    return _within(wanted, measured, limit, digits, measured < limit)


def _within(wanted: str, measured: float, limit: float, digits: int, met: bool) -> Target:
    words = "never" if math.isinf(measured) else f"{measured:.{digits}f}"
    return Target(wanted, f"{words} (limit {limit:.{digits}f})", met)
