"""The database port of marks: what is needed to find a submit whose response was lost, and to show its card.

Every method is one transaction. It raises `StoreFailed` if the database cannot be used.
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
    """The marks of a press, one for each of its submits in their order, and where its card belongs."""

    marks: tuple[Mark, ...]
    label: str
    guild_id: int | None
    channel_id: int
    user_id: int
    locale: str


@dataclass(frozen=True, slots=True)
class LostSubmit:
    """A press whose response was lost. ``sent_at`` is the time at which it began (unix seconds)."""

    press: PressKey
    origin: SubmitOrigin
    sent_at: float


class MarkStore(Protocol):
    """Stores the marks of presses until their outcome is known.

    `PressStore.begin` stores them before anything is sent, and deletes them once the press was accepted or
    refused. Those of an unclear press stay when it is repeated, because its task may still appear.
    """

    async def lost(self) -> Sequence[LostSubmit]:
        """Return the presses that are unclear, or were when they were repeated; oldest first."""
        ...

    async def found(self, lost: LostSubmit, watch: Watch, tasks: Sequence[TaskSnapshot]) -> bool:
        """Store that an unclear press was accepted, with all ``tasks`` that it created, and delete its marks.

        The message of ``watch`` goes on as the card of the first task, and the other cards are pending.
        Without a message (id 0), and if the press was repeated since, every card is pending. Returns whether
        the message goes on. Offers to repeat the press then no longer do so, because they did not know.
        """
        ...

    async def not_found(self, lost: Iterable[LostSubmit]) -> None:
        """Store that unclear presses were looked for in vain, unless they were repeated since."""
        ...
