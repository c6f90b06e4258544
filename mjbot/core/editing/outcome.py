"""The outcomes of an edit, independent of Discord's error codes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from mjbot.core.card.content import Part
from mjbot.core.editing.ladder import ContentProblem
from mjbot.core.model.watch import DeliveredState


@dataclass(frozen=True, slots=True)
class Delivered:
    """Discord accepted the edit; the message now shows ``delivered``.

    ``unverified``: the result is missing from the message, or is a link not known to load. The same card
    is offered again later, and the sink checks the message before the edit. ``follows``: the download of the
    result has not ended yet.
    """

    delivered: DeliveredState
    unverified: bool = False
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The message no longer exists on Discord. ``channel``: the whole channel is gone."""

    channel: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """A failure; retry after ``seconds`` or more. ``whole_channel``: its whole channel must wait."""

    seconds: float = 0.0
    whole_channel: bool = False


@dataclass(frozen=True, slots=True)
class Paused:
    """The edit was not sent, because all edits are paused for ``seconds``. It does not count as a try."""

    seconds: float


@dataclass(frozen=True, slots=True)
class NoAccess:
    """The bot cannot see the channel at the moment; permissions may be restored within minutes."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Discord refused the content. It is sent again with one part less.

    ``named`` are the parts that the response names; ``image`` is the URL of the embed's image.
    """

    problem: ContentProblem = ContentProblem.OTHER
    named: Part = Part.NONE
    image: str = ""


@dataclass(frozen=True, slots=True)
class Rerouted:
    """The interaction token is invalid or expired; the edit goes by the channel route."""


Outcome = Delivered | Gone | Later | Paused | NoAccess | Refused | Rerouted


class Existence(Enum):
    """The result of looking up a message."""

    ASSUMED = auto()
    """The message exists, or cannot be looked up at the moment."""
    DELETED = auto()
    CHANNEL_GONE = auto()
    NO_ACCESS = auto()
    """The bot may not read the channel."""
