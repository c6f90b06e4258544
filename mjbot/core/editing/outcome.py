"""How an edit can end, in our own terms."""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.core.model.watch import DeliveredState


@dataclass(frozen=True, slots=True)
class Delivered:
    """Discord took it; the message now shows this.

    ``unsure``: its result is a link that nobody has seen work, or could not be had. Worth another look:
    the same card again, later, at which the sink looks before it edits.
    """

    delivered: DeliveredState
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The message cannot be edited any more: deleted, or out of reach. ``channel``: all of them."""

    channel: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Not now. ``seconds`` is the least to wait, for this message or for its whole channel."""

    seconds: float = 0.0
    whole_channel: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Discord does not accept this body. Sent once more without picture and buttons, then dropped."""


@dataclass(frozen=True, slots=True)
class Rerouted:
    """The token of the interaction does not do, or does no more: the message's edits go by its channel."""


Outcome = Delivered | Gone | Later | Refused | Rerouted
