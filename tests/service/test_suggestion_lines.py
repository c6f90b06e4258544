"""The lines of autocomplete, and what a typed text searches for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.i18n.text import units
from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import Phase, Task, TaskId
from mjbot.service.suggestions import lines_of, phases_named

NOW = 1_700_000_000.0
GRID = TaskSnapshot(
    TaskId("1754062500123456"),
    opened_at=NOW - 5,
    task=Task(
        TaskId("1754062500123456"),
        status="SUCCESS",
        action="IMAGINE",
        prompt="a red fox",
        submitted_at=int(NOW) - 7200,
    ),
)


def task_of(**changes: object) -> TaskSnapshot:
    assert GRID.task is not None
    return replace(GRID, task=replace(GRID.task, **changes))  # type: ignore[arg-type]


def line(snapshot: TaskSnapshot, locale: str = "en") -> str:
    return lines_of([snapshot], NOW, locale)[0][0]


@pytest.mark.parametrize(
    ("snapshot", "english", "chinese"),
    [
        (GRID, "done · Imagine · a red fox · 2 h ago", "已完成 · 绘图 · a red fox · 2 小时前"),
        (
            task_of(action="UPSCALE"),
            "done · Upscale · a red fox · 2 h ago",
            "已完成 · 放大 · a red fox · 2 小时前",
        ),
        (task_of(action="NEW_ONE"), "done · a red fox · 2 h ago", "已完成 · a red fox · 2 小时前"),
        (task_of(submitted_at=None), "done · Imagine · a red fox", "已完成 · 绘图 · a red fox"),
        (
            task_of(submitted_at=None, finished_at=int(NOW) - 90),
            "done · Imagine · a red fox · 1 min ago",
            "已完成 · 绘图 · a red fox · 1 分钟前",
        ),
        (task_of(prompt=""), "done · Imagine · no prompt · 2 h ago", "已完成 · 绘图 · 无提示词 · 2 小时前"),
        (
            task_of(status="IN_PROGRESS", progress="46%"),
            "46% · Imagine · a red fox · 2 h ago",
            "46% · 绘图 · a red fox · 2 小时前",
        ),
        (
            task_of(status="IN_PROGRESS"),
            "in progress · Imagine · a red fox · 2 h ago",
            "生成中 · 绘图 · a red fox · 2 小时前",
        ),
        (
            task_of(status="FAILURE"),
            "failed · Imagine · a red fox · 2 h ago",
            "失败 · 绘图 · a red fox · 2 小时前",
        ),
        (
            replace(task_of(status="IN_PROGRESS"), condition=Condition.LOST),
            "Imagine · a red fox · 2 h ago",
            "绘图 · a red fox · 2 小时前",
        ),
        (replace(GRID, task=None), "no prompt", "无提示词"),
    ],
)
def test_a_line_has_state_kind_prompt_and_the_age_of_the_task(
    snapshot: TaskSnapshot, english: str, chinese: str
) -> None:
    assert (line(snapshot), line(snapshot, "zh-CN")) == (english, chinese)


def test_two_lines_that_would_read_alike_end_in_the_end_of_their_ids() -> None:
    other = replace(GRID, id=TaskId("1754062500129999"))
    alone = task_of(action="UPSCALE")
    assert [name for name, _ in lines_of([GRID, other, alone], NOW, "en")] == [
        "done · Imagine · a red fox · 2 h ago · …3456",
        "done · Imagine · a red fox · 2 h ago · …9999",
        "done · Upscale · a red fox · 2 h ago",
    ]


@given(
    st.text(max_size=300) | st.just("👨‍👩‍👧‍👦" * 60),
    st.sampled_from(["IMAGINE", "INPAINT", ""]),
    st.sampled_from(["", "IN_PROGRESS", "MODAL", "SUCCESS", "CANCEL"]),
    st.integers(0, int(NOW)),
    st.sampled_from(["en", "zh-CN", "zh-TW"]),
)
def test_a_line_fits_and_keeps_its_age(prompt: str, action: str, status: str, at: int, locale: str) -> None:
    snapshot = task_of(prompt=prompt, action=action, status=status, submitted_at=at)
    for name, _ in lines_of([snapshot, replace(snapshot, id=TaskId("1754062500129999"))], NOW, locale):
        assert units(name) <= 100
        assert name.endswith(("3456", "9999"))
        assert not at or {"en": " ago", "zh-CN": "前", "zh-TW": "前"}[locale] in name


@pytest.mark.parametrize(
    ("typed", "phases"),
    [
        ("failed", {Phase.FAILURE}),
        ("Fail", {Phase.FAILURE}),
        ("失败", {Phase.FAILURE}),
        ("失敗", {Phase.FAILURE}),
        (" done ", {Phase.SUCCESS}),
        ("完成", {Phase.SUCCESS}),
        ("queued", {Phase.QUEUED}),
        ("排队", {Phase.QUEUED}),
        ("排隊中", {Phase.QUEUED}),
        ("in progress", {Phase.RUNNING}),
        ("progress", {Phase.RUNNING}),
        ("生成", {Phase.RUNNING}),
        ("waiting", {Phase.WAITING}),
        ("cancelled", {Phase.CANCELLED}),
        ("取消", {Phase.CANCELLED}),
        ("", set()),
        ("do", set()),
        ("don", set()),
        ("one", set()),
        ("failed attempt at a fox", set()),
        ("中", set()),
        ("狐狸", set()),
    ],
)
def test_a_state_is_searched_for_by_its_name_in_any_language(typed: str, phases: set[Phase]) -> None:
    assert phases_named(typed) == phases
