"""Where to repaint: cells, and the buttons that choose them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.card.region import NOTHING, OWN, cells_of, picker, toggled
from mjbot.core.card.state import MODAL
from mjbot.core.model.custom_id import PressTarget, Verb, parse, parse_target
from mjbot.core.model.task import TaskId

TASK = TaskId("1730618215930064")
AIM = PressTarget("0123456789ab", 3, NOTHING)
CELLS = st.frozensets(st.integers(0, 8))


def area_of(cells: frozenset[int]) -> str:
    area = NOTHING
    for cell in cells:
        area = toggled(area, cell)
    return area


@given(CELLS)
def test_an_area_keeps_its_cells_in_three_characters(cells: frozenset[int]) -> None:
    assert cells_of(area_of(cells)) == cells
    assert len(area_of(cells)) == 3


@given(CELLS, st.integers(0, 8))
def test_a_cell_pressed_twice_is_as_before(cells: frozenset[int], cell: int) -> None:
    area = area_of(cells)
    assert cells_of(toggled(area, cell)) == cells ^ {cell}
    assert toggled(toggled(area, cell), cell) == area


@given(st.sampled_from(["0123456789ab", MODAL]), st.integers(0, 9999), st.sampled_from(["", OWN, "1ff"]))
def test_what_a_press_is_aimed_at_is_read_back(action: str, after: int, area: str) -> None:
    target = PressTarget(action, after, area)
    assert parse_target(str(target)) == target


@given(CELLS, st.integers(0, 9999))
def test_every_button_of_a_picker_is_one_of_ours_and_no_two_are_alike(
    cells: frozenset[int], after: int
) -> None:
    longest = TaskId("1" * 64)
    rows = picker(longest, PressTarget("0123456789ab", after, area_of(cells)), "en")
    targets = [each.target for row in rows for each in row]
    assert len(set(targets)) == len(targets) == 11
    assert all(parse(each) is not None and len(each) <= 100 for each in targets)


def test_a_picker_lights_what_is_chosen_and_lets_nobody_go_on_with_nothing() -> None:
    empty = picker(TASK, AIM, "en")
    assert [[each.label for each in row] for row in empty] == [
        ["1", "2", "3"],
        ["4", "5", "6"],
        ["7", "8", "9"],
        ["Write the prompt", "Upload a mask"],
    ]
    assert empty[3][0].disabled
    chosen = picker(TASK, PressTarget(AIM.action, 3, toggled(NOTHING, 4)), "en")
    assert [each.label for row in chosen for each in row if each.used] == ["5"]
    assert not chosen[3][0].disabled


@pytest.mark.parametrize(("action", "verb"), [(AIM.action, Verb.AGAIN), (MODAL, Verb.OPEN_MODAL)])
def test_the_words_go_to_the_action_or_to_the_task_that_waits(action: str, verb: Verb) -> None:
    write = parse(picker(TASK, PressTarget(action, 0, "001"), "en")[3][0].target)
    assert write is not None
    assert (write.verb, parse_target(write.arg)) == (verb, PressTarget(action, 0, "001"))


def test_without_the_picture_only_a_mask_of_one_s_own_is_offered() -> None:
    assert [[each.label for each in row] for row in picker(TASK, AIM, "en", sized=False)] == [
        ["Upload a mask"]
    ]
