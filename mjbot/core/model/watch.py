"""A watch: our promise to keep one Discord message true until its task ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mjbot.core.model.task import TaskId

_DISCORD_EPOCH = 1_420_070_400  # seconds; the first second of 2015, where snowflakes begin


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message is: all that an edit with the bot token needs, today and after a restart."""

    channel_id: int
    message_id: int

    @property
    def created_at(self) -> float:
        """When Discord made the message, in unix seconds (read off its snowflake)."""
        return (self.message_id >> 22) / 1000 + _DISCORD_EPOCH

    def url(self, guild_id: int | None) -> str:
        """The jump link of the message."""
        return f"https://discord.com/channels/{guild_id or '@me'}/{self.channel_id}/{self.message_id}"


class WatchState(StrEnum):
    """OPENING until the first card is on the message; CLOSED after the last one is confirmed."""

    OPENING = "opening"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DeliveredState:
    """What a message is known to show: the digest of its card, and its picture.

    ``picture`` names the picture in our terms (see `Picture.key`); ``image`` is what the embed points
    at (`attachment://…` or a URL), so that a text-only edit can keep it without sending it again.
    """

    digest: str = ""
    picture: str = ""
    image: str = ""


NOTHING_DELIVERED = DeliveredState()


@dataclass(frozen=True, slots=True)
class Watch:
    """One message that follows one task."""

    ref: MessageRef
    task_id: TaskId
    guild_id: int | None
    requester_id: int
    locale: str
    created_at: float
    state: WatchState = WatchState.OPENING
    delivered: DeliveredState = NOTHING_DELIVERED


def newest(watches: Iterable[Watch]) -> list[Watch]:
    """The newest watch of each channel: older ones of the same task have handed over to it."""
    return list({each.ref.channel_id: each for each in sorted(watches, key=lambda w: w.created_at)}.values())


def watch_for(watches: Iterable[Watch], on: MessageRef) -> Watch | None:
    """The watch, out of one task's, that a message belongs to.

    A private message ("More…", "Do it again") has none: it belongs to the newest card of its channel.
    """
    known = list(watches)
    exact = next((each for each in known if each.ref == on), None)
    return exact or next((each for each in newest(known) if each.ref.channel_id == on.channel_id), None)
