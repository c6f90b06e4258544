"""Database ports for presses, the tasks that they create, and task lineage.

Every method is one transaction. It raises `StoreFailed` if the database cannot be used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mjbot.core.access.place import Place
from mjbot.core.model.watch import MessageRef, Watch

if TYPE_CHECKING:
    from mjbot.core.card.lineage import Lineage
    from mjbot.core.model.press import Press, PressKey, UnknownAction
    from mjbot.core.model.snapshot import TaskSnapshot
    from mjbot.core.model.task import TaskId
    from mjbot.ports.makes import Make
    from mjbot.ports.marks import SubmitOrigin


@dataclass(frozen=True, slots=True)
class PressRecord:
    """The last press of one action on one task.

    ``number`` counts the presses of this action so far. ``message`` is the child's card, if any, and
    ``place`` is the place that has seen it. ``not_found``: it is unclear, and was looked for in vain.
    """

    state: Press
    place: Place
    child_id: TaskId | None = None
    message: MessageRef | None = None
    number: int = 1
    not_found: bool = False

    def child_seen_by(self, place: Place) -> str:
        """Return a link to the child's card, or the child's id, or "" if the place has not seen it."""
        if self.child_id is None or place != self.place:
            return ""
        return self.message.url(place.guild_id) if self.message else f"`{self.child_id}`"


@dataclass(frozen=True, slots=True)
class PendingCard:
    """A task that a press created, and the place where its card must be posted."""

    task_id: TaskId
    guild_id: int | None
    channel_id: int
    requester_id: int
    locale: str
    created_at: float

    @property
    def watch(self) -> Watch:
        """The future watch of the card. Its message id encodes the time at which the card became pending."""
        ref = MessageRef(self.channel_id, MessageRef.first_id(self.created_at))
        return Watch(ref, self.task_id, self.guild_id, self.requester_id, self.locale, self.created_at)


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """The history that a card shows in addition to its task: presses by action, parent and children.

    ``make`` is the make that the task came from, or that the card shows in place of a task; ``tries`` is the
    number of its tries. ``not_found``: the last one was lost, and looked for in vain.
    """

    presses: Mapping[str, Press]
    lineage: Lineage
    make: Make | None = None
    tries: int = 0
    not_found: bool = False


class PressStore(Protocol):
    """Stores presses and lineage, and prevents a second submit of the same press.

    Ids that differ only in case belong to one task, because relays ignore the case of ids.
    """

    async def begin(
        self,
        task_id: TaskId,
        action: str,
        user_id: int,
        at: float,
        *,
        repeats: int = 0,
        origin: SubmitOrigin | None = None,
    ) -> PressKey | PressRecord:
        """Store a press as SENDING and return its key, or return the earlier press that prevents it.

        The marks of ``origin`` are stored with it.

        `may_begin` decides. ``repeats`` is the number of the press that the user deliberately repeats, or 0.
        """
        ...

    async def last(self, task_id: TaskId, action: str) -> PressRecord | None:
        """Return the last press of an action."""
        ...

    async def note(self, press: PressKey, state: Press) -> None:
        """Store the state of a press, unless the press has been repeated since."""
        ...

    async def accept(
        self,
        press: PressKey,
        label: str,
        watch: Watch,
        snapshots: Sequence[TaskSnapshot],
    ) -> None:
        """Store that a press was accepted, with all tasks that it created.

        ``watch`` is the watch of the first task; the others are stored as pending cards of its channel. The
        snapshots are placeholders, so they do not replace stored ones. A make becomes the first task, and is
        the parent of none.
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
        """Apply `AFTER_RESTART` to presses left in flight by the last process, and return their tasks."""
        ...

    async def recently_pressed(self) -> list[TaskId]:
        """Return tasks pressed in the 15 minutes up to the newest press. Their cards may be out of date."""
        ...

    async def histories(
        self, asked: Sequence[tuple[TaskId, Place]]
    ) -> dict[tuple[TaskId, Place], TaskHistory]:
        """Return the history of each ``(task, place)``, without relatives that the place has not seen."""
        ...

    async def children(self, task_id: TaskId, place: Place, limit: int) -> list[MessageRef]:
        """Return the card messages of a task's first ``limit`` children that this place has seen."""
        ...

    async def unlink(self, ref: MessageRef) -> list[TaskId]:
        """Remove all links to a deleted message, and return the tasks whose cards had such a link."""
        ...


class UnknownActionStore(Protocol):
    """Stores the actions that this image service called unknown, which `actions_not_offered` evaluates."""

    async def add(self, unknown: UnknownAction) -> None:
        """Store that the service called an action unknown."""
        ...

    async def get(self) -> Sequence[UnknownAction]:
        """Return all actions called unknown, except kinds that have been accepted since then."""
        ...

    async def accept(self, kind: str) -> Sequence[TaskId]:
        """Store that a kind of action was accepted, and return the tasks for which it was unknown before."""
        ...
