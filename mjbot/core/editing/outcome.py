"""The outcomes of an edit, independent of Discord's error codes."""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.core.model.watch import DeliveredState


@dataclass(frozen=True, slots=True)
class Delivered:
    """Discord accepted the edit; the message now shows this.

    ``unverified``: the result is missing from the message, or is a link not known to load. The same card
    is offered again later, and the sink checks the message before it edits.
    """

    delivered: DeliveredState
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The message was deleted or is out of reach. ``channel``: so are all messages of its channel."""

    channel: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Retry after at least ``seconds``. ``whole_channel``: every message of the channel has to wait."""

    seconds: float = 0.0
    whole_channel: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Discord rejected the body. It is sent once more without image and buttons, then dropped."""


@dataclass(frozen=True, slots=True)
class Rerouted:
    """The interaction token is invalid or expired; the edit goes by the channel route."""


Outcome = Delivered | Gone | Later | Refused | Rerouted
