"""Database ports of presses, of the tasks they create, and of the relatives of a task.

Every method is one transaction, as in all stores. It raises `StoreFailed` if the database cannot be used.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mjbot.core.card.lineage import Lineage
    from mjbot.core.model.press import Press, PressKey
    from mjbot.core.model.snapshot import TaskSnapshot
    from mjbot.core.model.task import TaskId
    from mjbot.core.model.watch import MessageRef, Watch


@dataclass(frozen=True, slots=True)
class PressRecord:
    """The last press of one action of one task.

    ``number``: the number of presses of this action so far. ``message``: the card of the child, if any.
    """

    state: Press
    child_id: TaskId | None = None
    message: MessageRef | None = None
    guild_id: int | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class PendingCard:
    """A task that a press created, and where its card must be posted."""

    task_id: TaskId
    guild_id: int | None
    channel_id: int
    requester_id: int
    locale: str
    created_at: float


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """The history that a card shows in addition to its task: presses by action, parent and children."""

    presses: Mapping[str, Press]
    lineage: Lineage


class PressStore(Protocol):
    """Presses and lineage: the guard against submitting anything twice.

    Presses of ids that differ only in case are presses of one task: relays find ids whatever their case.
    """

    async def begin(
        self, task_id: TaskId, action: str, user_id: int, at: float, *, repeats: int = 0
    ) -> PressKey | PressRecord:
        """Store a press as SENDING and return its key, or return the earlier press that forbids it.

        `may_begin` decides; ``repeats`` is the number of the press that the user deliberately repeats.
        """
        ...

    async def last(self, task_id: TaskId, action: str) -> PressRecord | None:
        """Return the last press of an action."""
        ...

    async def note(self, press: PressKey, state: Press) -> None:
        """Store the state of a press, unless it has been repeated since."""
        ...

    async def accept(
        self,
        press: PressKey,
        label: str,
        watch: Watch,
        snapshots: Sequence[TaskSnapshot],
    ) -> None:
        """Store that a press was accepted, with all tasks that it created.

        ``watch`` is that of the first one; the others are stored as pending cards of its channel. The
        snapshots are assumptions: they replace none that is stored.
        """
        ...

    async def pending_cards(self) -> list[tuple[PendingCard, TaskSnapshot]]:
        """Return the tasks that have no card yet, oldest first."""
        ...

    async def add_card(self, watch: Watch) -> None:
        """Store that a pending card was posted."""
        ...

    async def drop_pending_card(self, task_id: TaskId) -> None:
        """Store that a pending card will never be posted."""
        ...

    async def of(self, task_id: TaskId) -> dict[str, Press]:
        """Return the state of the last press of each action of a task."""
        ...

    async def end_interrupted(self) -> list[TaskId]:
        """Settle the presses that the last process left in flight by `AFTER_RESTART`; return their tasks."""
        ...

    async def recently_pressed(self) -> list[TaskId]:
        """Return the tasks of the last quarter of an hour of presses; their cards may be out of date."""
        ...

    async def histories(
        self, asked: Sequence[tuple[TaskId, int | None]]
    ) -> dict[tuple[TaskId, int | None], TaskHistory]:
        """Return the history of each ``(task, guild)``; relatives only if that guild has seen them."""
        ...

    async def refuse_kind(self, kind: str, at: float) -> None:
        """Store that this image service does not offer a kind of action."""
        ...

    async def refused_kinds(self, since: float, until: float = math.inf) -> frozenset[str]:
        """Return the kinds of action that this image service was found not to offer in this time."""
        ...

    async def children(self, task_id: TaskId, guild_id: int | None, limit: int) -> list[MessageRef]:
        """Return the messages of the first children of a task that this guild has seen."""
        ...

    async def unlink(self, ref: MessageRef) -> list[TaskId]:
        """Remove every link to a deleted message; return the tasks whose cards had one."""
        ...
