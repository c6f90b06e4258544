"""Buttons of our own: which cards have them, and that they always fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.access.channels import Obstacle
from mjbot.core.card.buttons import PER_ROW, ROWS, CardButton, build_rows, own_buttons
from mjbot.core.card.state import CardContext, CardState
from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import Button, Task, TaskId

ID = TaskId("1763936412345678")
REFRESH = ["mj1:look:1763936412345678:"]


def make_snapshot(action: str = "ZOOM", condition: Condition = Condition.FINE) -> TaskSnapshot:
    return TaskSnapshot(ID, opened_at=1, task=Task(ID, status="MODAL", action=action), condition=condition)


TESTED = ("look", "write", "leave", "stop", "area")


def custom_ids(state: CardState, snapshot: TaskSnapshot, obstacle: Obstacle | None = None) -> list[str]:
    """The custom_ids of our buttons on a card, of the kinds that these tests are about."""
    found = [each.custom_id for each in own_buttons(snapshot, state, CardContext(obstacle=obstacle))]
    return [each for each in found if each.split(":")[1] in TESTED]


@pytest.mark.parametrize("state", CardState)
def test_a_card_has_the_buttons_of_ours_that_its_state_needs(state: CardState) -> None:
    expected = {
        CardState.WAITING: ["mj1:write:1763936412345678:", "mj1:leave:1763936412345678:"],
        CardState.QUEUE_FULL: ["mj1:stop:1763936412345678:modal"],
    }
    stopped = (CardState.NOT_FOUND, CardState.LOST, CardState.ENDED, CardState.DISMISSED)
    expected |= dict.fromkeys(stopped, REFRESH)
    assert custom_ids(state, make_snapshot()) == expected.get(state, [])


def test_a_card_that_asks_for_a_region_has_no_button_for_the_prompt_yet() -> None:
    assert custom_ids(CardState.WAITING, make_snapshot("INPAINT")) == [
        "mj1:area:1763936412345678:modalx000",
        "mj1:leave:1763936412345678:",
    ]


@pytest.mark.parametrize("state", [CardState.QUEUED, CardState.RUNNING, CardState.QUIET, CardState.UNSEEN])
def test_a_card_that_cannot_be_kept_up_to_date_can_be_refreshed_until_it_ends(state: CardState) -> None:
    assert custom_ids(state, make_snapshot(), Obstacle.CONNECT) == REFRESH
    assert custom_ids(state, make_snapshot(condition=Condition.ENDED)) == []


@given(st.integers(0, 22), st.integers(0, 3))
def test_buttons_of_ours_come_last_on_a_finished_card_and_fit(count: int, ours: int) -> None:
    buttons = (Button(f"MJ::JOB::{chr(97 + n)}::1", f"B{n}") for n in range(count))
    task = Task(ID, status="SUCCESS", buttons=tuple(buttons))
    own = [CardButton(f"mj1:look:{ID}:{n}", label=f"O{n}") for n in range(ours)]
    rows = build_rows(task, {}, "en", own=own)
    labels = [each.label for row in rows for each in row]
    assert labels == [*(f"B{n}" for n in range(count)), *(f"O{n}" for n in range(ours))]
    assert len(rows) <= ROWS
    assert all(1 <= len(row) <= PER_ROW for row in rows)


def test_buttons_of_ours_join_the_last_row_where_no_row_is_left() -> None:
    kinds = ("upsample_v7", "low_variation", "new_a", "new_b", "pan_left")
    task = Task(ID, status="SUCCESS", buttons=tuple(Button(f"MJ::JOB::{each}::1", each) for each in kinds))
    rows = build_rows(task, {}, "en", own=[CardButton(REFRESH[0], label="Ours")])
    assert [[each.label for each in row] for row in rows][-1] == ["pan_left", "Ours"]
    assert len(rows) == ROWS
