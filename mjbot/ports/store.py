"""Database ports: everything that must survive the process.

Every method is one transaction. It raises `StoreFailed` when the database cannot be used at the moment;
nothing of the transaction is stored then.
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
    """Watches, the last snapshot of each task, and which place has seen which task."""

    async def add(self, watch: Watch, snapshot: TaskSnapshot | None) -> list[Watch]:
        """Store a new watch, and return the open ones of the same task in the same channel.

        Unless the watch is still opening, autocomplete offers the task in the watch's place from now on.
        """
        ...

    async def close(self, ref: MessageRef) -> None:
        """Close a watch: its final card is confirmed, or the message cannot be edited any more."""
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
        """Return every watch of these tasks, closed ones too, with the last snapshot of the task."""
        ...

    async def shown(self, task_id: TaskId) -> list[Watch]:
        """Return every watch of a task in any spelling of its id, with those of its pending cards.

        The watch of a pending card has the message id of the time at which it became pending.
        """
        ...

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """Return the watch of a message, even if it is closed."""
        ...

    async def task_of_job(self, place: Place, job: JobRef) -> TaskId | None:
        """Return the only task that a job of Midjourney made, among the newest that the place has seen."""
        ...

    async def save(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Store snapshots, each in place of the last one of its task."""
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
    """Settings of guilds."""

    async def policy(self, guild_id: int) -> PressPolicy:
        """Return the press policy of a guild; by default anyone may press."""
        ...

    async def set_policy(self, guild_id: int, policy: PressPolicy) -> None:
        """Store the press policy of a guild."""
        ...


class UsageStore(Protocol):
    """Counters of the rate limits, kept across restarts."""

    async def take(self, usage: Sequence[tuple[str, RateLimit]], at: float) -> float | None:
        """Count one use against each ``(user or guild, limit)``, or none if any limit is reached.

        Returns None if it was counted, else the time at which it could be (unix seconds).
        """
        ...


class Pruner(Protocol):
    """Deletion of old tasks."""

    async def newest_message(self) -> float | None:
        """Return when the newest stored message was created, in unix seconds by Discord's clock."""
        ...

    async def prune(self, before: float, limit: int) -> int:
        """Delete at most ``limit`` tasks that nothing has touched since; return the number deleted.

        Being read, shown, followed or pressed touches a task, and so does a press of its parent.
        Their watches, presses and links to relatives go too. Their buttons still work: a press makes the bot
        read the task again.
        """
        ...


class KeyValueStore(Protocol):
    """Single values, such as the hash of the commands that Discord knows."""

    async def get(self, key: str) -> str | None:
        """Return a value, or None."""
        ...

    async def set(self, key: str, value: str) -> None:
        """Store a value."""
        ...

    async def probe(self) -> None:
        """Write something that needs space, and remove it. Raises `StoreFailed` on a full disk, too.

        Reading would not notice a full disk, and neither would overwriting a value with one of the same size.
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
