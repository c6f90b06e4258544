"""The disk: what must survive the process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mjbot.core.access.press_policy import PressPolicy
    from mjbot.core.access.rate_limits import RateLimit
    from mjbot.core.card.lineage import Lineage
    from mjbot.core.model.press import Press
    from mjbot.core.model.snapshot import TaskSnapshot
    from mjbot.core.model.task import TaskId
    from mjbot.core.model.watch import DeliveredState, MessageRef, Watch
    from mjbot.ports.discord import InteractionContext


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of autocomplete: a task that this guild has seen."""

    snapshot: TaskSnapshot
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
class TaskHistory:
    """What a card tells beside its task: what was pressed on it, and its kin."""

    presses: Mapping[str, Press]
    lineage: Lineage


class WatchStore(Protocol):
    """What must survive the process."""

    async def add(self, watch: Watch, snapshot: TaskSnapshot | None) -> list[Watch]:
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

    async def open_watches(self) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Every watch that is not closed, with the last view of its task."""
        ...

    async def watches_of(self, tasks: Sequence[TaskId]) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Every watch of these tasks, closed ones too, with the last view of the task."""
        ...

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """The watch of a message, closed ones too."""
        ...

    async def save(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Keep these views, in one transaction."""
        ...

    async def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """The last view of a task."""
        ...

    async def save_delivered(
        self, delivered: Mapping[MessageRef, DeliveredState], over: Iterable[MessageRef] = ()
    ) -> None:
        """Keep what messages show, and close the watches that are over, in one transaction."""
        ...

    async def saw(self, place: InteractionContext, task_id: TaskId, at: float) -> None:
        """This guild (or, in a direct message, this person) has seen the task."""
        ...

    async def suggestions(self, place: InteractionContext, text: str, limit: int) -> list[Suggestion]:
        """Tasks that this place has seen, whose id or prompt has the text: running first."""
        ...


class GuildStore(Protocol):
    """What each guild has chosen."""

    async def policy(self, guild_id: int) -> PressPolicy:
        """Who may press in a guild."""
        ...

    async def set_policy(self, guild_id: int, policy: PressPolicy) -> None:
        """Keep a guild's choice."""
        ...


class UsageStore(Protocol):
    """What the limits are counted by."""

    async def take(self, usage: Sequence[tuple[str, RateLimit]], at: float) -> float | None:
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

    async def accept(
        self, task_id: TaskId, action: str, label: str, watch: Watch, snapshot: TaskSnapshot
    ) -> None:
        """Note that a press was accepted, and commit the watch and view of what it made."""
        ...

    async def of(self, task_id: TaskId) -> dict[str, Press]:
        """The state of the last press of each action of a task."""
        ...

    async def end_interrupted(self) -> list[TaskId]:
        """The tasks whose presses died with the last process; nobody knows of those on their way."""
        ...

    async def histories(
        self, asked: Sequence[tuple[TaskId, int | None]]
    ) -> dict[tuple[TaskId, int | None], TaskHistory]:
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
