"""Database ports for everything that must survive a restart.

Every method is one transaction. It raises `StoreFailed` when the database cannot be used at the moment, and
then stores nothing of the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mjbot.core.access.place import Place
    from mjbot.core.access.press_policy import PressPolicy
    from mjbot.core.access.rate_limits import RateLimit
    from mjbot.core.model.references import JobRef
    from mjbot.core.model.snapshot import TaskSnapshot
    from mjbot.core.model.task import Phase, TaskId
    from mjbot.core.model.watch import DeliveredState, MessageRef, Watch
    from mjbot.ports.presses import PressStore, UnknownActionStore


class WatchStore(Protocol):
    """Stores watches, the last snapshot of each task, and the places that have seen each task."""

    async def add(self, watch: Watch, snapshot: TaskSnapshot | None) -> list[Watch]:
        """Store a new watch, and return the open ones of the same task in the same channel.

        Unless the watch is still opening, autocomplete offers the task in the watch's place from now on.
        """
        ...

    async def close(self, ref: MessageRef) -> None:
        """Close a watch whose final card is confirmed, or whose message can no longer be edited."""
        ...

    async def close_channel(self, channel_id: int) -> None:
        """Close all watches of a deleted channel."""
        ...

    async def close_guild(self, guild_id: int) -> None:
        """Close all watches of a guild that the bot has left, and drop its pending cards."""
        ...

    async def open_watches(self) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Return every watch that is not closed, with the last snapshot of its task."""
        ...

    async def watches_of(self, tasks: Sequence[TaskId]) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Return every watch of these tasks, including closed ones, with the last snapshot of the task."""
        ...

    async def shown(self, task_id: TaskId) -> list[Watch]:
        """Return every watch of a task, whatever the case of its id, and the watches of its pending cards.

        The message id of a pending card's watch stands for the time at which the card became pending.
        """
        ...

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """Return the watch of a message, even if it is closed."""
        ...

    async def task_of_job(self, place: Place, job: JobRef) -> TaskId | None:
        """Return the only task of a Midjourney job among the newest that the place has seen, or None."""
        ...

    async def save(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Store snapshots, each of which replaces the last one of its task."""
        ...

    async def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """Return the last snapshot of a task; None if there is none, or it is in another version's format."""
        ...

    async def save_delivered(
        self, delivered: Mapping[MessageRef, DeliveredState], closed: Iterable[MessageRef] = ()
    ) -> None:
        """Store delivered states, mark OPENING watches open, and close those in ``closed``."""
        ...

    async def suggestions(
        self, place: Place, text: str, phases: Collection[Phase], limit: int
    ) -> list[TaskSnapshot]:
        """Return tasks whose id or prompt contains ``text``, or that are in one of these phases.

        Running tasks come first, then those most recently requested. Only the newest tasks that the place has
        seen are searched, so that the cost of a keystroke does not grow with the database.
        """
        ...


class GuildStore(Protocol):
    """Stores the settings of guilds."""

    async def policy(self, guild_id: int) -> PressPolicy:
        """Return the press policy of a guild. By default anyone may press."""
        ...

    async def set_policy(self, guild_id: int, policy: PressPolicy) -> None:
        """Store the press policy of a guild."""
        ...


class UsageStore(Protocol):
    """Stores the counters of the rate limits across restarts."""

    async def take(self, usage: Sequence[tuple[str, RateLimit]], at: float) -> float | None:
        """Count one use against each ``(user or guild, limit)``, or none if any limit is reached.

        Returns None if the use was counted, else the time (unix seconds) at which it could be counted.
        """
        ...


class Pruner(Protocol):
    """Deletes old tasks."""

    async def newest_message(self) -> float | None:
        """Return the creation time of the newest stored message, in unix seconds by Discord's clock."""
        ...

    async def prune(self, before: float, limit: int) -> int:
        """Delete at most ``limit`` tasks not touched since ``before``, and return the number deleted.

        A task is touched when it is read, shown, followed or pressed, or when its parent is pressed.
        The watches, presses and links to relatives are deleted too. The buttons still work: a press makes the
        bot read the task again.
        """
        ...


class KeyValueStore(Protocol):
    """Stores single values, such as the hash of the commands that are registered with Discord."""

    async def get(self, key: str) -> str | None:
        """Return a value, or None."""
        ...

    async def set(self, key: str, value: str) -> None:
        """Store a value."""
        ...

    async def probe(self) -> None:
        """Write something that needs space, and remove it. Raises `StoreFailed`, also if the disk is full.

        A read does not detect a full disk, and neither does overwriting a value with one of the same size.
        """
        ...


@dataclass(frozen=True, slots=True)
class Stores:
    """All stores of one open database."""

    watches: WatchStore
    presses: PressStore
    unknown_actions: UnknownActionStore
    guilds: GuildStore
    usage: UsageStore
    pruner: Pruner
    key_values: KeyValueStore
