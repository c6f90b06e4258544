"""The database port for makes. A make is a submit that creates a task from a prompt or a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import NO_OPTIONS, MakeOptions
from mjbot.core.model.submits import Command
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, Watch, WatchState

if TYPE_CHECKING:
    from mjbot.core.model.press import Press
    from mjbot.core.model.snapshot import TaskSnapshot


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason why a request to make pictures was refused: a text, and the values of its placeholders."""

    text: Text
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Make:
    """A request to make pictures, stored so that it can be sent again or edited.

    ``id`` is used in place of a task id until the task exists. ``text`` is the prompt as the user wrote it.
    ``pictures`` is a number: the pictures themselves are never stored. ``task_id`` is the task that the
    service created. ``series`` is the id of the series to which the request belongs, or "" if it is single.
    ``position`` is the position in the series, from 1. A series is stored as a request of its own, whose
    ``position`` is the number of its pictures, which were counted towards the limits.
    """

    id: TaskId
    command: Command
    text: str
    guild_id: int | None
    channel_id: int
    user_id: int
    locale: str
    created_at: float
    options: MakeOptions = NO_OPTIONS
    pictures: int = 0
    series: str = ""
    position: int = 0
    refusal: Refusal | None = None
    task_id: TaskId | None = None

    @property
    def place(self) -> Place:
        """The guild or direct messages in which the user made the request."""
        return Place.of(self.guild_id, self.user_id)

    def watch(self, ref: MessageRef, task_id: TaskId, now: float) -> Watch:
        """Build the watch of the message that shows a created task. ``now`` is in unix seconds."""
        return Watch(ref, task_id, self.guild_id, self.user_id, self.locale, now, WatchState.OPEN)


@dataclass(frozen=True, slots=True)
class SeriesPart:
    """One make of a series: its state (None: not sent yet) and the Discord message that shows its task."""

    make: Make
    press: Press | None = None
    not_found: bool = False
    message: MessageRef | None = None


class MakeStore(Protocol):
    """Stores makes: submits that create a task from a prompt or a picture.

    The presses, snapshots and watches of a make are stored like those of a task, with the make's id as the
    task id. `PressStore.accept` stores the task that a make created.
    """

    async def add(self, make: Make, snapshot: TaskSnapshot | None = None) -> None:
        """Store a make, or replace it. ``snapshot`` is what the card shows until the task exists."""
        ...

    async def get(self, make_id: TaskId) -> Make | None:
        """Return the make with this id, or None if there is none."""
        ...

    async def of_task(self, task_id: TaskId, place: Place) -> Make | None:
        """Return the make that created a task, if it was requested in ``place``.

        A place is a guild or a user's direct messages.
        """
        ...

    async def refuse(self, make_id: TaskId, refusal: Refusal) -> None:
        """Store why a make was refused."""
        ...

    async def start_series(self, parts: Sequence[Make], watch: Watch) -> bool:
        """Store the makes of a series, to be sent, and the watch of its card.

        Return False, and store nothing, if they were stored before.
        """
        ...

    async def stop_series(self, series: TaskId, refusal: Refusal) -> Sequence[TaskId]:
        """Refuse the makes of a series that have not started. Return the ids of those not in flight.

        A make that waits for its next try counts as not in flight. One in flight may still start; if it does
        not, it is not tried again.
        """
        ...

    async def unsent_series(self) -> Sequence[TaskId]:
        """Return the series with at least one unsent make, oldest first."""
        ...

    async def next_of(self, series: TaskId) -> Make | None:
        """Return the first unsent make of a series.

        A make also counts as unsent if the process stopped while the make waited for a retry. It is then
        stored as refused, but without a reason.
        """
        ...
