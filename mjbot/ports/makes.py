"""The database port of makes: what is known of a submit that creates a task from a prompt or a picture."""

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
    """Why a make was refused: a text, and the values of its placeholders."""

    text: Text
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Make:
    """What sending or editing a make again needs. ``id`` stands in for its task until there is one.

    ``text`` is the prompt as the user wrote it. Its ``pictures`` are only counted: they are never stored.
    ``task_id`` is the task that the service created. ``series`` is the id of the series that the make belongs
    to, in which it has a ``position`` from 1; "" for a single one.
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
        """The place in which it was asked for."""
        return Place.of(self.guild_id, self.user_id)


class MakeStore(Protocol):
    """Stores makes. Their presses, snapshots and watches are stored like those of tasks, under their ids.

    `PressStore.accept` stores the task that a make became.
    """

    async def add(self, make: Make, snapshot: TaskSnapshot | None = None) -> None:
        """Store a make, or replace it, with the ``snapshot`` that its card shows until it has a task."""
        ...

    async def get(self, make_id: TaskId) -> Make | None:
        """Return a make."""
        ...

    async def of_task(self, task_id: TaskId, place: Place) -> Make | None:
        """Return the make that became a task, if it was asked for in this place."""
        ...

    async def refuse(self, make_id: TaskId, refusal: Refusal) -> None:
        """Store why a make was refused."""
        ...
