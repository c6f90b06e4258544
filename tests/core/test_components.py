"""Buttons of our own: which cards have them."""

from __future__ import annotations

import pytest

from mjbot.core.access.channels import Obstacle
from mjbot.core.card.rows import own_buttons
from mjbot.core.card.state import CardContext, CardState
from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import Task, TaskId

ID = TaskId("1763936412345678")
REFRESH = ["mj1:look:1763936412345678:"]


def make_snapshot(action: str = "ZOOM", condition: Condition = Condition.FINE) -> TaskSnapshot:
    return TaskSnapshot(ID, opened_at=1, task=Task(ID, status="MODAL", action=action), condition=condition)


def custom_ids(state: CardState, snapshot: TaskSnapshot, obstacle: Obstacle | None = None) -> list[str]:
    """The custom_ids of our buttons on a card, where the image service cancels tasks."""
    context = CardContext(obstacle=obstacle, can_cancel=True)
    return [each.custom_id for each in own_buttons(snapshot, state, context).shown]


@pytest.mark.parametrize("state", CardState)
def test_a_card_has_the_buttons_of_ours_that_its_state_needs(state: CardState) -> None:
    expected = {
        CardState.WAITING: ["mj1:write:1763936412345678:", "mj1:leave:1763936412345678:"],
        CardState.QUEUE_FULL: ["mj1:stop:1763936412345678:modal"],
        CardState.UNCLEAR: ["mj1:again:1763936412345678:make"],
    }
    ended = (CardState.NOT_FOUND, CardState.LOST, CardState.ENDED, CardState.DISMISSED, CardState.STOPPED)
    expected |= dict.fromkeys(ended, REFRESH)
    running = (CardState.QUEUED, CardState.RUNNING, CardState.QUIET, CardState.UNSEEN)
    expected |= {each: [f"mj1:unfollow:{ID}:", f"mj1:cancel:{ID}:"] for each in running}
    assert custom_ids(state, make_snapshot()) == expected.get(state, [])


def test_a_card_that_asks_for_a_region_has_no_button_for_the_prompt_yet() -> None:
    assert custom_ids(CardState.WAITING, make_snapshot("INPAINT")) == [
        "mj1:area:1763936412345678:modalx000",
        "mj1:leave:1763936412345678:",
    ]


@pytest.mark.parametrize("state", [CardState.QUEUED, CardState.RUNNING, CardState.QUIET, CardState.UNSEEN])
def test_a_card_that_cannot_be_kept_up_to_date_can_be_refreshed_until_it_ends(state: CardState) -> None:
    assert custom_ids(state, make_snapshot(), Obstacle.CONNECT) == REFRESH
    assert REFRESH[0] not in custom_ids(state, make_snapshot(condition=Condition.ENDED))
