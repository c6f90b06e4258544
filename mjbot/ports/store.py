"""Database ports for everything that must survive a restart.

Every method runs in one transaction. If the database cannot be used at the moment, the method raises
`StoreFailed`, and the transaction is rolled back.
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
    from mjbot.ports.makes import MakeStore
    from mjbot.ports.marks import MarkStore
    from mjbot.ports.presses import PressStore, UnknownActionStore


class WatchStore(Protocol):
    """Stores watches, the last snapshot of each task, and the guilds and users to whom it was shown.

    A watch is the record of a message that shows a task.
    """

    async def add(self, watch: Watch, snapshot: TaskSnapshot | None) -> list[Watch]:
        """Store a new watch, and return the open watches of the same task in the same channel.

        Unless the state is OPENING, autocomplete suggests the task from now on in the guild or direct
        messages of the message.
        """
        ...

    async def close(self, ref: MessageRef) -> None:
        """Close the watch of a message that shows the final card or can no longer be edited."""
        ...

    async def close_channel(self, channel_id: int) -> None:
        """Close all watches of a deleted channel."""
        ...

    async def close_guild(self, guild_id: int) -> None:
        """Close all watches of a guild that the bot has left, and delete the guild's pending cards."""
        ...

    async def open_watches(self) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Return every watch that is not closed, with the last snapshot of its task."""
        ...

    async def watches_of(
        self, tasks: Sequence[TaskId], *, and_series: bool = False
    ) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Return every watch of these tasks, including closed ones, with the last snapshot of the task.

        With ``and_series``, return those of the series that list one of the tasks, too.
        """
        ...

    async def shown(self, task_id: TaskId) -> list[Watch]:
        """Return all watches of a task, including those of pending cards. The task id is case-insensitive.

        The message id of a pending card's watch encodes the time at which the card became pending.
        """
        ...

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """Return the watch of a message, even if it is closed. Only the message id is compared."""
        ...

    async def task_of_job(self, place: Place, job: JobRef) -> TaskId | None:
        """Return the task of a Midjourney job if exactly one recent task in ``place`` matches, or None."""
        ...

    async def save(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Store snapshots. Each replaces the previous snapshot of its task."""
        ...

    async def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """Return the last snapshot of a task, or None if there is none in a supported format."""
        ...

    async def save_delivered(
        self, delivered: Mapping[MessageRef, DeliveredState], closed: Iterable[MessageRef] = ()
    ) -> None:
        """Store delivered states, mark OPENING watches open, and close those in ``closed``."""
        ...

    async def suggestions(
        self, place: Place, text: str, phases: Collection[Phase], limit: int
    ) -> list[TaskSnapshot]:
        """Return tasks for autocomplete, by ``text`` in the id or prompt, or by ``phases``.

        Running tasks come first, then those most recently requested. Only the newest tasks shown in ``place``
        (a guild or direct messages) are searched, so that the cost of a keystroke does not grow with the
        database.
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
    """Stores the uses that count towards the rate limits, so that a restart does not reset them."""

    async def take(
        self, usage: Sequence[tuple[str, RateLimit]], at: float, *, times: int = 1
    ) -> float | None:
        """Count uses against each ``(user or guild, limit)``, or nothing if a limit does not allow them all.

        Returns None if they were counted. Otherwise, returns the time (unix seconds) at which one more use
        would be permitted.
        """
        ...

    async def left(self, usage: Sequence[tuple[str, RateLimit]], at: float) -> int:
        """Return how many uses all these limits allow at a time."""
        ...


class Pruner(Protocol):
    """Deletes old tasks from the database."""

    async def newest_message(self) -> float | None:
        """Return the creation time of the newest stored message, in unix seconds by Discord's clock."""
        ...

    async def prune(self, before: float, limit: int) -> int:
        """Delete at most ``limit`` tasks that were not used since ``before``, and return the number deleted.

        A task is used when it is read, shown, or updated in a message, and when a button of the task or of
        its parent is pressed. The watches, presses and links to relatives are deleted too. The buttons still
        work: a press makes the bot read the task again.
        """
        ...


class KeyValueStore(Protocol):
    """Stores values by key, such as the hash of the commands registered with Discord."""

    async def get(self, key: str) -> str | None:
        """Return the value of a key, or None if it is not set."""
        ...

    async def set(self, key: str, value: str) -> None:
        """Store the value of a key."""
        ...

    async def probe(self) -> None:
        """Check that the database is writable: write new data and remove it. Raises `StoreFailed`.

        Only writing new data detects a full disk. A read does not, and neither does a write of the same size.
        """
        ...


@dataclass(frozen=True, slots=True)
class Stores:
    """All stores of one open database."""

    watches: WatchStore
    presses: PressStore
    makes: MakeStore
    marks: MarkStore
    unknown_actions: UnknownActionStore
    guilds: GuildStore
    usage: UsageStore
    pruner: Pruner
    key_values: KeyValueStore
