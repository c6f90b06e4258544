"""The tables of a benchmark, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.figures import Figures
from tests.benchmarks.medians import middle
from tests.benchmarks.nominal import LIVE, nominal
from tests.benchmarks.targets import Runs, number, spread, targets

SIZES = {10: "mjbot-10", 100: "mjbot-100", 1_000: "mjbot-1000", LIVE: "steady"}
"""The scenario of ours that stands for each number of live tasks."""
_SHORT = (
    "live tasks", "", "reads a second", "staleness p95", "time to final p95", "wasted edits", "429s",
)  # fmt: skip
_FRESHNESS = (
    "scenario", "tasks", "channels", "runs", "staleness p50 / p95", "time to final p50 / p95 / longest",
    "best possible p50 / p95 / longest", "first answer p99", "edits a change", "wasted edits", "429s",
)  # fmt: skip
_COST = (
    "scenario", "reads", "of these first reads", "reads a task and minute", "polls a second",
    "most polls in 10 s", "most reads in 1 s", "poll interval", "webhooks", "CPU seconds", "CPU", "memory",
)  # fmt: skip
_STARTS = (
    "scenario",
    "ready for commands",
    "most reads in 1 s",
    "most edits in 1 s",
    "edits of unchanged cards",
)
_NOMINAL = (
    "policy",
    "reads a task and minute",
    "reads a second",
    "edits a second that it wants",
    "of Discord's 50",
)


def summary(runs: Runs) -> str:
    """Ours against the freshest peer, at each number of tasks."""
    rows = []
    for tasks, name in SIZES.items():
        rows += [_short(f"{tasks:,}", "**mjbot**", runs[name])] if name in runs else []
        peer = freshest(runs, tasks)
        rows += [_short("", f"{peer[0].program} (freshest of A to D)", peer)] if peer else []
    reads = nominal()[0].reads
    rows.append(("", "A, calculated", f"{reads:,.0f}", "-", "-", "-", "-"))
    return _grid(_SHORT, rows)


def freshest(runs: Runs, tasks: int) -> Sequence[Figures] | None:
    """The peer with the lowest staleness p95 at this number of tasks."""
    peers = [found for found in runs.values() if found[0].program != "mjbot" and found[0].tasks == tasks]
    return min(peers, key=lambda found: (middle(found).staleness[1], middle(found).final[1]), default=None)


def target_lines(runs: Runs) -> str:
    """One line a target."""
    return "\n".join(f"- {'met' if t.met else '**missed**'}: {t.wanted}: {t.measured}" for t in targets(runs))


def score(runs: Runs) -> str:
    """How many of the targets are met."""
    found = targets(runs)
    return f"{sum(each.met for each in found)} of {len(found)} met"


def freshness(runs: Runs) -> str:
    """How soon each scenario's messages show what is new, and with how many edits."""
    return _grid(_FRESHNESS, [_freshness(name, found) for name, found in runs.items()])


def cost(runs: Runs) -> str:
    """What each scenario takes of the image service and of the machine."""
    return _grid(_COST, [_cost(name, middle(found)) for name, found in runs.items()])


def starts(runs: Runs) -> str:
    """One row for each scenario that starts on open watches."""
    return _grid(_STARTS, [row for name, found in runs.items() for row in _start(name, middle(found))])


def policies() -> str:
    """The load of policies A to D at 10,000 tasks."""
    rows = [
        (
            f"{each.program} (nominal)",
            f"{each.reads_a_minute:g}",
            f"{each.reads:,.2f}",
            f"{each.edits:,.1f}",
            "exempt, for 15 minutes" if each.exempt else f"{each.edits / 50:.1f} times",
        )
        for each in nominal()
    ]
    return _grid(_NOMINAL, rows)


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (heads, ("---",) * len(heads), *rows))


def _short(tasks: str, program: str, found: Sequence[Figures]) -> tuple[str, ...]:
    run = middle(found)
    return (
        *(tasks, program, f"{run.reads_a_second:,.1f}"),
        spread([each.staleness[1] for each in found], 1, " s"),
        spread([each.final[1] for each in found], 1, " s"),
        *(f"{run.wasted:,}", f"{run.count_429:,}"),
    )


def _freshness(name: str, found: Sequence[Figures]) -> tuple[str, ...]:
    run = middle(found)
    return (
        name,
        f"{run.tasks:,}",
        f"{run.channels:,}",
        str(len(found)),
        _times(run.staleness),
        _times(run.final),
        _times(run.oracle),
        number(run.ack, 3) if run.ack else "-",
        f"{run.edits_a_change:.2f}",
        f"{run.wasted:,}",
        f"{run.count_429:,}",
    )


def _cost(name: str, run: Figures) -> tuple[str, ...]:
    return (
        name,
        f"{run.requests:,}",
        str(run.first_reads) if run.program == "mjbot" else "-",
        f"{run.requests_a_minute:.3f}",
        f"{run.polls_a_second:,.2f}",
        f"{run.peak_polls:,}",
        f"{run.peak_reads:,}",
        f"{run.interval:.1f}",
        f"{run.webhooks:,}" if run.webhooks else "-",
        f"{run.cpu_seconds:.1f}",
        f"{run.cpu:.0%}",
        f"{run.memory:.0f} MiB",
    )


def _start(name: str, run: Figures) -> list[tuple[str, ...]]:
    if (start := run.start) is None:
        return []
    counts = (start.peak_reads, start.peak_edits, start.needless)
    return [(name, f"{start.ready:.2f} s", *map(str, counts))]


def _times(values: Sequence[float]) -> str:
    return " / ".join(number(each, 1) for each in values)
