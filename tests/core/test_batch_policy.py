"""What batch reads may ask for, by what became of the last ones."""

from __future__ import annotations

import pytest

from mjbot.core.model.task import TaskId
from mjbot.core.polling.batch_policy import BatchPolicy

IDS = [TaskId(f"task-{n}") for n in range(100)]


@pytest.mark.parametrize(("answered", "size"), [(50, 50), (99, 99), (10, 10), (1, 4), (0, 4)])
def test_after_a_list_that_was_cut_no_more_is_asked_for_than_it_answered(answered: int, size: int) -> None:
    policy = BatchPolicy(100)
    policy.cut(answered, 1_000.0)
    policy.answered(0.1)
    assert [policy.size(now) for now in (1_000.0, 1_599.0, 1_600.0)] == [size, size, 100]


@pytest.mark.parametrize(
    ("timeouts", "timeout", "size"), [(0, 10, 100), (1, 10, 50), (2, 30, 25), (3, 30, 12), (9, 30, 1)]
)
def test_after_timeouts_reads_may_take_longer_and_ask_for_less(
    timeouts: int, timeout: float, size: int
) -> None:
    policy = BatchPolicy(100)
    for _ in range(timeouts):
        policy.timed_out(0.0)
    assert (policy.timeout, policy.size(0.0)) == (timeout, size)
    policy.answered(12.0)
    assert (policy.timeout, policy.size(0.0)) == (timeout, size), "a slow answer changes nothing"
    for _ in range(7):
        policy.answered(0.2)
    assert (policy.timeout, policy.size(0.0)) == (10, 100)


def test_a_missing_task_is_confirmed_again_before_it_can_be_lost() -> None:
    policy = BatchPolicy(100)
    policy.confirm_missing(IDS[:1], 1_000.0)
    assert [policy.is_missing(IDS[0], now) for now in (1_000.0, 1_019.0, 1_020.0)] == [True, True, False]
    policy.confirm_missing(IDS[:1], 1_030.0)
    policy.found(IDS[:1])
    assert not policy.is_missing(IDS[0], 1_030.0)


def test_a_batch_that_failed_twice_is_preceded_by_a_probe_of_another_task_each_time() -> None:
    policy = BatchPolicy(100)
    probes = []
    for _ in range(5):
        probes.append(policy.probe_of(IDS[:3]))
        policy.failed(IDS[:3])
    assert probes == [None, None, IDS[2], IDS[0], IDS[1]]
    policy.found(IDS[:3])
    assert policy.probe_of(IDS[:3]) is None


@pytest.mark.parametrize(("count", "size", "alone"), [(1, 100, 1), (8, 100, 8), (9, 4, 0), (100, 50, 0)])
def test_a_few_tasks_that_fail_together_are_left_out_and_many_make_batches_smaller(
    count: int, size: int, alone: int
) -> None:
    policy = BatchPolicy(100)
    policy.both_halves_failed(IDS[:count], 0.0)
    assert policy.size(0.0) == size
    assert sum(policy.is_alone(each, 0.0) for each in IDS) == alone
    assert not any(policy.is_alone(each, 600.0) for each in IDS)


def test_batches_are_given_up_if_too_many_tasks_have_to_be_left_out() -> None:
    policy = BatchPolicy(100)
    for start in (0, 6, 12):
        policy.both_halves_failed(IDS[start : start + 6], 0.0)
    assert policy.size(0.0) == 1
