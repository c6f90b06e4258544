"""Buttons for servers that send none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mjbot.core.card.buttons import is_repeatable, kind_of
from mjbot.upstream.grid_changes import GRID_BUTTONS, GridButtons, parse_grid_change
from mjbot.upstream.last_readings import LastReadings
from mjbot.upstream.wire import read_task

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))["body"]
    return body


GRID = sample("07-novicezk-fetch-success-no-buttons")


def labels(raw: dict[str, Any], *earlier: dict[str, Any]) -> list[str]:
    """The buttons of a task of a server that sent other tasks before."""
    buttons = GridButtons()
    task = read_task(raw, LastReadings(buttons.note).parse)
    for each in earlier:
        buttons.note(each)
    assert task is not None
    return [each.label or each.emoji for each in buttons.add(task).buttons]


@pytest.mark.parametrize("action", ["IMAGINE", "VARIATION", "REROLL", "BLEND"])
def test_a_finished_grid_of_a_server_without_buttons_has_those_that_change_it(action: str) -> None:
    assert labels(GRID | {"action": action}) == ["U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4"]


@pytest.mark.parametrize(
    "changed",
    [
        {"action": "UPSCALE"},
        {"action": "DESCRIBE"},
        {"action": "SHORTEN"},
        {"action": ""},
        {"action": None},
        {"status": "IN_PROGRESS"},
        {"status": "FAILURE"},
        {"imageUrl": None},
        {"buttons": []},
        {"buttons": None},
        {"buttons": ""},
    ],
)
def test_no_other_task_has_them(changed: dict[str, Any]) -> None:
    assert labels(GRID | changed) == []


@pytest.mark.parametrize("buttons", [None, [], "[]"])
def test_a_server_that_has_sent_a_field_for_buttons_once_is_believed(buttons: object) -> None:
    other = {"id": "1689231405853499", "status": "IN_PROGRESS", "buttons": buttons}
    assert labels(GRID, other) == []
    assert len(labels(GRID, {"id": "1689231405853499", "status": "IN_PROGRESS"})) == 9


def test_each_button_is_one_change_and_an_upscale_is_made_once() -> None:
    changes = [parse_grid_change(each.custom_id) for each in GRID_BUTTONS]
    assert None not in changes
    assert len(set(changes)) == 9
    once = [each.label for each in GRID_BUTTONS if not is_repeatable(each.custom_id)]
    assert once == ["U1", "U2", "U3", "U4"]
    assert len({kind_of(each.custom_id) for each in GRID_BUTTONS}) == 3


@pytest.mark.parametrize("custom_id", ["", "MJ::JOB::upsample::1::x", "change::upsample::5", "change::zoom"])
def test_what_a_server_sends_is_no_change(custom_id: str) -> None:
    assert parse_grid_change(custom_id) is None
