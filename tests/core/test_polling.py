"""When to read which task."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mjbot.core.polling import Pace, PollBook
from mjbot.core.task import Task, TaskId
from mjbot.core.view import Condition, TaskView

NOW = 1000.0


def view(number: int = 1, status: str = "IN_PROGRESS", changed: float | None = None) -> TaskView:
    task = Task(TaskId(f"task-{number}"), status=status)
    return TaskView(task.id, opened_at=NOW, task=task, seen_at=NOW, changed_at=changed)


def simulate(book: PollBook, step: float, seconds: float, start: float = NOW) -> tuple[int, float]:
    """Drive the book against one task that changes every ``step`` seconds: requests, last interval."""
    now, requests, current = start, 0, view(changed=start)
    book.follow(current, now)
    while (at := book.wake_at()) is not None and at < start + seconds:
        now = max(now, at)
        requests += len(book.due(now))
        changed = start + (now - start) // step * step
        if changed != current.changed_at and changed > (current.changed_at or 0):
            current = replace(current, changed_at=now)
        book.record([current], now)
    return requests, book.interval


@pytest.mark.parametrize(
    ("step", "low", "high"), [(6.6, 2.5, 4.5), (15.0, 6.0, 9.0), (1.0, 2.0, 2.0), (50, 14, 15)]
)
def test_the_interval_becomes_half_of_the_service_s_own_step(step: float, low: float, high: float) -> None:
    _, interval = simulate(PollBook(Pace()), step, 900)
    assert low <= interval <= high


def test_a_thousand_tasks_take_ten_requests_a_round_and_keep_together() -> None:
    book = PollBook(Pace())
    views = [view(n) for n in range(1000)]
    for n, each in enumerate(views):
        book.follow(each, NOW + (n % 40) / 10)
    now, rounds = NOW, []
    for _ in range(30):
        now = max(now, book.wake_at() or now)
        batches = book.due(now)
        if batches:
            rounds.append(len(batches))
            for batch in batches:
                book.record([views[int(each[5:])] for each in batch], now)
    assert rounds[5:] == [10] * len(rounds[5:])


def test_intervals_stretch_so_that_eight_reads_a_second_are_enough() -> None:
    book = PollBook(Pace())
    book.per_request = 1
    for n in range(300):
        book.follow(view(n), NOW)
    assert book.interval == 37.5


@pytest.mark.parametrize(
    ("shown", "seconds"),
    [
        (view(), 4),
        (view(status="SUBMITTED"), 8),
        (view(status="MODAL"), 15),
        (replace(view(), condition=Condition.QUIET), 15),
    ],
)
def test_waiting_tasks_are_read_less_often(shown: TaskView, seconds: float) -> None:
    book = PollBook(Pace())
    book.follow(shown, NOW)
    assert book.wake_at() == NOW + seconds


def test_an_outage_costs_one_request_at_a_time_and_backs_off() -> None:
    book = PollBook(Pace())
    for n in range(500):
        book.follow(view(n), NOW, soon=True)
    ids = [each for batch in book.due(NOW) for each in batch]
    book.failed(ids, NOW)
    now, moments = NOW, []
    for _ in range(8):
        now = book.wake_at() or now
        batches = book.due(now)
        assert len(batches) == 1
        assert book.due(now) == []
        moments.append(now - NOW)
        book.failed(batches[0], now)
    assert moments == [2, 6, 14, 30, 62, 122, 182, 242]
    book.succeeded()
    assert len(book.due(now)) == 5


def test_retry_after_is_a_minimum() -> None:
    book = PollBook(Pace())
    book.follow(view(), NOW, soon=True)
    book.failed(book.due(NOW)[0], NOW, retry_after=40)
    assert book.wake_at() == NOW + 40
    assert book.due(NOW + 39) == []


def test_a_task_in_flight_is_not_read_twice() -> None:
    book = PollBook(Pace())
    book.follow(view(), NOW, soon=True)
    assert book.due(NOW) == [("task-1",)]
    assert book.due(NOW + 100) == []


def test_an_alarm_wakes_the_book_once() -> None:
    book = PollBook(Pace())
    book.follow(view(), NOW)
    book.set_alarm(TaskId("task-1"), NOW + 1)
    assert book.wake_at() == NOW + 1
    assert book.alarms(NOW + 1) == ["task-1"]
    assert book.alarms(NOW + 1) == []


def test_the_book_does_not_wake_its_loop_while_one_request_asks_whether_an_outage_is_over() -> None:
    book = PollBook(Pace(batch=1))
    for n in range(3):
        book.follow(view(n), NOW, soon=True)
    for batch in book.due(NOW):
        book.failed(batch, NOW)
    now = book.wake_at() or NOW
    assert len(book.due(now)) == 1
    assert book.wake_at() is None


def test_an_outage_of_a_week_is_backed_off_from_like_one_of_an_hour() -> None:
    book = PollBook(Pace())
    book.follow(view(), NOW, soon=True)
    for _ in range(10_000):
        book.failed([TaskId("task-1")], NOW)
    assert book.wake_at() == NOW + 60


def test_hints_bring_one_round_a_second_forward_however_many_come() -> None:
    book = PollBook(Pace(60, 60))
    views = [TaskView(TaskId(f"17306217181500{n:02}"), opened_at=0.0) for n in range(20)]
    for view in views:
        book.follow(view, 0.0)
    rounds = []
    for tenth in range(35):
        now = 10 + tenth / 10
        book.hint(views[tenth % 20].id, now)
        if batches := book.due(now):
            rounds.append(now)
            assert len(batches) == 1
            book.record([view for view in views if view.id in batches[0]], now)
    assert rounds == [10.0, 11.0, 12.0, 13.0]


def test_a_hint_during_a_read_asks_again_at_once_and_hinted_tasks_are_read_seldom_unasked() -> None:
    book = PollBook(Pace(2, 15))
    view = TaskView(TaskId("1730621718150000"), opened_at=0.0)
    book.follow(view, 0.0, soon=True)
    assert book.due(0.0)
    book.hint(view.id, 0.1)
    book.record([view], 0.2)
    assert book.due(0.2)
    book.record([view], 0.3)
    wake = book.wake_at()
    assert wake is not None
    assert wake >= 0.3 + 15 * 0.9
