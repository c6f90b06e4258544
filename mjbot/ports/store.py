"""Database ports: everything that must survive the process.

Every method is one transaction. It raises `StoreFailed` when the database cannot be used at the moment;
nothing of the transaction is stored then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mjbot.core.access.press_policy import PressPolicy
    from mjbot.core.access.rate_limits import RateLimit
    from mjbot.core.card.lineage import Lineage
    from mjbot.core.model.press import Press, PressKey
    from mjbot.core.model.snapshot import TaskSnapshot
    from mjbot.core.model.task import TaskId
    from mjbot.core.model.watch import DeliveredState, MessageRef, Watch
    from mjbot.ports.discord import InteractionContext


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One autocomplete choice: a task that the audience has seen, at ``seen_at`` (unix seconds)."""

    snapshot: TaskSnapshot
    seen_at: float


@dataclass(frozen=True, slots=True)
class PressRecord:
    """The last press of one action of one task.

    ``number``: the number of presses of this action so far. ``message``: the card of the child, if any.
    """

    state: Press
    child_id: TaskId | None = None
    message: MessageRef | None = None
    guild_id: int | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class PendingCard:
    """A task that a press created, and where its card must be posted."""

    task_id: TaskId
    guild_id: int | None
    channel_id: int
    requester_id: int
    locale: str
    created_at: float


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """The history that a card shows in addition to its task: presses by action, parent and children."""

    presses: Mapping[str, Press]
    lineage: Lineage


class WatchStore(Protocol):
    """Watches, the last snapshot of each task, and which audience has seen which task.

    An audience is a guild, or one user in direct messages. Autocomplete offers only tasks that it has seen.
    """

    async def add(self, watch: Watch, snapshot: TaskSnapshot | None) -> list[Watch]:
        """Store a new watch, and return the open ones of the same task in the same channel.

        With a snapshot, the watch's audience has now seen the task.
        """
        ...

    async def close(self, ref: MessageRef) -> None:
        """Close a watch: its final card is confirmed, or the message cannot be edited any more."""
        ...

    async def close_channel(self, channel_id: int) -> None:
        """Close all watches of a deleted channel."""
        ...

    async def close_guild(self, guild_id: int) -> None:
        """Close all watches of a guild that the bot has left."""
        ...

    async def open_watches(self) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Return every watch that is not closed, with the last snapshot of its task."""
        ...

    async def watches_of(self, tasks: Sequence[TaskId]) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Return every watch of these tasks, closed ones too, with the last snapshot of the task."""
        ...

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """Return the watch of a message, even if it is closed."""
        ...

    async def save(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Store snapshots, each in place of the last one of its task."""
        ...

    async def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """Return the last snapshot of a task; None if there is none, or it is in another version's format."""
        ...

    async def save_delivered(
        self, delivered: Mapping[MessageRef, DeliveredState], over: Iterable[MessageRef] = ()
    ) -> None:
        """Store delivered states, mark OPENING watches open, and close those in ``over``."""
        ...

    async def suggestions(self, context: InteractionContext, text: str, limit: int) -> list[Suggestion]:
        """Return tasks whose id or prompt contains ``text``, out of the newest that the audience has seen.

        Running tasks come first, then the newest. The number of tasks searched is bounded, so that the cost
        of a keystroke does not grow with the database.
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


class PressStore(Protocol):
    """Presses and lineage: the guard against submitting anything twice. The case of ids does not matter."""

    async def begin(
        self, task_id: TaskId, action: str, user_id: int, at: float, *, repeats: int = 0
    ) -> PressKey | PressRecord:
        """Store a press as SENDING and return its key, or return the earlier press that forbids it.

        `may_begin` decides; ``repeats`` is the number of the press that the user deliberately repeats.
        """
        ...

    async def last(self, task_id: TaskId, action: str) -> PressRecord | None:
        """Return the last press of an action."""
        ...

    async def note(self, press: PressKey, state: Press) -> None:
        """Store the state of a press, unless it has been repeated since."""
        ...

    async def accept(
        self, press: PressKey, label: str, watch: Watch, snapshots: Sequence[TaskSnapshot]
    ) -> None:
        """Store that a press was accepted, with all tasks that it created.

        ``watch`` is that of the first one; the others are stored as pending cards of its channel.
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
        """Settle the presses that the last process left in flight by `AFTER_RESTART`; return their tasks."""
        ...

    async def histories(
        self, asked: Sequence[tuple[TaskId, int | None]]
    ) -> dict[tuple[TaskId, int | None], TaskHistory]:
        """Return the history of each ``(task, guild)``; relatives only if that guild has seen them."""
        ...

    async def refuse_kind(self, kind: str, at: float) -> None:
        """Store that this image service does not offer a kind of action."""
        ...

    async def refused_kinds(self, since: float, until: float = math.inf) -> frozenset[str]:
        """Return the kinds of action that this image service was found not to offer in this time."""
        ...

    async def children(self, task_id: TaskId, guild_id: int | None, limit: int) -> list[MessageRef]:
        """Return the messages of the first children of a task that this guild has seen."""
        ...

    async def unlink(self, ref: MessageRef) -> list[TaskId]:
        """Remove every link to a deleted message; return the tasks whose cards had one."""
        ...


@dataclass(frozen=True, slots=True)
class Stores:
    """All stores of one open database."""

    watches: WatchStore
    presses: PressStore
    guilds: GuildStore
    usage: UsageStore
    pruner: Pruner
    key_values: KeyValueStore
