"""The rows of buttons on a card: the service's buttons by family, and the bot's own in the last row."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mjbot.core.card.buttons import CardButton, Rows, build_button, drawable_buttons, family, own_button
from mjbot.core.card.components import OWN_BUTTONS, CustomId, Verb
from mjbot.core.card.state import CardContext, CardState
from mjbot.core.model.press import OFFERS_ALL, NotOffered, Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task

ROWS = 5
PER_ROW = 5
MAX_BUTTONS = ROWS * PER_ROW
BESIDE_OURS = MAX_BUTTONS - PER_ROW  # the service's buttons on a card that leave a row for the bot's own
MAX_ON_CARD = MAX_BUTTONS - 1  # if they need that row, too. The last button is then "More…"
_LONG = 12
_LONG_PER_ROW = 3


@dataclass(frozen=True, slots=True)
class OwnButtons:
    """The bot's own buttons for one card: those in its last row, and those in the "More…" menu."""

    shown: tuple[CardButton, ...] = ()
    behind: tuple[CardButton, ...] = ()

    @property
    def all(self) -> tuple[CardButton, ...]:
        """All of these buttons: first those on the card, then those in the "More…" menu."""
        return self.shown + self.behind


NO_OWN_BUTTONS = OwnButtons()


def number_on_card(buttons: int, own: OwnButtons) -> int:
    """Return how many of the service's ``buttons`` are on the card. The others are in the "More…" menu.

    The bot's own buttons never displace a button of the service. If no row is left, they are in the "More…"
    menu, too.
    """
    fits = buttons <= BESIDE_OURS or (buttons <= MAX_BUTTONS and not own.all)
    return buttons if fits else min(buttons, MAX_ON_CARD)


def build_rows(
    task: Task,
    presses: Mapping[str, Press],
    locale: str,
    not_offered: NotOffered = OFFERS_ALL,
    own: OwnButtons = NO_OWN_BUTTONS,
) -> Rows:
    """Build the rows of buttons for a finished task, with the bot's ``own`` buttons in the last row.

    Buttons of actions in ``not_offered`` are disabled.
    """
    buttons = drawable_buttons(task.buttons)
    shown = number_on_card(len(buttons), own)
    card_buttons = [
        build_button(task.id, each, n, presses, locale, not_offered)
        for n, each in enumerate(buttons[:shown], 1)
    ]
    more = own_button(CustomId(Verb.MORE, task.id, "1"), locale)
    if shown < len(buttons) or (shown > BESIDE_OURS and own.all):
        return chunk_rows([*card_buttons, more])
    ours = chunk_rows([*own.shown, more] if own.behind else own.shown)
    rows = _by_family(card_buttons, [family(each.custom_id) for each in buttons])
    return _merged(rows, ROWS - len(ours)) + ours


def own_buttons(snapshot: TaskSnapshot, state: CardState, context: CardContext) -> OwnButtons:
    """Build the bot's own buttons for the card of a task."""
    found = [
        (own, own_button(CustomId(verb, snapshot.id, own.arg(context)), context.locale))
        for verb, own in OWN_BUTTONS.items()
        if state in own.states and own.when(state, snapshot, context)
    ]
    return OwnButtons(
        tuple(button for own, button in found if not own.behind),
        tuple(button for own, button in found if own.behind),
    )


def _by_family(buttons: Sequence[CardButton], families: Sequence[str]) -> Rows:
    rows: list[list[CardButton]] = []
    last = None
    for button, kind in zip(buttons, families, strict=True):
        if not rows or kind not in (last, "") or not _fits(rows[-1], button):
            rows.append([])
        rows[-1].append(button)
        last = kind or last
    return tuple(map(tuple, rows))


def _merged(rows: Rows, limit: int) -> Rows:
    """Join the two shortest adjacent rows if there is one row too many.

    If that is not enough, fill all rows.
    """
    if len(rows) <= limit:
        return rows
    lengths = [len(first) + len(second) for first, second in itertools.pairwise(rows)]
    at = lengths.index(min(lengths))
    if len(rows) > limit + 1 or lengths[at] > PER_ROW:
        return chunk_rows([each for row in rows for each in row])
    return (*rows[:at], rows[at] + rows[at + 1], *rows[at + 2 :])


def _fits(row: Sequence[CardButton], button: CardButton) -> bool:
    long = sum(len(each.label) > _LONG for each in (*row, button))
    return len(row) < PER_ROW and (long <= _LONG_PER_ROW or len(button.label) <= _LONG)


def chunk_rows(buttons: Sequence[CardButton]) -> Rows:
    """Split buttons into rows of five, in order."""
    return tuple(tuple(buttons[i : i + PER_ROW]) for i in range(0, len(buttons), PER_ROW))
