"""Access requirements of each kind of interaction: permitted users, rate limits, and bot permissions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Counts(Enum):
    """The rate limit that an interaction counts towards."""

    NONE = auto()
    SUGGESTION = auto()
    INTERACTION = auto()
    COMMAND = auto()
    """A command, which also counts as an interaction."""
    PRESS = auto()
    """A submit to the image service, or work that costs as much.

    The interaction itself was already counted.
    """


class Shows(Enum):
    """The message that the bot must be able to show in the channel."""

    NOTHING = auto()
    CARD = auto()
    """A card, even if the bot cannot edit it later."""
    RESULT = auto()
    """A card that the bot can edit later. Submits require this, because their result costs money."""


class By(Enum):
    """The users who are allowed to start an interaction."""

    EVERYONE = auto()
    """Every user, regardless of the press policy."""
    POLICY = auto()
    """Users allowed by the guild's press policy."""
    REQUESTER = auto()
    """The user who requested this card, and users with the Manage Server permission."""
    STARTER = auto()
    """The user who requested the task's first card, and users with Manage Server in that guild."""


@dataclass(frozen=True, slots=True)
class Need:
    """The access requirements of one kind of interaction."""

    counts: Counts = Counts.NONE
    shows: Shows = Shows.NOTHING
    new_card: bool = False
    """Whether the interaction adds a live card, which counts towards the guild's limit on live cards."""
    by: By = By.POLICY
    makes: bool = False
    """Whether the interaction makes new pictures. The operator decides where users may make them."""


SUGGEST = Need(Counts.SUGGESTION)
VIEW = Need(Counts.INTERACTION, by=By.EVERYONE)
HELP = Need(Counts.INTERACTION)
SEED = Need(Counts.COMMAND, by=By.EVERYONE)
STOP_UPDATING = Need(Counts.INTERACTION, by=By.REQUESTER)
CANCEL = Need(Counts.COMMAND, by=By.STARTER)
STATUS = Need(Counts.COMMAND, Shows.CARD, new_card=True)
REFRESH = Need(Counts.COMMAND, new_card=True, by=By.EVERYONE)
CHOOSE = Need(Counts.INTERACTION)
"""A press that submits nothing, for example one that opens a modal, selects a region, or stops a card."""
PREPARE = Need(Counts.INTERACTION, Shows.RESULT)
"""A press that leads to a submit, possibly after asking for a region or a prompt."""
SUBMIT = Need(Counts.PRESS, Shows.RESULT)
"""A submit. It is checked after the user has given all input, so that opening a modal does not count."""
DRAW = Need(Counts.PRESS, Shows.RESULT, makes=True)
"""A submit that makes pictures from a numbered prompt. The press policy applies."""
UPLOAD = Need(Counts.PRESS)
"""An uploaded mask. It is checked before the bot decodes it."""
SUBMIT_UPLOADED = Need(shows=Shows.RESULT)
"""A submit with a mask. It was already counted as an `UPLOAD`, so it is not counted again."""


PREPARE_MAKE = Need(Counts.INTERACTION, Shows.RESULT, new_card=True, by=By.EVERYONE, makes=True)
"""A request to make pictures that is not sent yet: it may be refused, or the user may have to confirm it."""
MAKE = Need(Counts.PRESS, Shows.RESULT, new_card=True, by=By.EVERYONE, makes=True)
"""A request to make pictures that is about to be sent. Each picture counts."""
MAKE_AGAIN = Need(Counts.PRESS, Shows.RESULT, makes=True)
"""A retry of a request to make pictures, started from its card. The press policy applies."""
START_SERIES = Need(Counts.INTERACTION, Shows.RESULT, new_card=True, by=By.EVERYONE, makes=True)
"""The start of a series, whose pictures were counted before the user was asked."""
