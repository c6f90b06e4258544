"""What each kind of interaction requires of the user, of the limits and of the bot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Counts(Enum):
    """Rate limits that an interaction can count towards."""

    NONE = auto()
    SUGGESTION = auto()
    INTERACTION = auto()
    COMMAND = auto()
    """A command, which also counts as an interaction."""
    PRESS = auto()
    """A submit, or work that costs as much. Its interaction has already been counted."""


class Shows(Enum):
    """Kinds of message that the bot must be able to show in the channel."""

    NOTHING = auto()
    CARD = auto()
    """A card, even one that cannot be kept up to date."""
    RESULT = auto()
    """A card that is kept up to date, required before a submit because submits cost money."""


class By(Enum):
    """The people who may do it."""

    EVERYONE = auto()
    """Whatever the press policy."""
    POLICY = auto()
    """Those whom the press policies allow."""
    REQUESTER = auto()
    """Who requested this card, and managers."""
    STARTER = auto()
    """Who requested the first card of the task, and the managers of that guild: the task ends for all."""


@dataclass(frozen=True, slots=True)
class Need:
    """The access requirements of one kind of interaction."""

    counts: Counts = Counts.NONE
    shows: Shows = Shows.NOTHING
    new_card: bool = False
    """Whether the interaction adds a live card, which counts towards the guild's limit."""
    by: By = By.POLICY
    makes: bool = False
    """Whether it makes pictures, which is open only where the operator allows it."""


SUGGEST = Need(Counts.SUGGESTION)
VIEW = Need(Counts.INTERACTION, by=By.EVERYONE)
HELP = Need(Counts.INTERACTION)
SEED = Need(Counts.COMMAND, by=By.EVERYONE)
STOP_UPDATING = Need(Counts.INTERACTION, by=By.REQUESTER)
CANCEL = Need(Counts.COMMAND, by=By.STARTER)
STATUS = Need(Counts.COMMAND, Shows.CARD, new_card=True)
REFRESH = Need(Counts.COMMAND, new_card=True, by=By.EVERYONE)
CHOOSE = Need(Counts.INTERACTION)
"""A press that submits nothing: open a modal, choose a region, stop, dismiss."""
PREPARE = Need(Counts.INTERACTION, Shows.RESULT)
"""A press that leads to a submit, possibly after asking for a region or a prompt."""
SUBMIT = Need(Counts.PRESS, Shows.RESULT)
"""A submit, checked after the user has given all input, so that opening a modal does not count."""
DRAW = Need(Counts.PRESS, Shows.RESULT, makes=True)
"""A submit that makes pictures of a numbered prompt, by those who may use the card's buttons."""
UPLOAD = Need(Counts.PRESS)
"""An uploaded mask, checked before it is decoded."""
SUBMIT_UPLOADED = Need(shows=Shows.RESULT)
"""A submit with a mask, which was already counted as an `UPLOAD` and is not counted again."""


PREPARE_MAKE = Need(Counts.INTERACTION, Shows.RESULT, new_card=True, by=By.EVERYONE, makes=True)
"""A make that may still be refused or asked about, or whose prompt is about to be written."""
MAKE = Need(Counts.PRESS, Shows.RESULT, new_card=True, by=By.EVERYONE, makes=True)
"""A make that is about to be sent. Each picture counts."""
MAKE_AGAIN = Need(Counts.PRESS, Shows.RESULT, makes=True)
"""A repetition of a make on its card, by those who may use the card's buttons."""
