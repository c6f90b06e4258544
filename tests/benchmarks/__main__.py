"""`make bench`: play everything, print the table and the targets, and write docs/benchmarks.md.

    python -m tests.benchmarks [--only NAME…] [--page]

``--only`` plays some and prints them; ``--page`` makes the page anew from the last whole run.
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


async def scenario(scenarios: Sequence[Scenario], kept: Path) -> dict[str, Figures]:
    """Play these, one after another, and keep what each gave at once."""
    runs: dict[str, Figures] = {}
    for each in scenarios:
        print(f"{each.name}: {each.tasks} tasks in {each.channels} channels ...", flush=True)  # noqa: T201
        runs[each.name] = await run(each)
        results.write(kept, runs)
        print(report.table([runs[each.name]]), flush=True)  # noqa: T201
        print(runs[each.name], flush=True)  # noqa: T201
    return runs


def write_page(runs: dict[str, Figures]) -> None:
    """The page and its picture."""
    (_DOCS / "benchmarks.md").write_text(report.page(runs), encoding="utf-8")
    chart.draw([*runs.values()], _DOCS / "benchmarks.png")


def main() -> None:
    names = [each.name for each in SCENARIOS]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--page", action="store_true", help="write the page of the last whole run")
    chosen = parser.parse_args()
    # The servers make few cycles and keep all they saw, so to look for garbage is to look through it all.
    gc.set_threshold(50_000, 50, 50)
    if chosen.page:
        runs = results.read(_WHOLE)
    elif chosen.only:
        runs = asyncio.run(scenario([each for each in SCENARIOS if each.name in chosen.only], _SOME))
    else:
        runs = asyncio.run(scenario(SCENARIOS, _WHOLE))
    if not chosen.only:
        write_page(runs)
    print(report.table([*runs.values()]), report.target_lines(runs), sep="\n\n")  # noqa: T201


if __name__ == "__main__":
    main()
