"""The refresh cycle of a service that updates all tasks at once."""

from __future__ import annotations

import random
from bisect import bisect_left
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjbot.core.polling.refresh_cycle import RefreshCycle
from tests.core.polls import Job, poll, relayed, spread, steps


def refreshes(period: float, jitter: float = 0.0, seed: int = 1) -> list[float]:
    rng = random.Random(seed)
    return list(accumulate((period + rng.uniform(0, jitter) for _ in range(60)), initial=4.3))


def observe(cycle: RefreshCycle, changes: int, before: float, found: float) -> None:
    for _ in range(changes):
        cycle.observe(before, found)


@pytest.mark.parametrize(
    ("count", "period", "jitter", "polls", "staleness"),
    [
        (100, 15.0, 0.0, 0.3, 1.5),
        (100, 15.0, 0.5, 0.3, 1.5),
        (100, 15.0, 1.0, 0.3, 1.8),  # a relay that pauses for 15 s after its work
        (150, 10.0, 0.0, 0.4, 1.5),
        (100, 30.0, 0.0, 0.2, 2.5),
        (1000, 15.0, 0.0, 0.8, 2.0),
    ],
)
def test_a_relay_is_read_just_after_each_refresh(
    count: int, period: float, jitter: float, polls: float, staleness: float
) -> None:
    at = refreshes(period, jitter)
    jobs = relayed(spread(count, within=240.0), lambda change: at[bisect_left(at, change)])
    polled = poll(jobs, 240.0)
    since = at[3] - 0.1
    assert polled.staleness(since) <= staleness
    assert sum(each >= since for each in polled.requests) <= polls * (240.0 - since)
    assert max(b - a for a, b in zip(polled.requests, polled.requests[1:], strict=False)) <= period / 2 + 1


@settings(max_examples=12)
@given(st.integers(1, 60), st.integers(0, 2**32), st.sampled_from([6.6, 10.0, 15.0]))
def test_without_a_cycle_changes_are_found_within_two_seconds(count: int, seed: int, step: float) -> None:
    rng = random.Random(seed)
    jobs = [
        Job(at, steps(at, step * rng.uniform(0.7, 1.3))) for at in (rng.uniform(0, 60) for _ in range(count))
    ]
    polled = poll(jobs, 120.0)
    assert polled.staleness() <= 2.0


def test_a_cycle_that_ends_is_discarded() -> None:
    at = refreshes(15.0)
    before = relayed(spread(100, within=100.0), lambda change: at[bisect_left(at, change)])
    after = [Job(150 + each.start, [150 + change for change in each.changes]) for each in spread(30)]
    polled = poll([*before, *after], 230.0)
    assert polled.staleness(180.0) <= 1.1


@pytest.mark.parametrize(("count", "pause"), [(10, 21.0), (100, 4.0), (100, 7.0), (100, 21.0)])
def test_a_cycle_is_learnt_again_by_the_same_tasks_after_one_irregular_pause(
    count: int, pause: float
) -> None:
    at = [*(4.3 + 15 * number for number in range(8)), *(109.3 + pause + 15 * number for number in range(60))]
    polled = poll([Job(each / 9, at[1:]) for each in range(count)], 400.0)
    since = 109.3 + pause + 4 * 15
    assert polled.staleness(since) <= 1.5
    assert sum(each >= since for each in polled.requests) <= 0.3 * (400.0 - since)


@pytest.mark.parametrize(("count", "period", "others"), [(8, 45.0, 1), (8, 20.0, 1), (20, 60.0, 2)])
def test_a_task_that_changes_between_refreshes_is_read_as_without_a_cycle(
    count: int, period: float, others: int
) -> None:
    at = refreshes(period)
    jobs = [Job(each / 9, at[1:12]) for each in range(count)]
    free = [Job(each / 3, steps(each / 3, 9.0, 60)) for each in range(others)]
    polled = poll([*jobs, *free], 500.0)
    late = [found - change for change, found in polled.found if change > 200.0 and change not in at]
    assert sorted(late)[int(0.9 * len(late))] <= period / 8


def test_changes_at_other_times_end_the_cycle() -> None:
    cycle = RefreshCycle()
    for at in (10.0, 25.0, 40.0):
        observe(cycle, 4, at - 1, at)
    assert cycle.next_read(42.0) == pytest.approx(39.5 + 7.5)
    assert not cycle.observe(41.0, 47.0)
    assert cycle.next_read(48.0) == pytest.approx(39.5 + 15.0 - 0.5)
    observe(cycle, 2, 41.0, 48.0)
    assert cycle.next_read(49.0) == 49.0


@pytest.mark.parametrize(
    "found",
    [
        (10.0, 25.0, 33.0),  # not steady
        (10.0, 13.0, 16.0),  # too short to gain from
        (10.0, 90.0, 170.0),  # too long to believe
    ],
)
def test_what_is_not_steady_or_not_worthwhile_is_no_cycle(found: tuple[float, ...]) -> None:
    cycle = RefreshCycle()
    for at in found:
        observe(cycle, 5, at - 1, at)
    assert cycle.period is None


def test_few_changes_are_no_cycle() -> None:
    cycle = RefreshCycle()
    for at in (10.0, 25.0, 40.0, 55.0):
        observe(cycle, 2, at - 1, at)
    assert cycle.period is None


@pytest.mark.parametrize(
    ("period", "longest", "most"),
    [(15, 15.0, 7.5), (40, 15.0, 14.0), (60, 15.0, 15.0), (60, 40.0, 30.0), (20, 4.0, 4.0)],
)
def test_between_refreshes_no_rest_is_longer_than_the_longest_interval(
    period: int, longest: float, most: float
) -> None:
    """Tasks that changed together by chance do not delay the changes of a new one."""
    cycle = RefreshCycle(longest)
    for at in range(100, 100 + 3 * period, period):
        observe(cycle, 5, at - 1.0, at)
    moments = [100.0 + 2 * period]
    while moments[-1] < 100 + 3 * period:
        moments.append(cycle.next_read(moments[-1] + 0.9))
    assert max(after - before for before, after in pairwise(moments)) <= most


@given(st.lists(st.tuples(st.floats(0.1, 30), st.floats(0.01, 20), st.integers(0, 8)), max_size=80))
def test_a_read_is_never_put_off_by_more_than_half_a_period(
    found: list[tuple[float, float, int]],
) -> None:
    cycle, now = RefreshCycle(), 0.0
    for pause, reading, changes in found:
        now += pause
        cycle.advance(now)
        observe(cycle, changes, now - reading, now)
        assert now <= cycle.next_read(now) <= now + (cycle.period or 0.0) / 2 + 1e-6
