"""Watches. A watch is the record of a Discord message that shows a task and is updated until it ends."""

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
    """The channel id and message id of a message. After a restart, the bot needs nothing else to edit it."""

    channel_id: int
    message_id: int

    @property
    def created_at(self) -> float:
        """The time at which the message was created, in unix seconds.

        It is part of the message id (a snowflake).
        """
        return (self.message_id >> 22) / 1000 + _DISCORD_EPOCH

    @staticmethod
    def first_id(since: float) -> int:
        """Return the lowest possible id of a message created at ``since`` (unix seconds) or later."""
        return max(0, math.ceil((since - _DISCORD_EPOCH) * 1000)) << 22

    def url(self, guild_id: int | None) -> str:
        """Return the jump link of the message."""
        return f"https://discord.com/channels/{guild_id or '@me'}/{self.channel_id}/{self.message_id}"


class WatchState(StrEnum):
    """States of a watch.

    OPENING: the first card is not delivered yet. CLOSED: the final card was delivered. STOPPED: a user has
    stopped the updates, and the edit that says so is not confirmed yet.
    """

    OPENING = "opening"
    OPEN = "open"
    STOPPED = "stopped"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DeliveredState:
    """The last confirmed content of a message: the card digest, the picture key and the embed image.

    ``picture`` is the `Picture.key` of the picture; ``image`` is the URL of the embed image
    (``attachment://…`` or a web URL). With it, an edit of the text can keep the image without another upload.
    """

    digest: str = ""
    picture: str = ""
    image: str = ""


NOTHING_DELIVERED = DeliveredState()


@dataclass(frozen=True, slots=True)
class Audience:
    """The readers for whom a card is rendered: language, guild, and the user who requested the card."""

    locale: str
    guild_id: int | None
    requester_id: int

    @property
    def place(self) -> Place:
        """The guild or direct messages that contain the card."""
        return Place.of(self.guild_id, self.requester_id)


@dataclass(frozen=True, slots=True)
class Watch:
    """A record of one Discord message that shows the progress of one task."""

    ref: MessageRef
    task_id: TaskId
    guild_id: int | None
    requester_id: int
    locale: str
    created_at: float
    state: WatchState = WatchState.OPENING
    delivered: DeliveredState = NOTHING_DELIVERED

    @property
    def audience(self) -> Audience:
        """The readers for whom the message is rendered."""
        return Audience(self.locale, self.guild_id, self.requester_id)

    @property
    def place(self) -> Place:
        """The guild or direct messages that contain the message."""
        return self.audience.place

    @property
    def follows(self) -> bool:
        """Whether the message is kept up to date."""
        return self.state in (WatchState.OPENING, WatchState.OPEN)

    def as_shown(self, snapshot: TaskSnapshot) -> TaskSnapshot:
        """Return the snapshot to show in this message.

        If the message is no longer kept up to date, the condition is set to STOPPED, because an unfinished
        state would become wrong.
        """
        if self.follows or snapshot.settled:
            return snapshot
        return replace(snapshot, condition=Condition.STOPPED)


def first_guild(watches: Iterable[Watch], in_guild: Callable[[int], bool]) -> int | None:
    """Return the first guild in which a task was shown, among the guilds that the bot is in, or None.

    The order is that of the message ids, which contain Discord's creation time. A refreshed card keeps its
    message id.
    """
    in_guilds = (each for each in watches if each.guild_id is not None and in_guild(each.guild_id))
    first = min(in_guilds, key=lambda each: each.ref.message_id, default=None)
    return first.guild_id if first else None


def first_watch(watches: Iterable[Watch]) -> Watch | None:
    """Return the watch of the oldest message among all watches of a task, or None if there are none."""
    return min(watches, key=lambda each: each.ref.message_id, default=None)


def newest(watches: Iterable[Watch]) -> list[Watch]:
    """Return only the newest watch of each task in each channel. It supersedes the older ones.

    The order is that of the message ids, which contain Discord's creation time. ``created_at`` depends on the
    clock of this machine, which may be wrong.
    """
    by_age = sorted(watches, key=lambda watch: watch.ref.message_id)
    return list({(each.task_id, each.ref.channel_id): each for each in by_age}.values())


def watch_for(watches: Iterable[Watch], on: MessageRef) -> Watch | None:
    """Return the watch to which a message belongs, among the ``watches`` of one task, or None.

    An ephemeral message ("More…", "Do it again") has no watch of its own. It belongs to the newest card in
    the same channel.
    """
    known = list(watches)
    exact = next((each for each in known if each.ref == on), None)
    return exact or next((each for each in newest(known) if each.ref.channel_id == on.channel_id), None)
