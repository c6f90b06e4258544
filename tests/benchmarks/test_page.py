"""What `make bench` does with its figures: medians, targets, kept results and the page."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import chart
from tests.benchmarks.__main__ import list_lines
from tests.benchmarks.figures import Figures, Start
from tests.benchmarks.medians import middle
from tests.benchmarks.page import page
from tests.benchmarks.reasons import REASONS, UNKNOWN, missed_lines
from tests.benchmarks.report import freshest, summary, target_lines
from tests.benchmarks.results import Result, Results, key_of
from tests.benchmarks.scenarios import SCENARIOS, Scenario, planned, runs_to_do
from tests.benchmarks.targets import LIMITS, SHARES, TIMES, WITH_TARGETS, spread, targets

GOOD = Figures(
    "mjbot", 1000, 200, requests=18, seconds=70.0, task_minutes=880, interval=3.0, ack=0.1, cpu=0.05,
    oracle=(0, 0.5, 1), staleness=(0.5, 1.0), final=(0.5, 1.0, 2.0), memory=80.0, changes=8,
    start=Start(1.0, 1, 1, 0),
)  # fmt: skip
BAD = replace(
    GOOD, requests=900, peak_reads=12, peak_polls=13, wasted=1, count_429=2, staleness=(1, 29.0),
    final=(1, 9.0, 10.0), ack=0.6, cpu=0.5, memory=500.0, start=Start(6.0, 11, 51, 1),
)  # fmt: skip
NAMES = {each.name: each for each in SCENARIOS}
PEERS = {
    name: [Figures(each.program, each.tasks, each.channels, requests=60_000, seconds=70.0, staleness=(9, 9))]
    for name, each in NAMES.items()
    if each.program != "mjbot"
} | {"A-1000": [Figures("A", 1000, 200, requests=54_000, seconds=70.0, staleness=(1, 1), final=(1, 1, 1))]}


def all_runs(of: Figures) -> dict[str, list[Figures]]:
    """Each scenario with these figures, and the peers."""
    ours = {name: [replace(of, tasks=each.tasks)] for name, each in NAMES.items() if each.program == "mjbot"}
    return ours | PEERS


def test_every_target_is_met_by_good_figures_and_missed_by_bad_ones() -> None:
    met, missed = (targets(all_runs(of)) for of in (GOOD, BAD))
    assert [each.wanted for each in met] == [each.wanted for each in missed]
    assert len(met) == len(LIMITS) + len(SHARES) + 1 + 5
    assert [each.wanted for each in met if not each.met] == []
    # The shares of 10 and 100 tasks: the peers read enough to hide what is bad; and memory is the same.
    assert [each.wanted for each in missed if each.met] == [
        "mjbot-10: all reads <= 1/6 of A-10's",
        "mjbot-100: all reads <= 1/40 of A-100's",
        "memory a task, from 100 to 10,000 of them, <= 20 KiB",
    ]
    assert target_lines(all_runs(BAD)).count("- **missed**: ") == len(missed) - 3


def test_each_missed_target_is_named_with_its_reason() -> None:
    wanted = [each.wanted for each in targets(all_runs(BAD))]
    assert [start for start in REASONS if not any(each.startswith(start) for each in wanted)] == []
    lines = missed_lines(all_runs(BAD)).splitlines()
    assert len(lines) == len(wanted) - 3
    assert all(line.endswith((UNKNOWN, *REASONS.values())) for line in lines)
    assert missed_lines(all_runs(GOOD)) == "None is missed."


def test_a_target_without_a_run_is_not_reported() -> None:
    assert targets({}) == []
    assert {each.wanted.partition(":")[0] for each in targets({"mjbot-10": [GOOD]})} == {
        "mjbot-10",
        "in every run",
    }


@pytest.mark.parametrize(
    ("values", "met", "told"),
    [
        ((1.0,), True, "1.00, 1 of 3 runs"),
        ((1.0, 9.0, 1.05), True, "1.05 (1.00 to 9.00)"),
        ((1.0, 1.2, 9.0), False, "1.20 (1.00 to 9.00)"),
        ((1.0, 9.0), False, "9.00 (1.00 to 9.00), 2 of 3 runs"),  # the larger of two
        ((1.0, 1.1, math.inf), True, "1.10 (1.00 to never)"),
        ((math.inf, 1.0, math.inf), False, "never (1.00 to never)"),
    ],
)
def test_a_target_is_compared_with_the_median(values: tuple[float, ...], met: bool, told: str) -> None:
    runs = {"mjbot-10": [replace(GOOD, staleness=(0.0, each)) for each in values]}
    found = next(each for each in targets(runs) if each.wanted == "mjbot-10: staleness p95 <= 1.1 s")
    assert (found.measured, found.met) == (told, met)


@pytest.mark.parametrize(
    ("unmeasured", "missed"),
    [
        ({"changes": 0}, {"staleness p95 <= 3 s", "time to final p95 <= 2.5 s"}),
        ({"cpu": 0.0}, {"CPU <= 10 % of a core"}),
        ({"ack": 0.0}, {"first answer p99 <= 0.2 s"}),
        ({"ack": math.inf}, {"first answer p99 <= 0.2 s"}),
        ({"requests": 0}, {"all reads <= 1/180 of A-1000's"}),
    ],
)
def test_what_was_not_measured_meets_no_target(unmeasured: dict[str, float], missed: set[str]) -> None:
    bare: Any = unmeasured
    runs = {"mjbot-1000": [replace(GOOD, **bare)] * TIMES, "A-1000": PEERS["A-1000"]}
    assert {each.wanted.partition(": ")[2] for each in targets(runs) if not each.met} == missed


def test_without_a_start_on_open_watches_nothing_is_said_of_one() -> None:
    wanted = [each.wanted for each in targets({"mjbot-10": [replace(GOOD, start=None)]})]
    assert len(wanted) == len(targets({"mjbot-10": [GOOD]})) - 2
    assert not any("start" in each for each in wanted)


def test_one_run_with_a_429_or_a_wasted_edit_is_a_miss_whatever_the_others_had() -> None:
    runs = {"burst": [GOOD, replace(GOOD, count_429=20), GOOD], "queue": [replace(GOOD, wasted=1), GOOD]}
    missed = {each.wanted: each.measured for each in targets(runs) if not each.met}
    assert missed == {
        "in every run: no 429": "20 at burst",
        "in every run: no edit that shows nothing new": "1 at queue",
    }
    assert middle(runs["burst"]).count_429 == 20


def test_a_median_is_one_of_the_figures() -> None:
    runs = [replace(GOOD, requests=n, staleness=(n, 10 - n), start=Start(n, 1, 1, 0)) for n in (3, 1, 2)]
    found = middle(runs)
    assert (found.requests, found.staleness, found.start) == (2, (2, 8), Start(2, 1, 1, 0))
    assert middle(runs[:1]) == runs[0]
    assert spread([3.0], 1) == "3.0"


def test_scenarios_with_a_target_run_three_times_and_all_within_a_hundred_minutes() -> None:
    assert len(NAMES) == len(SCENARIOS)
    assert set(NAMES) >= WITH_TARGETS | {name for ours, theirs, _ in SHARES for name in (ours, theirs)}
    assert {each.name for each in SCENARIOS if each.times == TIMES} == WITH_TARGETS
    assert sum(planned(each) * each.times for each in SCENARIOS) <= 100 * 60
    once = dict.fromkeys(NAMES, 1)
    told = list_lines(SCENARIOS, once, once)
    assert told.endswith("0 of them to go")
    assert all(f"\n{name} " in f"\n{told}" for name in NAMES)


@pytest.mark.parametrize(
    ("times", "kept", "runs"),
    [
        ((3, 1), (0, 0), "abaa"),  # every scenario once, before any runs again
        ((3, 1), (1, 0), "baa"),
        ((3, 1), (2, 1), "a"),
        ((3, 1), (3, 1), ""),
        ((1, 1), (3, 0), "b"),
        ((2, 3), (0, 1), "aabb"),
    ],
)
def test_a_stopped_run_goes_on_with_the_runs_to_do(
    times: tuple[int, int], kept: tuple[int, int], runs: str
) -> None:
    scenarios = [Scenario(name, "spread", 1, 1) for name in "ab"]
    found = runs_to_do(scenarios, dict(zip("ab", times, strict=True)), dict(zip("ab", kept, strict=True)))
    assert "".join(each.name for each in found) == runs


def test_a_result_is_kept_until_what_it_depends_on_has_changed(tmp_path: Path) -> None:
    results = Results(tmp_path / "new")
    never = replace(BAD, final=(1.0, math.inf, math.inf))
    old, other = (Result(never, key, "abc1234", "2026-11-28", "2 cores") for key in ("one", "two"))
    results.add("burst", old)
    results.add("burst", old)
    results.add("mjbot-10", other)
    assert results.fresh("burst", "one") == results.of("burst") == [old, old]
    assert results.fresh("burst", "two") == []
    results.add("burst", other)
    assert results.of("burst") == [other]
    results.forget("burst")
    assert results.of("burst") == []
    assert results.of("mjbot-10") == [other]
    assert not list(tmp_path.rglob("*.part"))


def test_the_key_of_a_result_depends_on_the_scenario() -> None:
    one, other = NAMES["A-10"], NAMES["mjbot-10"]
    keys = {key_of(each) for each in (one, other, replace(one, channels=3), replace(other, latency=0.1))}
    assert len(keys) == 4
    assert key_of(one) == key_of(replace(one))


def test_the_page_begins_with_ours_beside_the_freshest_peer_and_names_the_commits(tmp_path: Path) -> None:
    runs = all_runs(replace(BAD, final=(1.0, math.inf, math.inf))) | {"steady": [GOOD, GOOD, BAD]}
    assert (freshest(runs, 1000) or [GOOD])[0].program == "A"
    assert freshest(runs, 10_000) is None
    rows = summary(runs).splitlines()
    assert len(rows) == 2 + 3 * 2 + 2
    assert rows[-2].startswith("| 10,000 | **mjbot** | 0.3 | 1.0 s (1.0 to 29.0 s) ")
    results = {
        name: [Result(each, "", "abc1234" if each.program == "mjbot" else "def5678", "2026-11-28", "2 cores")]
        for name, found in runs.items()
        for each in found[:1]
    }
    text = page(results)
    assert "commit abc1234 (2026-11-28: 17 runs), commit def5678 (2026-11-28: 12 runs)" in text
    assert text.index("## In short") < text.index("benchmarks.png") < text.index("## Targets")
    assert "1.0 / never / never" in text
    assert "**missed**" in text
    chart.draw(runs, tmp_path / "chart.png")
    assert (tmp_path / "chart.png").stat().st_size > 1_000
