"""The texts of describe and shorten: shown whole, with their marks as formatting and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.card.card import Card, Medium, render
from mjbot.core.card.content import MAX_DESCRIPTION, ImageState, Part, content_of
from mjbot.core.card.state import CardContext
from mjbot.core.card.text_result import shown_text, whole_text
from mjbot.core.i18n.text import units
from mjbot.core.model.snapshot import Seen, TaskSnapshot, advance
from mjbot.core.model.task import Button, Task, TaskId

SHORTEN = (
    "## Important tokens\n"
    "**lighthouse** (1.00), **keeper** (0.62), ~~old~~ (0.02), ~~*~~\n"
    "## Shortened prompts\n"
    "1️⃣ lighthouse keeper by [Studio Nine](https://www.example.com/explore?q=nine), amber_light"
)
BUTTONS = (Button("MJ::Job::PicReader::1", "", "1️⃣"),)


def described(text: str, image_url: str = "") -> Card:
    task = Task(TaskId("1763936412345678"), "SUCCESS", text=text, image_url=image_url, buttons=BUTTONS)
    return render(advance(TaskSnapshot(task.id, opened_at=1.0), Seen(task), 2.0), CardContext())


def paragraphs(count: int, of: int = 400) -> str:
    return "\n\n".join(f"{n}️⃣ {'a misty ridge ' * (of // 14)}" for n in range(1, count + 1))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("## Important tokens", "**Important tokens**"),
        ("# A **bold** title", "**A bold title**"),
        ("**lighthouse** (1.00), ~~old~~", "**lighthouse** (1.00), ~~old~~"),
        ("** amber light **x", " **amber light** x"),
        ("**~~both~~** and ~~**both**~~", "**~~both~~** and ~~**both**~~"),
        ("[Studio Nine](https://a.example/x?q=1)!", "Studio Nine!"),
        ("**[Studio](https://a.example/)**", "**Studio**"),
        ("[a](javascript:alert)", "\\[a\\](javascript:alert)"),
        ("**open", "\\*\\*open"),
        ("~~a\nb~~", "\\~\\~a\nb\\~\\~"),
        ("***", "\\*\\*\\*"),
        ("a*b*c_d_ `e`", "a\\*b\\*c\\_d\\_ \\`e\\`"),
        ("@everyone <@1> ||x||", "\\@everyone \\<\\@1\\> \\|\\|x\\|\\|"),
        ("> quote", "\\> quote"),
        ("**<@1>** [@here](https://a.example/)", "**\\<\\@1\\>** \\@here"),
    ],
)
def test_marks_are_formatting_and_everything_else_is_escaped(text: str, shown: str) -> None:
    assert shown_text(text) == shown


def test_a_shorten_shows_no_raw_marks() -> None:
    body = described(SHORTEN).body
    assert body.splitlines()[0] == "**Important tokens**"
    assert "##" not in body
    assert "https://" not in body
    assert "~~old~~" in body


@given(st.text(alphabet="*~[]()#> a1.\n@<|_`\\h:/tps", max_size=200))
def test_no_text_can_link_or_mention_or_leave_a_mark_open(text: str) -> None:
    shown = shown_text(text)
    bare = re.sub(r"\\.", "x", shown, flags=re.DOTALL)
    assert "](" not in bare
    assert not set("@<|`[_") & set(bare)
    for line in bare.splitlines():
        assert line.count("**") % 2 == line.count("~~") % 2 == 0
        assert not line.startswith(("#", ">"))


@given(st.text(alphabet="*~a1️⃣\n ", max_size=5_000))
def test_a_text_is_shown_whole_or_attached_whole(text: str) -> None:
    shown, whole = shown_text(text), whole_text(text)
    assert units(shown) < MAX_DESCRIPTION - 500
    assert bool(whole) == shown.endswith("\n…")


@pytest.mark.parametrize("count", [9, 12, 30])
def test_a_long_text_is_attached_as_a_file_and_begins_on_the_card(count: int) -> None:
    text = paragraphs(count)
    card = described(text, "https://cdn.example.com/upload.png")
    assert card.picture is not None
    assert card.picture.medium is Medium.TEXT
    assert card.picture.text == "\n".join(line.strip() for line in text.split("\n"))
    assert card.picture.image_url == "https://cdn.example.com/upload.png"
    told = content_of(card, ImageState.SHOWN).description
    assert "The whole text is in the attached file." in told
    assert "1️⃣ a misty ridge" in told
    assert told.endswith("…")


@pytest.mark.parametrize("omitted", [Part.NONE, Part.FILE, Part.PICTURE])
def test_a_card_says_that_its_text_is_cut_where_no_file_can_be_attached(omitted: Part) -> None:
    told = content_of(described(paragraphs(12)), ImageState.MISSING, omitted).description
    assert "the file with all of it couldn't be attached" in told


@pytest.mark.parametrize("text", [SHORTEN, paragraphs(4), paragraphs(8), "1️⃣ " + "\\*" * 800])
def test_a_text_that_fits_is_whole_on_the_card(text: str) -> None:
    card = described(text)
    assert card.picture is None
    assert "…" not in content_of(card, ImageState.SHOWN).description


def test_one_line_that_is_too_long_is_cut_and_attached() -> None:
    card = described("1️⃣ " + "*" * 9_000)
    assert card.picture is not None
    assert units(content_of(card, ImageState.SHOWN).description) < MAX_DESCRIPTION
