"""Adds buttons to grids from servers that send no buttons, such as novicezk's server.

The tasks of these servers have no field for buttons, but ``/submit/change`` upscales, varies and rerolls a
grid (https://github.com/novicezk/midjourney-proxy, SubmitController). Each of these changes gets a customId
of our own, so that the rest of the code treats it like any other button.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from mjbot.core.model.task import Button, Phase, Task

_GRIDS = frozenset({"IMAGINE", "VARIATION", "REROLL", "BLEND"})
_IMAGES = range(1, 5)


@dataclass(frozen=True, slots=True)
class GridChange:
    """The action of a ``/submit/change`` request, and the number of the image, from 1."""

    action: str
    index: int


_CHANGES: Final[Mapping[str, GridChange]] = {
    **{f"change::upsample::{n}": GridChange("UPSCALE", n) for n in _IMAGES},
    "change::reroll::0": GridChange("REROLL", 1),  # new-api requires an index here, too
    **{f"change::variation::{n}": GridChange("VARIATION", n) for n in _IMAGES},
}
GRID_BUTTONS: Final = (
    *(Button(f"change::upsample::{n}", f"U{n}") for n in _IMAGES),
    Button("change::reroll::0", emoji="🔄"),
    *(Button(f"change::variation::{n}", f"V{n}") for n in _IMAGES),
)


def parse_grid_change(custom_id: str) -> GridChange | None:
    """Return the change for the customId of a button that `GridButtons` added, or None for any other."""
    return _CHANGES.get(custom_id)


class GridButtons:
    """Adds buttons to finished grids, as long as the server has never sent a buttons field."""

    def __init__(self) -> None:
        self._sends_buttons = False

    def note(self, task: Mapping[str, Any]) -> None:
        """Record whether a raw task has a buttons field."""
        self._sends_buttons = self._sends_buttons or "buttons" in task

    def add(self, task: Task) -> Task:
        """Return the task with grid buttons if it needs them, else unchanged."""
        is_grid = task.phase is Phase.SUCCESS and task.action.upper() in _GRIDS
        if self._sends_buttons or not is_grid or not task.image_url:
            return task
        return replace(task, buttons=GRID_BUTTONS)
