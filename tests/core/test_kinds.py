"""Kinds of action: what they tell apart, and when one is dimmed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.card.buttons import kind_of
from mjbot.core.model.press import OFFERS_ALL, UnknownAction, actions_not_offered
from mjbot.core.model.task import TaskId

JOB, OTHER_JOB = "d23f0824-128b-4f33-8c5c-7fd0a6a3a450", "0f3a8e11-22cd-4b0e-9b7a-5d1c2e3f4a5b"
NOW, DAY = 1_700_000_000.0, 86_400.0


@pytest.mark.parametrize(
    "names",
    [
        ("MJ::Job::PicReader::1", "MJ::Job::PicReader::all"),
        ("MJ::Job::PicReader::1", "MJ::Picread::Retry"),
        (f"MJ::Outpaint::50::1::{JOB}::SOLO", f"MJ::Outpaint::75::1::{JOB}::SOLO"),
        (f"MJ::Outpaint::50::1::{JOB}::SOLO", f"MJ::Outpaint::100::1::{JOB}::SOLO"),
        (f"MJ::JOB::upsample::1::{JOB}", f"MJ::JOB::variation::1::{JOB}"),
        (f"MJ::JOB::upsample::1::{JOB}", f"MJ::JOB::video_virtual_upscale::1::{JOB}"),
        (f"MJ::JOB::animate_high::1::{JOB}::SOLO", f"MJ::JOB::animate_high_extend::1::{JOB}"),
        (f"MJ::JOB::video::{JOB}::1::low::manual", f"MJ::JOB::video::{JOB}::1::low"),
    ],
)
def test_kinds_differ_by_what_is_pressed(names: tuple[str, str]) -> None:
    assert kind_of(names[0]) != kind_of(names[1])


@pytest.mark.parametrize(
    "names",
    [
        (f"MJ::JOB::upsample::1::{JOB}", f"MJ::JOB::upsample::4::{OTHER_JOB}"),
        ("MJ::Job::PicReader::1", "MJ::Job::PicReader::4"),
        ("MJ::Job::PromptAnalyzer::2", "MJ::Job::PromptAnalyzer::5"),
        (f"MJ::CustomZoom::{JOB}", f"MJ::CustomZoom::1::{OTHER_JOB}"),
        (f"MJ::JOB::reroll::0::{JOB}::SOLO", f"MJ::JOB::reroll::0::{OTHER_JOB}"),
        ("MJ::JOB::pan_left::1::17306181034779210::SOLO", f"MJ::JOB::pan_left::1::{JOB}::SOLO"),
        ("MJ::BOOKMARK::0123456789abcdef0123456789ABCDEF", f"MJ::BOOKMARK::{JOB}"),
    ],
)
def test_a_kind_is_the_same_for_every_task_and_every_image(names: tuple[str, str]) -> None:
    assert kind_of(names[0]) == kind_of(names[1])


def unknown(kind: str, task: str, at: float = NOW, action: str = "0123456789ab") -> UnknownAction:
    return UnknownAction(kind, TaskId(task), action, at)


@pytest.mark.parametrize(
    ("answers", "dimmed"),
    [
        ([], set()),
        ([unknown("a", "1")], set()),
        ([unknown("a", "1"), unknown("a", "1", action="another")], set()),
        ([unknown("a", "task-x1"), unknown("a", "TASK-X1")], set()),
        ([unknown("a", "1"), unknown("b", "2")], set()),
        ([unknown("a", "1"), unknown("a", "2")], {"a"}),
        ([unknown("a", "1"), unknown("a", "2"), unknown("b", "1"), unknown("b", "3")], {"a", "b"}),
        ([unknown("a", "1", NOW - DAY - 1), unknown("a", "2")], set()),
        ([unknown("a", "1", NOW - DAY), unknown("a", "2")], {"a"}),
        ([unknown("a", "1", NOW + 60), unknown("a", "2")], set()),  # by a clock that was ahead
    ],
)
def test_a_kind_is_dimmed_after_the_refusals_of_two_tasks(
    answers: list[UnknownAction], dimmed: set[str]
) -> None:
    assert actions_not_offered(answers, NOW).kinds == dimmed


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("12"), st.floats(0, 2 * DAY))))
def test_no_kind_is_dimmed_by_one_task_or_for_longer_than_a_day(seen: list[tuple[str, str, float]]) -> None:
    answers = [unknown(kind, task, NOW - ago) for kind, task, ago in seen]
    for kind in actions_not_offered(answers, NOW).kinds:
        assert {task for each, task, _ in seen if each == kind} == {"1", "2"}
    assert actions_not_offered(answers, NOW + DAY + 1) == OFFERS_ALL


def test_one_refusal_dims_the_button_that_was_pressed_and_no_other() -> None:
    found = actions_not_offered([unknown("a", "task-X1")], NOW)
    assert found.covers(TaskId("task-x1"), "0123456789ab", "a")
    assert not found.covers(TaskId("task-x1"), "another", "a")
    assert not found.covers(TaskId("task-x2"), "0123456789ab", "a")
