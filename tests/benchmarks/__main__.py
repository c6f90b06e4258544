"""`make bench`: run all scenarios, print the table and the targets, and write docs/benchmarks.md.

    python -m tests.benchmarks [--only NAME…] [--page]

``--only`` runs and prints some of them; ``--page`` writes the page again from the last complete run.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import chart, report, results
from tests.benchmarks.figures import Figures
from tests.benchmarks.rig import run
from tests.benchmarks.scenarios import SCENARIOS, Scenario

_ROOT = Path(__file__).parent.parent.parent
_DOCS = _ROOT / "docs"
_WHOLE, _SOME = (_ROOT / "build" / "benchmarks" / name for name in ("whole.json", "some.json"))


async def run_all(scenarios: Sequence[Scenario], results_path: Path) -> dict[str, Figures]:
    """Run scenarios one after another, and save the figures after each."""
    runs: dict[str, Figures] = {}
    for each in scenarios:
        print(f"{each.name}: {each.tasks} tasks in {each.channels} channels ...", flush=True)  # noqa: T201
        runs[each.name] = await run(each)
        results.write(results_path, runs)
        print(report.table([runs[each.name]]), flush=True)  # noqa: T201
        print(runs[each.name], flush=True)  # noqa: T201
    return runs


def write_page(runs: dict[str, Figures]) -> None:
    """Write the page and its chart."""
    (_DOCS / "benchmarks.md").write_text(report.page(runs), encoding="utf-8")
    chart.draw([*runs.values()], _DOCS / "benchmarks.png")


def main() -> None:
    names = [each.name for each in SCENARIOS]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--page", action="store_true", help="write the page of the last complete run")
    chosen = parser.parse_args()
    # The servers keep all that they record and make few cycles: a full collection is slow and frees little.
    gc.set_threshold(50_000, 50, 50)
    if chosen.page:
        runs = results.read(_WHOLE)
    elif chosen.only:
        runs = asyncio.run(run_all([each for each in SCENARIOS if each.name in chosen.only], _SOME))
    else:
        runs = asyncio.run(run_all(SCENARIOS, _WHOLE))
    if not chosen.only:
        write_page(runs)
    print(report.table([*runs.values()]), report.target_lines(runs), sep="\n\n")  # noqa: T201


if __name__ == "__main__":
    main()
