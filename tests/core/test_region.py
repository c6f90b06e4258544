"""Regions: the encoding of cells, and the buttons that choose them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.card.components import NO_CELLS, PressTarget, Verb, parse, parse_target
from mjbot.core.card.region import OWN_MASK, build_region_picker, cells_of, toggle_cell
from mjbot.core.model.press import MODAL_ACTION
from mjbot.core.model.task import TaskId

TASK = TaskId("1730618215930064")
TARGET = PressTarget("0123456789ab", 3, NO_CELLS)
CELLS = st.frozensets(st.integers(0, 8))


def region_of(cells: frozenset[int]) -> str:
    region = NO_CELLS
    for cell in cells:
        region = toggle_cell(region, cell)
    return region


@given(CELLS)
def test_a_region_encodes_its_cells_in_three_characters(cells: frozenset[int]) -> None:
    assert cells_of(region_of(cells)) == cells
    assert len(region_of(cells)) == 3


@given(CELLS, st.integers(0, 8))
def test_toggling_a_cell_twice_changes_nothing(cells: frozenset[int], cell: int) -> None:
    region = region_of(cells)
    assert cells_of(toggle_cell(region, cell)) == cells ^ {cell}
    assert toggle_cell(toggle_cell(region, cell), cell) == region


@given(
    st.sampled_from(["0123456789ab", MODAL_ACTION]),
    st.integers(0, 9999),
    st.sampled_from(["", OWN_MASK, "1ff"]),
)
def test_a_press_target_survives_formatting_and_parsing(action: str, repeats: int, region: str) -> None:
    target = PressTarget(action, repeats, region)
    assert parse_target(str(target)) == target


@given(CELLS, st.integers(0, 9999))
def test_every_button_of_a_picker_has_a_valid_unique_custom_id(cells: frozenset[int], repeats: int) -> None:
    longest = TaskId("1" * 64)
    rows = build_region_picker(longest, PressTarget("0123456789ab", repeats, region_of(cells)), "en")
    targets = [each.custom_id for row in rows for each in row]
    assert len(set(targets)) == len(targets) == 11
    assert all(parse(each) is not None and len(each) <= 100 for each in targets)


def test_a_picker_highlights_chosen_cells_and_requires_at_least_one() -> None:
    empty = build_region_picker(TASK, TARGET, "en")
    assert [[each.label for each in row] for row in empty] == [
        ["1", "2", "3"],
        ["4", "5", "6"],
        ["7", "8", "9"],
        ["Write the prompt", "Upload a mask"],
    ]
    assert empty[3][0].disabled
    chosen = build_region_picker(TASK, PressTarget(TARGET.action, 3, toggle_cell(NO_CELLS, 4)), "en")
    assert [each.label for row in chosen for each in row if each.used] == ["5"]
    assert not chosen[3][0].disabled


@pytest.mark.parametrize(("action", "verb"), [(TARGET.action, Verb.AGAIN), (MODAL_ACTION, Verb.OPEN_MODAL)])
def test_the_prompt_goes_to_the_action_or_to_the_task_in_status_modal(action: str, verb: Verb) -> None:
    write = parse(build_region_picker(TASK, PressTarget(action, 0, "001"), "en")[3][0].custom_id)
    assert write is not None
    assert (write.verb, parse_target(write.arg)) == (verb, PressTarget(action, 0, "001"))


def test_without_the_picture_only_a_mask_of_one_s_own_is_offered() -> None:
    assert [[each.label for each in row] for row in build_region_picker(TASK, TARGET, "en", sized=False)] == [
        ["Upload a mask"]
    ]
