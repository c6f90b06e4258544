"""The buttons that messages are known to show.

Discord keeps the buttons of a message if an edit contains none. While a task runs, only the text and the
picture of its card change, and building the buttons and sending them takes a tenth of the time of an edit.
"""

from __future__ import annotations

from typing import Final

from mjbot.core.card.buttons import Rows
from mjbot.core.editing.pending_edit import Edit
from mjbot.core.model.watch import MessageRef
from mjbot.core.scheduling.bounded_dict import BoundedDict

_REMEMBERED: Final = 20_000  # messages; of others, the next edit contains the buttons


class ShownButtons:
    """Remembers the buttons of each message whose last edit this process has made and Discord has accepted.

    Only cards of unfinished tasks are remembered: no response to an interaction edits such a message.
    """

    def __init__(self) -> None:
        self._of = BoundedDict[MessageRef, tuple[str, Rows]](_REMEMBERED)

    def are_shown(self, edit: Edit, rows: Rows) -> bool:
        """Return whether the message shows these buttons already, so that the edit need not contain them."""
        return self._of.get(edit.ref) == (edit.delivered.digest, rows)

    def forget(self, ref: MessageRef) -> None:
        """Forget the buttons of a message, before an edit is sent."""
        self._of.pop(ref, None)

    def remember(self, edit: Edit, rows: Rows) -> None:
        """Remember the buttons of a message, after Discord has accepted an edit."""
        if not edit.card.final:
            self._of[edit.ref] = edit.card.digest, rows
