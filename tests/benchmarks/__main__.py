"""`make bench`: play every point, print the table and the targets, and write docs/benchmarks.md."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.benchmarks import chart, report
from tests.benchmarks.figures import Figures
from tests.benchmarks.rig import run_mjbot, run_model

DOCS = Path(__file__).parent.parent.parent / "docs"
POINTS = ((10, 2), (100, 20), (1000, 200))
CROWDED = ((20, 1), (100, 1))


async def main() -> None:
    plays = [("mjbot", *point) for point in (*POINTS, *CROWDED)]
    plays += [(model, *point) for point in POINTS[1:] for model in "ABCD"]
    runs: dict[tuple[str, int, int], Figures] = {}
    for program, tasks, channels in plays:
        print(f"{program}: {tasks} tasks in {channels} channels ...", flush=True)  # noqa: T201
        ours = program == "mjbot"
        run = await (run_mjbot(tasks, channels) if ours else run_model(program, tasks, channels))
        runs[program, tasks, channels] = run
        print(run, flush=True)  # noqa: T201
        (DOCS / "benchmarks.md").write_text(report.page(runs), encoding="utf-8")
        chart.draw([*runs.values()], DOCS / "benchmarks.png")
    print(report.table([*runs.values()]), report.target_lines(runs), sep="\n\n")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
