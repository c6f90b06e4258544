"""The database port for makes. A make is a submit that creates a task from a prompt or a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import NO_OPTIONS, MakeOptions
from mjbot.core.model.submits import Command
from mjbot.core.model.task import TaskId

if TYPE_CHECKING:
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
    ``position`` is the position in the series, from 1.
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
