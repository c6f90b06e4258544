"""The disk: what must survive the process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mjbot.core.buttons import Press
    from mjbot.core.limits import Limit
    from mjbot.core.lineage import Lineage
    from mjbot.core.policy import Policy
    from mjbot.core.task import TaskId
    from mjbot.core.view import TaskView
    from mjbot.core.watch import MessageRef, Shown, Watch
    from mjbot.ports.discord import Place


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of autocomplete: a task that this guild has seen."""

    view: TaskView
    seen_at: float


@dataclass(frozen=True, slots=True)
class PressRecord:
    """What the database knows of the last press of one action of one task."""

    state: Press
    child_id: TaskId | None = None
    message: MessageRef | None = None
    guild_id: int | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class Background:
    """What a card tells beside its task: what was pressed on it, and its kin."""

    presses: Mapping[str, Press]
    lineage: Lineage


class WatchStore(Protocol):
    """What must survive the process."""

    async def add(self, watch: Watch, view: TaskView | None) -> list[Watch]:
        """Commit a new watch, and return the open ones of the same task in the same channel.

        With a view: its guild (or, in a direct message, its person) has now seen the task.
        """
        ...

    async def close(self, ref: MessageRef) -> None:
        """The last card is confirmed, or the message cannot be edited any more."""
        ...

    async def close_channel(self, channel_id: int) -> None:
        """The channel is gone: none of its messages can be edited."""
        ...

    async def close_guild(self, guild_id: int) -> None:
        """The bot has left the guild: none of its messages can be edited."""
        ...

    async def open_watches(self) -> list[tuple[Watch, TaskView | None]]:
        """Every watch that is not closed, with the last view of its task."""
        ...

    async def watches_of(self, tasks: Sequence[TaskId]) -> list[tuple[Watch, TaskView | None]]:
        """Every watch of these tasks, closed ones too, with the last view of the task."""
        ...

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """The watch of a message, closed ones too."""
        ...

    async def save(self, views: Sequence[TaskView]) -> None:
        """Keep these views, in one transaction."""
        ...

    async def view(self, task_id: TaskId) -> TaskView | None:
        """The last view of a task."""
        ...

    async def save_shown(self, shown: Mapping[MessageRef, Shown], over: Iterable[MessageRef] = ()) -> None:
        """Keep what messages show, and close the watches that are over, in one transaction."""
        ...

    async def saw(self, place: Place, task_id: TaskId, at: float) -> None:
        """This guild (or, in a direct message, this person) has seen the task."""
        ...

    async def offers(self, place: Place, text: str, limit: int) -> list[Offer]:
        """Tasks that this place has seen, whose id or prompt has the text: running first."""
        ...


class GuildStore(Protocol):
    """What each guild has chosen."""

    async def policy(self, guild_id: int) -> Policy:
        """Who may press in a guild."""
        ...

    async def set_policy(self, guild_id: int, policy: Policy) -> None:
        """Keep a guild's choice."""
        ...


class UseStore(Protocol):
    """What the limits are counted by."""

    async def take(self, uses: Sequence[tuple[str, Limit]], at: float) -> float | None:
        """Count one use by each of these, or return when the next one is free; nothing is counted then."""
        ...


class Pruner(Protocol):
    """What may be forgotten."""

    async def prune(self, before: float, limit: int) -> int:
        """Forget so many tasks that were read last before then and that no message follows."""
        ...


class PressStore(Protocol):
    """Presses, and what was made of what."""

    async def begin(
        self, task_id: TaskId, action: str, user_id: int, at: float, *, after: int = 0
    ) -> PressRecord | None:
        """Commit a press, or return the earlier one that forbids it.

        ``after`` names the press that this one repeats, by somebody who was told of it.
        """
        ...

    async def last(self, task_id: TaskId, action: str) -> PressRecord | None:
        """The last press of an action."""
        ...

    async def note(self, task_id: TaskId, action: str, state: Press) -> None:
        """Note how the last press of an action stands."""
        ...

    async def accept(self, task_id: TaskId, action: str, label: str, watch: Watch, view: TaskView) -> None:
        """Note that a press was accepted, and commit the watch and view of what it made."""
        ...

    async def of(self, task_id: TaskId) -> dict[str, Press]:
        """The state of the last press of each action of a task."""
        ...

    async def end_interrupted(self) -> list[TaskId]:
        """The tasks whose presses died with the last process; nobody knows of those on their way."""
        ...

    async def background(
        self, asked: Sequence[tuple[TaskId, int | None]]
    ) -> dict[tuple[TaskId, int | None], Background]:
        """The presses of these tasks, and their kin as far as the guild beside each has seen them."""
        ...

    async def refuse_kind(self, kind: str, at: float) -> None:
        """Remember that this service does not offer a kind of action."""
        ...

    async def refused_kinds(self, since: float) -> frozenset[str]:
        """The kinds of action that were found not to be offered since then."""
        ...

    async def children(self, task_id: TaskId, guild_id: int | None, limit: int) -> list[MessageRef]:
        """The messages of the first children of a task, as far as a guild has seen them."""
        ...

    async def unlink(self, ref: MessageRef) -> list[TaskId]:
        """A message is gone: nothing points to it any more. Returns the tasks whose cards did."""
        ...
