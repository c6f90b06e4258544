"""Which buttons open a modal, and its initial text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.card.modals import ModalKind, has_valid_zoom, initial_prompt, modal_kind_of
from mjbot.core.model.task import Task, TaskId

UUID = "36f675cc-81e7-4ef5-a8e2-5d940ed90475"
DESCRIBED = "1️⃣ A lake --ar 1:1\n\n2️⃣ Two ridges, 3 birds\n\n3️⃣ A [poster](https://x.example) --ar 3:2\n\n4️⃣ Last"


@pytest.mark.parametrize(
    ("custom_id", "kind"),
    [
        (f"MJ::CustomZoom::{UUID}", ModalKind.ZOOM),
        (f"MJ::CustomZoom::1::{UUID}", ModalKind.ZOOM),
        (f"MJ::Inpaint::1::{UUID}::SOLO", ModalKind.REGION),
        ("MJ::Job::PicReader::3", ModalKind.PROMPT),
        ("MJ::Job::PicReader::all", None),
        ("MJ::Picread::Retry", None),
        ("MJ::Job::PromptAnalyzer::2", ModalKind.PROMPT),
        (f"MJ::JOB::video::1::{UUID}::low::manual", ModalKind.PROMPT),
        (f"MJ::JOB::upsample::1::{UUID}", None),
        (f"MJ::JOB::reroll::0::{UUID}::SOLO", None),
        ("MJ::JOB::never_seen::1", None),
    ],
)
def test_a_button_that_needs_a_modal_is_known_by_its_custom_id(
    custom_id: str, kind: ModalKind | None
) -> None:
    assert modal_kind_of(custom_id) is kind


@pytest.mark.parametrize(
    ("prompt", "custom_id", "text"),
    [
        ("a lake --v 7", "MJ::CustomZoom::x", "a lake --v 7 --zoom 2"),
        ("a lake --zoom 1.5", "MJ::CustomZoom::x", "a lake --zoom 2"),
        (DESCRIBED, "MJ::Job::PicReader::2", "Two ridges, 3 birds"),
        (DESCRIBED, "MJ::Job::PicReader::4", "Last"),
        ("no list at all", "MJ::Job::PicReader::4", ""),
        ("a lake", "MJ::Inpaint::1::x", "a lake"),
    ],
)
def test_a_modal_begins_with_a_text_to_edit(prompt: str, custom_id: str, text: str) -> None:
    assert initial_prompt(Task(TaskId("1"), prompt=prompt), custom_id) == text


@pytest.mark.parametrize(
    ("prompt", "valid"),
    [
        ("a --zoom 2", True),
        ("a --zoom 1.01 --ar 3:2", True),
        ("a --zoom 1", False),
        ("a --zoom 2.5", False),
        ("a --zoom", False),
        ("a --zoom two", False),
        ("a", False),
    ],
)
def test_a_zoom_must_be_above_one_and_at_most_two(prompt: str, valid: bool) -> None:
    assert has_valid_zoom(prompt) is valid


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_prompt_and_custom_id_make_a_modal(prompt: str, custom_id: str) -> None:
    has_valid_zoom(prompt)
    assert len(initial_prompt(Task(TaskId("1"), prompt=prompt), custom_id)) <= 4000
