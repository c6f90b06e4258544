"""Database ports for presses, the tasks that they create, and task lineage.

Every method runs in one transaction, and raises `StoreFailed` if the database cannot be used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mjbot.core.access.place import Place
from mjbot.core.card.lineage import NO_LINEAGE, Lineage
from mjbot.core.model.watch import MessageRef, Watch

if TYPE_CHECKING:
    from mjbot.core.model.press import Press, PressKey, UnknownAction
    from mjbot.core.model.snapshot import TaskSnapshot
    from mjbot.core.model.task import TaskId
    from mjbot.ports.makes import Make, SeriesPart
    from mjbot.ports.marks import SubmitOrigin


@dataclass(frozen=True, slots=True)
class PressRecord:
    """The last press of one action on one task.

    ``number`` counts the presses of this action so far. ``message`` is the card of the task that the press
    created, if any, and ``place`` is the guild or direct messages that contain it. ``not_found``: the outcome
    is unclear, and no task was found.
    """

    state: Press
    place: Place
    child_id: TaskId | None = None
    message: MessageRef | None = None
    number: int = 1
    not_found: bool = False

    def child_seen_by(self, place: Place) -> str:
        """Return a link to the card of the created task, or the task id.

        Returns "" if the task was not shown in ``place``, a guild or direct messages.
        """
        if self.child_id is None or place != self.place:
            return ""
        return self.message.url(place.guild_id) if self.message else f"`{self.child_id}`"


@dataclass(frozen=True, slots=True)
class PendingCard:
    """A task that a press created, and the channel in which the task's card must be posted."""

    task_id: TaskId
    guild_id: int | None
    channel_id: int
    requester_id: int
    locale: str
    created_at: float

    @property
    def watch(self) -> Watch:
        """The watch to store for the card.

        The message id encodes the time at which the card became pending.
        """
        ref = MessageRef(self.channel_id, MessageRef.first_id(self.created_at))
        return Watch(ref, self.task_id, self.guild_id, self.requester_id, self.locale, self.created_at)


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """The history that a card shows in addition to its task: presses by action, parent and children.

    ``make`` is the request that created the task, or that the card shows while there is no task. ``tries`` is
    how often it was sent. ``not_found``: the response to the last try was lost, and no task was found.
    ``series``: the parts of the series that the card lists.
    """

    presses: Mapping[str, Press]
    lineage: Lineage
    make: Make | None = None
    tries: int = 0
    not_found: bool = False
    series: Sequence[SeriesPart] = ()


NO_HISTORY = TaskHistory({}, NO_LINEAGE)


class PressStore(Protocol):
    """Stores presses and lineage, and prevents a second submit of the same press.

    Task ids are case-insensitive, as on relays.
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

        `may_begin` decides whether an earlier press prevents this one. ``repeats`` is the number of the press
        that the user deliberately does again, or 0. The marks in ``origin`` are stored, too.
        """
        ...

    async def last(self, task_id: TaskId, action: str) -> PressRecord | None:
        """Return the last press of an action."""
        ...

    async def note(self, press: PressKey, state: Press) -> None:
        """Store the state of a press. If the user has pressed the same button again since, do nothing."""
        ...

    async def accept(
        self,
        press: PressKey,
        label: str,
        watch: Watch,
        snapshots: Sequence[TaskSnapshot],
    ) -> None:
        """Store that a press was accepted, with all tasks that it created.

        ``watch`` is the watch of the first task. The other tasks are stored as pending cards in the same
        channel, and so is the first one if the message id of the watch is 0: it has no message yet. The
        snapshots are placeholders, so they do not replace stored ones. If the press belongs to a make, the
        first task takes the place of the make, and no task gets the make as its parent.
        """
        ...

    async def pending_cards(self) -> list[tuple[PendingCard, TaskSnapshot]]:
        """Return the tasks that have no card yet, oldest first."""
        ...

    async def add_card(self, watch: Watch) -> Sequence[TaskId]:
        """Store that a pending card was posted. Return the ids of the series whose cards list its task."""
        ...

    async def drop_pending_card(self, task_id: TaskId) -> None:
        """Store that a pending card will never be posted."""
        ...

    async def of(self, task_id: TaskId) -> dict[str, Press]:
        """Return the state of the last press of each action of a task."""
        ...

    async def end_interrupted(self) -> list[TaskId]:
        """Update presses that the last process left in flight as `AFTER_RESTART` says.

        Return the tasks pressed.
        """
        ...

    async def recently_pressed(self) -> list[TaskId]:
        """Return the tasks pressed in the 15 minutes before the newest press.

        Their cards may be out of date.
        """
        ...

    async def histories(
        self, asked: Sequence[tuple[TaskId, Place]]
    ) -> dict[tuple[TaskId, Place], TaskHistory]:
        """Return the history for each ``(task, place)``. A place is a guild or a user's direct messages.

        Parents and children that were not shown in the place are left out.
        """
        ...

    async def children(self, task_id: TaskId, place: Place, limit: int) -> list[MessageRef]:
        """Return the cards of the first ``limit`` children of a task that were shown in ``place``."""
        ...

    async def unlink(self, ref: MessageRef) -> list[TaskId]:
        """Remove all links to a deleted message, and return the tasks whose cards had such a link."""
        ...


class UnknownActionStore(Protocol):
    """Stores the actions that the image service called unknown. `actions_not_offered` evaluates them."""

    async def add(self, unknown: UnknownAction) -> None:
        """Store that the service called an action unknown."""
        ...

    async def get(self) -> Sequence[UnknownAction]:
        """Return all actions that the service called unknown, except kinds that it has accepted since."""
        ...

    async def accept(self, kind: str) -> Sequence[TaskId]:
        """Store that a kind of action was accepted, and return the tasks for which it was unknown before."""
        ...
