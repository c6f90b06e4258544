"""Task ids, readings and snapshots: examples, and arbitrary histories."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mjbot.core.model.snapshot import (
    DEFAULT_THRESHOLDS,
    Condition,
    Missing,
    Seen,
    TaskSnapshot,
    Tick,
    Unreachable,
    UpstreamProblem,
    advance,
    next_threshold,
)
from mjbot.core.model.task import Phase, Task, TaskId, goes_back, merged, parse_task_id

ID = TaskId("1730621718151844")


def make_task(status: str = "IN_PROGRESS", progress: str = "", **more: object) -> Task:
    return replace(Task(ID, status=status, progress=progress), **more)  # type: ignore[arg-type]


def make_snapshot(known: Task | None = None, at: float = 1000.0) -> TaskSnapshot:
    return TaskSnapshot(ID, opened_at=at, task=known, seen_at=at if known else None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1730621718151844", "1730621718151844"),
        ("task-mj-abc123", "task-mj-abc123"),
        ("1" * 64, "1" * 64),
        (" 1730621718151844", None),
        ("1730621718151844\n", None),
        ("`1730621718151844`", None),
        ("<1730621718151844>", None),
        ("https://host.example/mj/task/1730621718151844/fetch", None),
        ("hello", None),
        ("", None),
        ("../../etc/passwd1", None),
        ("1730621718151844/../1", None),
        ("12 34567", None),
        ("1" * 65, None),
        ("１７３０６２１７１８１５１８４４", None),
    ],
)
def test_a_text_is_an_id_only_as_a_whole(raw: str, expected: str | None) -> None:
    assert parse_task_id(raw) == expected


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("", Phase.QUEUED),
        ("NOT_START", Phase.QUEUED),
        ("SUBMITTED", Phase.QUEUED),
        ("IN_PROGRESS", Phase.RUNNING),
        ("PAUSED", Phase.RUNNING),
        ("MODAL", Phase.WAITING),
        ("SUCCESS", Phase.SUCCESS),
        ("FAILURE", Phase.FAILURE),
        ("CANCEL", Phase.CANCELLED),
    ],
)
def test_status_alone_decides_the_phase(status: str, phase: Phase) -> None:
    assert make_task(status, "100%").phase is phase


@pytest.mark.parametrize(
    ("progress", "percent"),
    [("46%", 46), ("46", 46), ("0%", 0), ("100%", 100), ("250%", 100), ("12.7%", 12)]
    + [("(25%) (fast)", 25), ("fast 25%", 25), ("25% (relaxed)", 25), ("绘制中 25 %", 25)]
    + [
        (word, None)
        for word in ("", "paused", "Waiting to start", "fast", "-3%", "4 6%", "1% of 2%", "v6", "a25%")
    ],
)
def test_progress_without_a_percentage_has_none(progress: str, percent: int | None) -> None:
    assert make_task(progress=progress).percent == percent


@pytest.mark.parametrize(
    ("held", "seen", "back"),
    [
        (("IN_PROGRESS", "46%"), ("SUBMITTED", "0%"), True),
        (("IN_PROGRESS", "46%"), ("IN_PROGRESS", "31%"), True),
        (("IN_PROGRESS", "46%"), ("IN_PROGRESS", "46%"), False),
        (("IN_PROGRESS", "46%"), ("IN_PROGRESS", ""), False),
        (("IN_PROGRESS", "46%"), ("SUCCESS", ""), False),
        (("SUBMITTED", "0%"), ("MODAL", ""), False),
    ],
)
def test_less_progress_than_is_known_goes_back(
    held: tuple[str, str], seen: tuple[str, str], back: bool
) -> None:
    assert goes_back(make_task(*held), make_task(*seen)) is back


def test_a_final_state_is_never_left() -> None:
    assert merged(make_task("SUCCESS"), make_task("FAILURE")).status == "SUCCESS"


def test_a_reading_without_a_picture_keeps_the_last_one_until_the_end() -> None:
    held = make_task("IN_PROGRESS", "46%", image_url="https://x/1.png")
    assert merged(held, make_task("IN_PROGRESS", "62%")).image_url == "https://x/1.png"
    assert merged(held, make_task("FAILURE")).image_url == ""


@pytest.mark.parametrize("status", ["SUBMITTED", "IN_PROGRESS", "SUCCESS", "FAILURE"])
def test_a_time_in_the_future_is_not_believed(status: str) -> None:
    ahead = 1000 + 8 * 3600
    task = make_task(status, submitted_at=ahead, started_at=1060, finished_at=ahead)
    seen = advance(make_snapshot(), Seen(task), 1000.0).task
    assert seen is not None
    assert (seen.submitted_at, seen.started_at, seen.finished_at) == (None, 1060, None)


def test_one_late_reading_does_not_go_back_and_two_that_agree_do() -> None:
    now = make_snapshot(make_task("IN_PROGRESS", "93%"))
    late = advance(now, Seen(make_task("IN_PROGRESS", "31%")), 1010)
    assert late.task is not None
    assert late.task.percent == 93
    assert advance(late, Seen(make_task("IN_PROGRESS", "95%")), 1020).doubted is None
    anew = advance(late, Seen(make_task("IN_PROGRESS", "35%")), 1020)
    assert anew.task is not None
    assert anew.task.percent == 35
    assert anew.changed_at == 1020


@pytest.mark.parametrize(
    "readings",
    [
        [("SUBMITTED", "0%"), ("SUBMITTED", "0%")],
        [("IN_PROGRESS", "0%"), ("IN_PROGRESS", "0%")],
        [("MODAL", ""), ("MODAL", "")],
    ],
)
def test_a_task_that_starts_again_under_its_id_is_shown_as_restarted(readings: list[tuple[str, str]]) -> None:
    now = make_snapshot(make_task("IN_PROGRESS", "93%"))
    for second, reading in enumerate(readings, 1010):
        now = advance(now, Seen(make_task(*reading)), second)
    assert now.task is not None
    assert now.task.status == readings[-1][0]


def test_readings_of_two_servers_that_alternate_do_not_go_back() -> None:
    now = make_snapshot(make_task("IN_PROGRESS", "93%"))
    for second, percent in enumerate(("31%", "93%", "31%", "94%", "31%"), 1010):
        now = advance(now, Seen(make_task("IN_PROGRESS", percent)), second)
    assert now.task is not None
    assert now.task.percent == 94


def test_a_living_task_with_a_reason_and_no_change_has_failed_by_the_services_own_words() -> None:
    frozen = make_task("IN_PROGRESS", "46%", fail_reason="upstream gave up")
    now = make_snapshot(frozen)
    assert not advance(now, Tick(), 1179).settled
    failed = advance(now, Tick(), 1181)
    assert failed.settled
    assert failed.task is not None
    assert failed.task.phase is Phase.FAILURE


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("FAILED", Phase.FAILURE),
        ("ERROR", Phase.FAILURE),
        ("CANCELLED", Phase.CANCELLED),
        ("CANCELED", Phase.CANCELLED),
        ("COMPLETED", Phase.SUCCESS),
        ("SUCCEEDED", Phase.SUCCESS),
        ("PENDING", Phase.QUEUED),
        ("PROCESSING", Phase.RUNNING),
        ("SOMETHING_NEW", Phase.RUNNING),
        ("未启动", Phase.QUEUED),
        ("进行中", Phase.RUNNING),
        ("成功", Phase.SUCCESS),
        ("失败", Phase.FAILURE),
        ("失敗", Phase.FAILURE),
        ("已取消", Phase.CANCELLED),
    ],
)
def test_the_words_of_relatives_are_read_by_their_meaning(status: str, phase: Phase) -> None:
    assert make_task(status).phase is phase


def test_three_minutes_without_a_change_are_quiet() -> None:
    now = make_snapshot(make_task("IN_PROGRESS", "46%"))
    assert advance(now, Tick(), 1179).condition is Condition.FINE
    quiet = advance(now, Seen(make_task("IN_PROGRESS", "46%")), 1180)
    assert quiet.condition is Condition.QUIET
    assert advance(quiet, Seen(make_task("IN_PROGRESS", "62%")), 1181).condition is Condition.FINE


def test_a_queue_is_never_quiet() -> None:
    assert advance(make_snapshot(make_task("SUBMITTED")), Tick(), 5000).condition is Condition.FINE


def test_a_minute_without_a_good_read_is_unreachable_and_one_good_read_ends_it() -> None:
    once = advance(make_snapshot(make_task()), Unreachable(UpstreamProblem.UNAVAILABLE), 1010)
    assert once.condition is Condition.FINE
    down = advance(once, Tick(), 1060)
    assert (down.condition, down.failing_since) == (Condition.UNREACHABLE, 1010)
    assert advance(down, Seen(make_task()), 1070).condition is Condition.FINE


def test_a_task_is_lost_after_repeated_misses_and_some_time() -> None:
    now = make_snapshot(make_task())
    for second in (1001, 1002, 1003, 1004):
        now = advance(now, Missing(), second)
    assert now.condition is Condition.FINE
    assert advance(now, Missing(), 1031).condition is Condition.LOST
    assert advance(now, Seen(make_task()), 1031).misses == 0


def test_a_task_never_seen_is_not_found_rather_than_lost() -> None:
    now = make_snapshot(None)
    for second in (1001, 1010, 1020, 1031):
        now = advance(now, Missing(), second)
    assert now.condition is Condition.NOT_FOUND


def test_a_watch_ends_after_its_limit() -> None:
    assert (
        advance(make_snapshot(make_task("SUBMITTED")), Tick(), 1000 + DEFAULT_THRESHOLDS.watch).condition
        is Condition.ENDED
    )


def test_a_first_reading_is_not_a_change() -> None:
    seen = advance(make_snapshot(None), Seen(make_task("IN_PROGRESS", "10%")), 1001)
    assert seen.changed_at is None
    assert advance(seen, Seen(make_task("IN_PROGRESS", "20%")), 1005).changed_at == 1005


statuses = st.sampled_from(["", "SUBMITTED", "IN_PROGRESS", "MODAL", "SUCCESS", "FAILURE", "CANCEL", "ODD"])
observations = st.one_of(
    st.builds(lambda status, percent: Seen(make_task(status, f"{percent}%")), statuses, st.integers(0, 100)),
    st.just(Missing()),
    st.just(Tick()),
    st.builds(Unreachable, st.sampled_from(UpstreamProblem)),
)
histories = st.lists(st.tuples(observations, st.floats(0.5, 400)), max_size=40)


@given(histories)
def test_a_settled_snapshot_never_changes_and_only_two_readings_in_a_row_go_back(
    history: list[tuple[object, float]],
) -> None:
    now, current = 1000.0, make_snapshot(None)
    readings: list[Task] = []
    for observation, wait in history:
        now += wait
        after = advance(current, observation, now)  # type: ignore[arg-type]
        if current.settled:
            assert after is current
        if isinstance(observation, Seen):
            readings.append(observation.task)
        if current.task and after.task and goes_back(current.task, after.task):
            before, last = readings[-2:]
            assert goes_back(current.task, before)
            assert (last.phase, last.percent) == (after.task.phase, after.task.percent)
            assert not goes_back(before, last)
        current = after


@example([(1, 50), (1, 10), (1, 10)])
@example([(1, 50), (0, 0), (1, 10), (1, 10)])
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 100)), min_size=2, max_size=8))
def test_two_equal_readings_in_a_row_are_shown(readings: list[tuple[int, int]]) -> None:
    tasks = [make_task(("SUBMITTED", "IN_PROGRESS")[rank], f"{percent}%") for rank, percent in readings]
    current = make_snapshot(None)
    for second, task in enumerate([*tasks, tasks[-1]], 1001):
        current = advance(current, Seen(task), second)
    assert current.task == tasks[-1]


@given(histories)
def test_the_condition_changes_at_the_next_threshold_and_not_before(
    history: list[tuple[object, float]],
) -> None:
    now, current = 1000.0, make_snapshot(None)
    for observation, wait in history:
        now += wait
        current = advance(current, observation, now)  # type: ignore[arg-type]
    at = next_threshold(current)
    if at is not None:
        if at - 0.01 > now:
            assert advance(current, Tick(), at - 0.01).visible == current.visible
        assert advance(current, Tick(), max(at, now)).condition is not current.condition


def test_quick_misses_become_a_loss_after_half_a_minute_without_reads() -> None:
    current = make_snapshot(None)
    for second in range(4):
        current = advance(current, Missing(), 1000.0 + second)
    at = next_threshold(current)
    assert at == 1030.0
    assert not advance(current, Tick(), at - 0.01).settled
    assert advance(current, Tick(), at).condition is Condition.NOT_FOUND


@pytest.mark.parametrize("first", [True, False])
def test_a_task_that_succeeds_without_a_result_is_read_again_for_five_minutes(first: bool) -> None:
    before = make_snapshot(None if first else make_task("IN_PROGRESS", "93%"))
    empty = advance(before, Seen(make_task("SUCCESS")), 1010)
    begun = 1000 if first else 1010
    assert (empty.condition, empty.settled) == (Condition.NO_RESULT, False)
    assert next_threshold(empty) == begun + DEFAULT_THRESHOLDS.no_result
    assert advance(empty, Tick(), begun + 299).condition is Condition.NO_RESULT
    given_up = advance(empty, Tick(), begun + 300)
    assert (given_up.condition, given_up.settled) == (Condition.FINE, True)


@pytest.mark.parametrize("action", ["UPLOAD", "SHOW", "upload", " Show "])
def test_a_task_whose_action_has_no_result_is_done_at_once(action: str) -> None:
    done = advance(make_snapshot(None), Seen(make_task("SUCCESS", action=action)), 1010)
    assert (done.condition, done.settled) == (Condition.FINE, True)


@pytest.mark.parametrize(
    "result",
    [
        {"image_url": "https://x/1.png"},
        {"video_urls": ("https://x/1.mp4",)},
        {"text": "1️⃣ a cat"},
        {"text": "a cat", "action": "DESCRIBE"},
    ],
)
def test_a_result_that_comes_later_is_taken_and_the_end_stays(result: dict[str, Any]) -> None:
    empty = advance(make_snapshot(None), Seen(make_task("SUCCESS")), 1010)
    for observation in (Seen(make_task("IN_PROGRESS", "46%")), Seen(make_task("FAILURE")), Missing()):
        empty = advance(empty, observation, 1020)
        assert empty.task is not None
        assert empty.task.phase is Phase.SUCCESS
        assert not empty.settled
    later = advance(empty, Seen(make_task("SUCCESS", **result)), 1030)
    assert later.settled
    assert later.task is not None
    assert later.task.has_result
