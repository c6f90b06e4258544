"""A hundred tasks, as in `make bench`: counts that hold at any speed. Times and rates are targets there."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from pathlib import Path

import pytest

from mjbot.sandbox.server import RecordedRequest
from tests.benchmarks import results
from tests.benchmarks.figures import Figures, Start
from tests.benchmarks.oracle import best, times_to_final
from tests.benchmarks.plan import MEAN_LIFE, burst, spread, steady
from tests.benchmarks.reads import Read, Rounds, peak, reads_of, rounds_of, running_gaps
from tests.benchmarks.report import page
from tests.benchmarks.rig import run
from tests.benchmarks.scenarios import SCENARIOS, Scenario
from tests.benchmarks.targets import targets


async def test_a_hundred_tasks_cost_few_reads_no_needless_edit_and_no_429_and_all_end() -> None:
    scenarios = (
        Scenario("", "spread", 100, 20),
        Scenario("", "spread", 10, 2, webhooks=True),
        Scenario("", "burst", 30, 6),
    )
    found, hooked, resumed = await asyncio.gather(*map(run, scenarios))
    assert hooked.webhooks == 10 * 9
    assert found.webhooks == 0
    assert resumed.start is not None
    assert (resumed.start.needless, resumed.edits) == (0, 30)
    for other in (hooked, resumed):
        assert (other.wasted, other.count_429) == (0, 0)
        assert not math.isinf(other.final[2])
    assert not math.isinf(found.final[2])
    assert found.count_429 == 0
    assert found.wasted == 0
    assert found.first_reads <= 100
    # A twentieth of one poll per task every 5 s, which is what the most frugal other bots do.
    assert (found.requests - found.first_reads) * 20 <= 100 * 11


@pytest.mark.parametrize(
    ("ends", "waits"),
    [
        ([(1.0, 1)] * 5, [0.0] * 5),
        ([(1.0, 1)] * 11, [0.0] * 5 + [5.0] * 5 + [10.0]),
        ([(0.0, n) for n in range(101)], [0.0] * 50 + [1.0] * 50 + [2.0]),
        # A window is counted from its first edit.
        ([(0.0, 1)] + [(4.0, 1)] * 4 + [(5.0, 1)] * 5, [0.0] * 10),
        # Whoever waits for a full channel takes no room from others meanwhile.
        ([(0.0, 1)] * 9 + [(0.5, n) for n in range(2, 47)], [0.0] * 50 + [5.0] * 4),
        ([], []),
    ],
)  # fmt: skip
def test_the_best_possible_is_bounded_by_the_channel_and_by_the_whole(
    ends: list[tuple[float, int]], waits: list[float]
) -> None:
    assert sorted(times_to_final(ends)) == pytest.approx(waits)


def test_other_requests_take_room_from_the_best_possible() -> None:
    finals = [{"message": str(n), "channel": n, "at": 1.0} for n in range(50)]
    assert best({"finals": finals})["max"] == 0.0
    assert best({"finals": finals, "calls": [{"at": 0.9}]})["max"] == pytest.approx(0.9)


def test_reads_for_people_are_distinguished_from_polls() -> None:
    fetch, batch = "/mj/task/1/fetch", "/mj/task/list-by-condition"
    seen = [
        RecordedRequest(9.0, "GET", fetch, ("1",)),  # before second 0
        RecordedRequest(10.0, "GET", fetch, ("1",)),
        RecordedRequest(11.0, "POST", batch, ("2", "3")),  # people who share a read
        RecordedRequest(12.0, "POST", batch, ("1", "2")),
        RecordedRequest(13.0, "POST", batch, ("9",)),  # followed since an earlier process
        RecordedRequest(14.0, "GET", "/mj/image/1", ("1",)),
    ]
    found = reads_of(seen, 10.0, {"9"})
    assert [(each.at, each.first) for each in found] == [(0.0, True), (1.0, True), (2.0, False), (3.0, False)]


def test_a_peak_is_looked_for_in_any_second() -> None:
    assert peak([0.1, 0.9, 1.0, 1.05, 2.5]) == 4
    assert peak([]) == 0


def test_requests_of_a_round_are_measured_by_the_tasks_that_live_then() -> None:
    ids = [str(n) for n in range(150)]
    since = dict.fromkeys(ids, 0.0)
    polls = [
        Read(1.0, tuple(ids[:100]), first=False),
        Read(1.4, tuple(ids[100:]), first=False),
        Read(5.0, ("0",), first=False),
        Read(5.1, ("0",), first=False),
    ]
    found = rounds_of(polls, since, 4.0)
    assert (found.count, found.requests, found.worst, found.mean) == (2, 4, 2.0, 1.5)
    assert found.allowed == pytest.approx(3.6)


def test_the_interval_is_that_of_running_tasks() -> None:
    job = spread(1, 1, queue=60).jobs[0]
    assert job.changes[0] == pytest.approx(job.start + 66.6)
    reads = [Read(at, (job.task_id,), first=False) for at in (0.0, 10.0, job.changes[0] + 1, job.end - 1)]
    gaps = running_gaps(reads, {job.task_id: job})
    assert gaps == pytest.approx([job.end - job.changes[0] - 2])


def test_the_steady_state_is_steady() -> None:
    plan = steady(2_000, 400)
    for second in (0.0, 100.0, plan.last):
        alive = sum(job.start <= second < job.end for job in plan.jobs)
        assert alive == pytest.approx(2_000, rel=0.08)
    ends = sum(0 < job.end < plan.last for job in plan.jobs) / plan.last
    assert ends == pytest.approx(2_000 / MEAN_LIFE, rel=0.2)
    assert len({job.end for job in burst(50, 10).jobs}) == 1


GOOD = Figures(
    "mjbot", 1000, 200, requests=100, task_minutes=880, interval=3.0, ack=0.1, cpu=0.05, oracle=(0, 0.5, 1),
    staleness=(1, 3), final=(1, 3, 4), rounds=Rounds(10, 100, 120.0, 1.0, 1.0),
)  # fmt: skip
BAD = replace(
    GOOD, requests=300, peak_reads=12, wasted=1, count_429=2, staleness=(1, 9), final=(1, 9, 10), ack=0.6,
    cpu=0.5, rounds=Rounds(10, 200, 120.0, 2.0, 2.0), memory=500.0, start=Start(6.0, 11, 51, 1),
)  # fmt: skip
PEERS = {
    "A-1000": Figures("A", 1000, 200, requests=45_000, staleness=(1, 1), final=(1, 1, 1)),
    "B-1000": Figures("B", 1000, 200, requests=12_000),
}


def test_a_missed_target_is_reported() -> None:
    few = replace(GOOD, tasks=100, requests=1, memory=50.0)
    runs = {"mjbot-100": few, "mjbot-1000": BAD, "webhooks-100": BAD, "steady": replace(BAD, tasks=10_000)}
    told = targets(runs | PEERS)
    kept = {each.wanted for each in told if each.met}
    assert kept == {each.wanted for each in told if each.wanted.startswith("mjbot-100:")}
    assert len(told) - len(kept) == 21


def test_a_met_target_is_reported_and_one_without_a_run_is_not() -> None:
    assert all(each.met for each in targets({"mjbot-1000": GOOD} | PEERS))
    assert not any(
        "10,000" in each.wanted or "webhooks" in each.wanted for each in targets({"mjbot-1000": GOOD})
    )
    assert len({each.name for each in SCENARIOS}) == len(SCENARIOS)


def test_the_page_can_be_made_again_from_what_was_kept(tmp_path: Path) -> None:
    runs = {"steady": replace(BAD, label="mjbot, steady", final=(1.0, math.inf, math.inf))} | PEERS
    results.write(tmp_path / "some" / "runs.json", runs)
    assert results.read(tmp_path / "some" / "runs.json") == runs
    text = page(runs)
    assert "1.0 / never / never" in text
    assert "**missed**" in text
