"""Regions to repaint: the selected cells of a 3×3 grid, and the buttons that toggle them.

The selection is encoded in the custom_ids of the buttons, as three hexadecimal digits with one bit per cell.
It therefore survives a restart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mjbot.core.card.buttons import CardButton, Rows
from mjbot.core.card.components import CustomId, PressTarget, Verb
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.model.press import MODAL_ACTION
from mjbot.core.model.task import TaskId

SIDE: Final = 3
OWN_MASK: Final = "own"
"""The region value for a mask uploaded by the user."""


def cells_of(region: str) -> frozenset[int]:
    """Return the selected cells, numbered from 0 row by row. For an uploaded mask, no cells are selected."""
    bits = int(region, 16) if region not in ("", OWN_MASK) else 0
    return frozenset(cell for cell in range(SIDE * SIDE) if bits >> cell & 1)


def toggle_cell(region: str, cell: int) -> str:
    """Return the region with one cell toggled."""
    bits = sum(1 << each for each in cells_of(region) ^ {cell})
    return f"{bits:03x}"


def build_region_picker(task_id: TaskId, target: PressTarget, locale: str, *, sized: bool = True) -> Rows:
    """Build the buttons that select a region. If ``sized`` is false, the buttons for the cells are omitted.

    They are omitted if the picture could not be loaded, because a mask needs the size of the picture.
    """
    own = CardButton(
        _modal_custom_id(task_id, replace(target, region=OWN_MASK)),
        label=translate(Text.BUTTON_OWN_MASK, locale),
    )
    if not sized:
        return ((own,),)
    chosen = cells_of(target.region)
    cells = [
        CardButton(
            str(
                CustomId(Verb.REGION, task_id, str(replace(target, region=toggle_cell(target.region, cell))))
            ),
            label=str(cell + 1),
            used=cell in chosen,
        )
        for cell in range(SIDE * SIDE)
    ]
    open_modal = CardButton(
        _modal_custom_id(task_id, target),
        label=translate(Text.BUTTON_WRITE, locale),
        primary=True,
        disabled=not chosen,
    )
    return (*(tuple(cells[row : row + SIDE]) for row in range(0, SIDE * SIDE, SIDE)), (open_modal, own))


def _modal_custom_id(task_id: TaskId, target: PressTarget) -> str:
    """Return the custom_id that opens the prompt modal of an action or of a task in status MODAL."""
    verb = Verb.OPEN_MODAL if target.action == MODAL_ACTION else Verb.AGAIN
    return str(CustomId(verb, task_id, str(target)))
