"""Watches: each keeps one Discord message up to date until its task ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from mjbot.core.access.place import Place
from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import TaskId

_DISCORD_EPOCH = 1_420_070_400  # unix seconds; the start of 2015, from which snowflakes count


@dataclass(frozen=True, slots=True)
class MessageRef:
    """The channel and message id of a message, enough to edit it with the bot's token after a restart."""

    channel_id: int
    message_id: int

    @property
    def created_at(self) -> float:
        """The time at which the message was created, in unix seconds (from its snowflake)."""
        return (self.message_id >> 22) / 1000 + _DISCORD_EPOCH

    @staticmethod
    def first_id(since: float) -> int:
        """Return the lowest possible id of a message created at ``since`` (unix seconds) or later."""
        return max(0, math.ceil((since - _DISCORD_EPOCH) * 1000)) << 22

    def url(self, guild_id: int | None) -> str:
        """Return the jump link of the message."""
        return f"https://discord.com/channels/{guild_id or '@me'}/{self.channel_id}/{self.message_id}"


class WatchState(StrEnum):
    """States of a watch: OPENING before its first card is delivered, CLOSED after its final card.

    STOPPED: a user has stopped the updates, and the card that says so is not confirmed yet.
    """

    OPENING = "opening"
    OPEN = "open"
    STOPPED = "stopped"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DeliveredState:
    """The last confirmed state of a message: card digest, picture key and embed image.

    ``picture`` is the `Picture.key` of the picture; ``image`` is the URL of the embed image
    (``attachment://…`` or a link), so that an edit of the text can keep it without sending it again.
    """

    digest: str = ""
    picture: str = ""
    image: str = ""


NOTHING_DELIVERED = DeliveredState()


@dataclass(frozen=True, slots=True)
class Watch:
    """One message that shows the progress of one task."""

    ref: MessageRef
    task_id: TaskId
    guild_id: int | None
    requester_id: int
    locale: str
    created_at: float
    state: WatchState = WatchState.OPENING
    delivered: DeliveredState = NOTHING_DELIVERED

    @property
    def place(self) -> Place:
        """The place that sees the message."""
        return Place.of(self.guild_id, self.requester_id)

    @property
    def follows(self) -> bool:
        """Whether the message is kept up to date."""
        return self.state in (WatchState.OPENING, WatchState.OPEN)

    def as_shown(self, snapshot: TaskSnapshot) -> TaskSnapshot:
        """Return a snapshot as the message shows it: no state that may change, if it is not followed."""
        if self.follows or snapshot.settled:
            return snapshot
        return replace(snapshot, condition=Condition.STOPPED)


def first_guild(watches: Iterable[Watch], in_guild: Callable[[int], bool]) -> int | None:
    """Return the guild in which a task was shown first, of those that the bot is in; None without one.

    Message ids follow Discord's clock, and a refreshed card keeps its message id.
    """
    in_guilds = (each for each in watches if each.guild_id is not None and in_guild(each.guild_id))
    first = min(in_guilds, key=lambda each: each.ref.message_id, default=None)
    return first.guild_id if first else None


def first_watch(watches: Iterable[Watch]) -> Watch | None:
    """Return the watch that has shown a task first, anywhere, or None."""
    return min(watches, key=lambda each: each.ref.message_id, default=None)


def newest(watches: Iterable[Watch]) -> list[Watch]:
    """Return only the newest watch of each task in each channel. It supersedes the older ones.

    Message ids follow Discord's clock; ``created_at`` follows the machine's, which may be wrong.
    """
    by_age = sorted(watches, key=lambda watch: watch.ref.message_id)
    return list({(each.task_id, each.ref.channel_id): each for each in by_age}.values())


def watch_for(watches: Iterable[Watch], on: MessageRef) -> Watch | None:
    """Return the watch that a message belongs to. ``watches`` are those of one task.

    An ephemeral message ("More…", "Do it again") has no watch: it belongs to the newest card of its channel.
    """
    known = list(watches)
    exact = next((each for each in known if each.ref == on), None)
    return exact or next((each for each in newest(known) if each.ref.channel_id == on.channel_id), None)
