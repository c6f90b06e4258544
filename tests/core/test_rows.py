"""The rows of a finished card: the service's buttons by family, and ours in the last row."""

from __future__ import annotations

import pytest

from mjbot.core.card.buttons import CardButton
from mjbot.core.card.menu import build_page
from mjbot.core.card.rows import OwnButtons, build_rows
from mjbot.core.model.task import Button, Task, TaskId
from tests.gallery.cases import GRID, SINGLE

TASK = TaskId("1730618215930064")
OWN = OwnButtons((CardButton("edit", "Edit"),), (CardButton("seed", "Seed"),))
EDIT = OwnButtons((CardButton("edit", "Edit"),))


def numbered(count: int) -> tuple[Button, ...]:
    return tuple(Button(f"MJ::JOB::new_{n}::1", f"B{n}") for n in range(count))


def shapes(buttons: tuple[Button, ...], own: OwnButtons) -> tuple[list[int], list[str], list[str]]:
    """The lengths of a card's rows, the labels of its last one, and ours behind "More…"."""
    task = Task(TASK, status="SUCCESS", buttons=buttons)
    rows = [[each.label for each in row] for row in build_rows(task, {}, "en", own=own)]
    page = build_page(task, {}, "en", 1, own=own)
    return [len(row) for row in rows], rows[-1], [each.label for row in page.rows for each in row]


@pytest.mark.parametrize(
    ("buttons", "own", "expected"),
    [
        (GRID, OWN, ([5, 4, 2], ["Edit", "More…"], ["Seed"])),
        (GRID, EDIT, ([5, 4, 1], ["Edit"], [])),
        (SINGLE, OWN, ([5, 3, 4, 4, 2], ["Edit", "More…"], ["Seed"])),
        (numbered(15), OWN, ([5, 5, 5, 2], ["Edit", "More…"], ["Seed"])),
        (numbered(20), OWN, ([5, 5, 5, 5, 2], ["Edit", "More…"], ["Seed"])),
        (numbered(21), OWN, ([5, 5, 5, 5, 2], ["B20", "More…"], ["Edit", "Seed"])),
        (numbered(24), EDIT, ([5, 5, 5, 5, 5], ["B20", "B21", "B22", "B23", "More…"], ["Edit"])),
        (numbered(25), OWN, ([5, 5, 5, 5, 5], ["B20", "B21", "B22", "B23", "More…"], ["Edit", "Seed"])),
        (numbered(25), OwnButtons(), ([5, 5, 5, 5, 5], ["B20", "B21", "B22", "B23", "B24"], [])),
        (numbered(30), OWN, ([5, 5, 5, 5, 5], ["B20", "B21", "B22", "B23", "More…"], ["Edit", "Seed"])),
        ((), OWN, ([2], ["Edit", "More…"], ["Seed"])),
    ],
)
def test_our_buttons_take_the_last_row_or_are_behind_more(
    buttons: tuple[Button, ...], own: OwnButtons, expected: tuple[list[int], list[str], list[str]]
) -> None:
    assert shapes(buttons, own) == expected


def test_short_families_share_a_row_where_ours_need_the_fifth() -> None:
    kinds = ("upsample_v7", "low_variation", "new_a", "new_b", "pan_left")
    task = Task(TASK, status="SUCCESS", buttons=tuple(Button(f"MJ::JOB::{each}::1", each) for each in kinds))
    rows = build_rows(task, {}, "en", own=EDIT)
    assert [[each.label for each in row] for row in rows] == [
        ["upsample_v7", "low_variation"],
        ["new_a"],
        ["new_b"],
        ["pan_left"],
        ["Edit"],
    ]
    assert len(build_rows(task, {}, "en")) == len(kinds)  # without ours, each has its own
