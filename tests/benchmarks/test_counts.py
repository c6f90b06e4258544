"""Scenarios of `make bench` in a quarter of the time: counts that hold at any speed.

Times are targets of `make bench`.
"""

from __future__ import annotations

import asyncio
import math

import pytest

from mjbot.sandbox.server import RecordedRequest
from tests.benchmarks.figures import delays
from tests.benchmarks.oracle import best, times_to_final
from tests.benchmarks.plan import LIFE, MEAN_LIFE, REFRESH_PERIOD, Job, burst, faster, gateway, spread, steady
from tests.benchmarks.reads import Read, peak, reads_of, running_gaps
from tests.benchmarks.rig import run
from tests.benchmarks.scenarios import Scenario


async def test_every_task_ends_on_its_card_without_a_needless_edit_or_a_429() -> None:
    scenarios = (
        Scenario("", "spread", 30, 6, pace=4.0),
        Scenario("", "spread", 10, 2, webhooks=True, pace=4.0),
        Scenario("", "burst", 30, 6, pace=4.0),
    )
    polled, hooked, resumed = await asyncio.gather(*map(run, scenarios))
    for each in (polled, hooked, resumed):
        assert (each.wasted, each.count_429) == (0, 0)
        assert not math.isinf(each.final[2])
    assert polled.first_reads <= 30
    assert polled.requests - polled.first_reads <= polled.took, "one poll a second reads everybody"
    assert (polled.webhooks, hooked.webhooks) == (0, 10 * 9)
    assert resumed.start is not None
    assert resumed.start.needless == 0
    assert resumed.edits <= 30


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
        RecordedRequest(15.0, "POST", batch, ("1",)),  # a poll of one task
    ]
    found = reads_of(seen, 10.0, {"9"})
    assert [each.at for each in found] == [0.0, 1.0, 2.0, 3.0, 5.0]
    assert [each.first for each in found] == [True, True, False, False, False]


def test_a_peak_is_looked_for_in_any_second() -> None:
    assert peak([0.1, 0.9, 1.0, 1.05, 2.5]) == 4
    assert peak([float(n) for n in range(100)], 10.0) == 10
    assert peak([]) == 0


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


def test_a_faster_plan_has_the_same_states_in_less_time() -> None:
    slow, fast = spread(20, 4, queue=60), faster(spread(20, 4, queue=60), 3.0)
    assert fast.measured == pytest.approx(slow.measured / 3)
    for one, other in zip(slow.jobs, fast.jobs, strict=True):
        assert other.changes == pytest.approx([each / 3 for each in one.changes])
        assert [each[1:] for each in other.steps] == [each[1:] for each in one.steps]
    assert {round(job.end, 6) for job in faster(burst(50, 10), 3.0).jobs} == {10.0}


def test_a_relay_shows_changes_on_its_beat_and_the_last_of_each() -> None:
    plan = gateway(100, 20)
    low, high = plan.window
    assert (low, high) == (4 * REFRESH_PERIOD, 240.0)
    assert all(0 <= job.start <= high and job.end - job.start <= LIFE + REFRESH_PERIOD for job in plan.jobs)
    assert all(at % REFRESH_PERIOD == 0 for job in plan.jobs for at in job.changes)
    assert all(after > 0 and after % REFRESH_PERIOD for job in plan.jobs for after, _, _ in job.steps[1:])
    job = Job("1", 0, 1.0, refresh_period=REFRESH_PERIOD)
    assert delays(job, None, 0.0) == dict.fromkeys((15.0, 30.0, 45.0, 60.0), math.inf)
