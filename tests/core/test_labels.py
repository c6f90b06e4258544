"""One name for one thing: what cards, sentences and forms call a button, and a task's relatives."""

from __future__ import annotations

import pytest

from mjbot.core.card.buttons import build_button, label_of
from mjbot.core.card.lineage import Lineage, RelatedTask, lineage_lines
from mjbot.core.card.menu import build_page
from mjbot.core.model.task import Button, Task, TaskId

TASK = TaskId("1730618215930064")
UUID = "36f675cc-81e7-4ef5-a8e2-5d940ed90475"


@pytest.mark.parametrize(
    ("button", "label"),
    [
        (Button("MJ::Job::PicReader::1", emoji="1️⃣"), "Imagine 1️⃣"),
        (Button("MJ::Job::PromptAnalyzer::5", emoji="5️⃣"), "Imagine 5️⃣"),
        (Button(f"MJ::JOB::upsample::2::{UUID}", emoji="2️⃣"), "Upsample 2️⃣"),
        (Button("x::3", emoji="3️⃣"), "Action 7 3️⃣"),
        (Button("MJ::Job::PicReader::1", label="1", emoji="1️⃣"), "1"),
        (Button("MJ::Job::PicReader::all", label="Imagine all", emoji="🎉"), "Imagine all"),
        (Button(f"MJ::Inpaint::1::{UUID}::SOLO", emoji="🖌️"), "Vary (Region)"),
        (Button(f"MJ::Inpaint::1::{UUID}::SOLO"), "Vary (Region)"),
        (Button(f"MJ::BOOKMARK::{UUID}", emoji="❤️"), "Like"),
        (Button(f"MJ::JOB::reroll::0::{UUID}::SOLO", emoji="🔄"), "Reroll"),
        (Button(f"MJ::JOB::pan_left::1::{UUID}::SOLO", emoji="⬅️"), "Pan left"),
        (Button(f"MJ::JOB::upsample::1::{UUID}", label="U1"), "U1"),
        (Button(f"MJ::JOB::upsample::1::{UUID}", label=" \u200b "), "Upsample"),
    ],
)
def test_a_button_has_a_name_in_words_wherever_it_is_named(button: Button, label: str) -> None:
    assert label_of(button, 7, "en") == label
    assert build_button(TASK, button, 7, {}, "en").name == label


def test_a_button_of_a_number_is_named_in_the_reader_s_language() -> None:
    button = Button("MJ::Job::PicReader::1", emoji="1️⃣")
    assert [label_of(button, 1, locale) for locale in ("zh-CN", "zh-TW")] == ["绘图 1️⃣", "繪圖 1️⃣"]


def test_a_menu_names_its_actions_in_words() -> None:
    buttons = tuple(Button(f"MJ::JOB::pan_left::{n}::{UUID}::SOLO-{n}", emoji="⬅️") for n in range(40))
    page = build_page(Task(TASK, status="SUCCESS", buttons=buttons), {}, "en", 1)
    assert page.menu is not None
    assert {each.label.partition("-")[0] for each in page.menu.options} <= {"Pan left", "Solo"}
    assert all(each.emoji == "⬅️" for each in page.menu.options)


@pytest.mark.parametrize(
    ("labels", "line"),
    [
        (["V1", "V1"], "V1 · V1 (2)"),
        (["V1", "U2", "V1", "V1", "U2"], "V1 · U2 · V1 (2) · V1 (3) · U2 (2)"),
        (["Imagine all"] * 4, "Imagine all · Imagine all (2) · Imagine all (3) · Imagine all (4)"),
        (["V1", "V2"], "V1 · V2"),
        (["a*", "a*"], r"a\* · a\* (2)"),
    ],
)
def test_children_of_one_button_can_be_told_apart(labels: list[str], line: str) -> None:
    numbers = [labels[: n + 1].count(label) for n, label in enumerate(labels)]
    children = tuple(RelatedTask(TASK, label, number=n) for label, n in zip(labels, numbers, strict=True))
    assert lineage_lines(Lineage(children=children), "en") == [f"Made from this: {line}"]


def test_a_child_says_which_of_several_it_is() -> None:
    parent = RelatedTask(TASK, "V1", "https://discord.com/channels/1/2/3", 2)
    assert lineage_lines(Lineage(parent), "en") == [
        "V1 (2) of [this picture](https://discord.com/channels/1/2/3)"
    ]
