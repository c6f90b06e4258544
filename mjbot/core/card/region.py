"""Where to repaint: nine cells of a picture, and the buttons that choose them.

What is chosen travels inside the buttons: three hexadecimal digits, a bit for each cell, so that a
half-made choice outlives a restart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mjbot.core.card.buttons import CardButton, Rows
from mjbot.core.card.state import MODAL
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.model.custom_id import CustomId, PressTarget, Verb
from mjbot.core.model.task import TaskId

SIDE: Final = 3
NOTHING: Final = "000"
OWN: Final = "own"
"""A mask that somebody brings, in place of cells."""


def cells_of(area: str) -> frozenset[int]:
    """The chosen cells, numbered from 0 by rows; none for a mask of somebody's own."""
    bits = int(area, 16) if area not in ("", OWN) else 0
    return frozenset(cell for cell in range(SIDE * SIDE) if bits >> cell & 1)


def toggled(area: str, cell: int) -> str:
    """The area with one cell chosen that was not, or the other way round."""
    bits = sum(1 << each for each in cells_of(area) ^ {cell})
    return f"{bits:03x}"


def picker(task_id: TaskId, target: PressTarget, locale: str, *, sized: bool = True) -> Rows:
    """The buttons that choose where to repaint. ``sized``: the picture is at hand, so cells have a size."""
    own = CardButton(
        _words(task_id, replace(target, area=OWN)), label=translate(Text.BUTTON_OWN_MASK, locale)
    )
    if not sized:
        return ((own,),)
    chosen = cells_of(target.area)
    cells = [
        CardButton(
            str(CustomId(Verb.AREA, task_id, str(replace(target, area=toggled(target.area, cell))))),
            label=str(cell + 1),
            used=cell in chosen,
        )
        for cell in range(SIDE * SIDE)
    ]
    write = CardButton(
        _words(task_id, target), label=translate(Text.BUTTON_WRITE, locale), primary=True, disabled=not chosen
    )
    return (*(tuple(cells[row : row + SIDE]) for row in range(0, SIDE * SIDE, SIDE)), (write, own))


def _words(task_id: TaskId, target: PressTarget) -> str:
    """The button that goes on to the words: of an action, or of a task that waits already."""
    verb = Verb.OPEN_MODAL if target.action == MODAL else Verb.AGAIN
    return str(CustomId(verb, task_id, str(target)))
