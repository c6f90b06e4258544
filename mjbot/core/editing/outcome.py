"""The possible outcomes of an edit, independent of Discord's error codes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from mjbot.core.card.content import Part
from mjbot.core.editing.ladder import ContentProblem
from mjbot.core.model.watch import DeliveredState


@dataclass(frozen=True, slots=True)
class Delivered:
    """Discord accepted the edit, and the message now shows ``delivered``.

    ``unverified``: the picture is missing from the message, or is a URL that may not load. The same card is
    queued again later, and the message is checked before that edit. ``follows``: the picture is still being
    downloaded.
    """

    delivered: DeliveredState
    unverified: bool = False
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The message was deleted. ``channel``: the whole channel was deleted."""

    channel: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """The edit failed. Retry it after ``seconds``. ``whole_channel``: delay all edits in the channel."""

    seconds: float = 0.0
    whole_channel: bool = False


@dataclass(frozen=True, slots=True)
class Paused:
    """The edit was not sent, because all edits are paused for ``seconds``.

    This does not count as an attempt.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class NoAccess:
    """The bot cannot see the channel at the moment. The permissions may be restored within minutes."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Discord rejected the content. The edit is sent again with one more part omitted.

    ``named`` holds the parts that the response names. ``image`` is the URL of the embed's image.
    """

    problem: ContentProblem = ContentProblem.OTHER
    named: Part = Part.NONE
    image: str = ""


@dataclass(frozen=True, slots=True)
class Rerouted:
    """The interaction token is invalid or expired. The edit is sent by the channel route instead."""


Outcome = Delivered | Gone | Later | Paused | NoAccess | Refused | Rerouted


class Existence(Enum):
    """The result of looking up a message."""

    ASSUMED = auto()
    """The message exists, or it cannot be looked up at the moment."""
    DELETED = auto()
    CHANNEL_GONE = auto()
    NO_ACCESS = auto()
    """The bot may not read the channel."""
