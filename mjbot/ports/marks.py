"""The database port for marks, by which the task of a submit is found if the response was lost.

A mark is a random text that the bot sends with a submit, and that the service stores with the task.

Every method runs in one transaction, and raises `StoreFailed` if the database cannot be used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mjbot.core.model.press import PressKey
    from mjbot.core.model.snapshot import TaskSnapshot
    from mjbot.core.model.task import Mark
    from mjbot.core.model.watch import Watch


@dataclass(frozen=True, slots=True)
class SubmitOrigin:
    """The marks that a press sends with its submits, in order, and the user and channel of the press.

    A mark is a random text that the image service stores with the task.
    """

    marks: tuple[Mark, ...]
    label: str
    guild_id: int | None
    channel_id: int
    user_id: int
    locale: str


@dataclass(frozen=True, slots=True)
class LostSubmit:
    """A press whose response was lost. ``sent_at`` is the time of the press in unix seconds."""

    press: PressKey
    origin: SubmitOrigin
    sent_at: float


class MarkStore(Protocol):
    """Stores the marks of presses until their outcome is known.

    A mark is a random text that the image service stores with a task. `PressStore.begin` stores the marks
    before anything is sent. They are deleted when the press is accepted or refused. If the outcome is unclear
    and the user presses again, the old marks stay, because the first task may still appear.
    """

    async def lost(self) -> Sequence[LostSubmit]:
        """Return the presses that are unclear, or were unclear when the user pressed again. Oldest first."""
        ...

    async def found(self, lost: LostSubmit, watch: Watch, tasks: Sequence[TaskSnapshot]) -> bool:
        """Store that an unclear press was accepted, with all ``tasks`` that it created. Delete its marks.

        The message of ``watch`` becomes the card of the first task, and the cards of the other tasks are
        pending. If there is no message (id 0), or if the user has pressed again since, all cards are pending.
        Returns True if the message becomes a card. Buttons that repeat the press become invalid, because they
        were shown before the outcome was known.
        """
        ...

    async def continued(self, lost: LostSubmit) -> None:
        """Store that an unclear press was accepted, and that its task goes on under its own id.

        Its marks are deleted, and buttons that repeat the press become invalid, as with `found`.
        """
        ...

    async def not_found(self, lost: Iterable[LostSubmit]) -> None:
        """Store that no tasks were found for unclear presses. Presses that the user did again are skipped."""
        ...
