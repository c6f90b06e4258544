"""`make bench`: run all scenarios, print the tables and the targets, and write docs/benchmarks.md.

    python -m tests.benchmarks [--only NAME…] [--runs N] [--fresh] [--list | --page]

Every result is kept as its run ends, and a stopped run goes on from there; see `results`.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from collections.abc import Mapping, Sequence

from tests.benchmarks import chart, report
from tests.benchmarks.page import page
from tests.benchmarks.results import ROOT, Result, Results, key_of, result_of
from tests.benchmarks.rig import run
from tests.benchmarks.scenarios import SCENARIOS, Scenario, planned, runs_to_do
from tests.benchmarks.targets import Runs

_DOCS = ROOT / "docs"
_KEPT = Results(ROOT / "build" / "benchmarks")


def list_lines(scenarios: Sequence[Scenario], times: Mapping[str, int], kept: Mapping[str, int]) -> str:
    """What each scenario takes, what is kept of it, and the sum."""
    minutes = {each.name: planned(each) / 60 for each in scenarios}
    lines = [
        f"{each.name:14} {minutes[each.name]:5.1f} min x {times[each.name]}, {kept[each.name]} kept"
        for each in scenarios
    ]
    whole = sum(minutes[name] * times[name] for name in times)
    left = sum(minutes[name] * max(0, times[name] - kept[name]) for name in times)
    return "\n".join((*lines, f"{sum(times.values())} runs, {whole:.0f} minutes, {left:.0f} of them to go"))


async def run_all(runs: Sequence[Scenario], keys: Mapping[str, str]) -> None:
    """Run scenarios one after another, and keep each result."""
    for number, each in enumerate(runs, 1):
        print(f"{number} of {len(runs)}: {each.name}, about {planned(each) / 60:.1f} minutes", flush=True)
        found = await run(each)
        if key_of(each) != keys[each.name]:
            raise SystemExit("The sources have changed while this ran. Run it again.")
        _KEPT.add(each.name, result_of(found, keys[each.name]))
        print(found, flush=True)


def write_page(results: Mapping[str, Sequence[Result]]) -> None:
    """Write the page and its chart."""
    if missing := [each.name for each in SCENARIOS if not results.get(each.name)]:
        raise SystemExit(f"No page without results of {', '.join(missing)}.")
    (_DOCS / "benchmarks.md").write_text(page(results), encoding="utf-8")
    chart.draw(figures(results), _DOCS / "benchmarks.png")


def figures(results: Mapping[str, Sequence[Result]]) -> Runs:
    """The figures of the scenarios that have results."""
    return {name: [each.figures for each in found] for name, found in results.items() if found}


def main() -> None:
    names = [each.name for each in SCENARIOS]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument(
        "--runs", type=int, metavar="N", help="run each scenario so often (3 with a target, else 1)"
    )
    parser.add_argument("--fresh", action="store_true", help="take no kept result")
    parser.add_argument("--list", action="store_true", help="show the scenarios, their minutes and kept runs")
    parser.add_argument("--page", action="store_true", help="write the page from what is kept")
    chosen = parser.parse_args()
    scenarios = [each for each in SCENARIOS if each.name in (chosen.only or names)]
    if chosen.page:
        results = {each.name: _KEPT.of(each.name) for each in scenarios}
    else:
        times = {each.name: chosen.runs or each.times for each in scenarios}
        keys = {each.name: key_of(each) for each in scenarios}
        kept = {name: 0 if chosen.fresh else len(_KEPT.fresh(name, key)) for name, key in keys.items()}
        print(list_lines(scenarios, times, kept), flush=True)
        if chosen.list:
            return
        for each in scenarios if chosen.fresh else ():
            _KEPT.forget(each.name)
        # The servers keep what they record and make few cycles: a full collection is slow and frees little.
        gc.set_threshold(50_000, 50, 50)
        asyncio.run(run_all(runs_to_do(scenarios, times, kept), keys))
        results = {name: _KEPT.fresh(name, key) for name, key in keys.items()}
    runs = figures(results)
    print(report.freshness(runs), report.cost(runs), report.target_lines(runs), sep="\n\n")
    if not chosen.only:
        write_page(results)


if __name__ == "__main__":
    main()
