"""Rules for which part of a rejected message is omitted next, and how long it stays omitted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from mjbot.core.card.card import Card
from mjbot.core.card.content import Part, is_attachment
from mjbot.core.model.addresses import origin
from mjbot.core.model.watch import MessageRef
from mjbot.core.scheduling.bounded_dict import BoundedDict

_REMEMBERED = 1_000
_IMAGE = (Part.FILE, Part.PICTURE)
_TEXT = (Part.LINKS, Part.PROMPT, Part.DETAILS)
_COMPONENTS = (Part.EMOJI, Part.BUTTONS)
_IMAGE_FIRST = (*_IMAGE, *_TEXT, *_COMPONENTS)
# What Discord blocks is in the text: a word, or a link, since an attached file has no host.
_TEXT_FIRST = (*_TEXT, *_IMAGE, *_COMPONENTS)
_LINKED_PICTURE_FIRST = (Part.PICTURE, *_TEXT_FIRST)


class ContentProblem(Enum):
    """Reasons why Discord rejects a message's content."""

    EXPLICIT = auto()
    """Error 20009: Discord's filter considers the file or the text explicit."""
    HARMFUL_LINK = auto()
    """Error 240000: Discord blocks a link in the message."""
    BLOCKED_TEXT = auto()
    """Errors 200000 and 200001: an AutoMod rule of the guild blocks a text in the message."""
    TOO_LARGE = auto()
    """Error 40005 or HTTP 413: the request is too large. Also used if the bot may not attach files."""
    MALFORMED = auto()
    """Error 50035: a part is malformed. The response usually names the part."""
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Omission:
    """The parts omitted from a message, and the card from which they were omitted."""

    parts: Part
    card: Card


class Omissions:
    """The omitted parts of recent messages that have no pending edit.

    A later press may edit the message again.
    """

    def __init__(self) -> None:
        self._of = BoundedDict[MessageRef, Omission](_REMEMBERED)

    def remember(self, ref: MessageRef, omission: Omission | None) -> None:
        """Store the omitted parts of a message. Evict the oldest entry if there are too many."""
        if omission is not None:
            self._of[ref] = omission

    def recall(self, ref: MessageRef) -> Omission | None:
        """Remove and return the entry of a message, or None."""
        return self._of.pop(ref, None)


def next_omission(
    card: Card, omitted: Part, problem: ContentProblem, named: Part = Part.NONE, *, image: str = ""
) -> Part | None:
    """Return all parts to omit from the next attempt, or None if nothing further can be omitted.

    ``omitted`` holds the parts already missing from the rejected message, and ``named`` those that Discord's
    response names. ``image`` is the URL of the embed's image, or "".
    """
    left = present(card, image) & ~omitted
    for part in (*(each for each in _IMAGE_FIRST if each in named), *_order(problem, image)):
        if part in left:
            if part is Part.FILE and problem is not ContentProblem.TOO_LARGE and not card.picture_link:
                part |= Part.PICTURE  # there is no link that could take its place
            return omitted | part
    return None


def present(card: Card, image: str) -> Part:
    """Return the parts that a card has, given the URL of its embed image."""
    buttons = [button for row in card.rows for button in row]
    found = Part.NONE
    if image:
        found |= Part.PICTURE | (Part.FILE if is_attachment(image) else Part.NONE)
    if card.links or card.picture_link or any(button.link for button in buttons):
        found |= Part.LINKS
    if card.body:
        found |= Part.PROMPT
    if card.facts:
        found |= Part.DETAILS
    if any(button.emoji for button in buttons):
        found |= Part.EMOJI
    return found | Part.BUTTONS if buttons else found


def still_omitted(omission: Omission | None, card: Card) -> Part:
    """Return the omitted parts that are unchanged in a newer card and must stay omitted."""
    if omission is None:
        return Part.NONE
    kept = Part.NONE
    for part in omission.parts:
        if _essence(part, omission.card) == _essence(part, card):
            kept |= part
    return kept


def _order(problem: ContentProblem, image: str) -> tuple[Part, ...]:
    if problem is ContentProblem.BLOCKED_TEXT:
        return _TEXT_FIRST
    if problem is not ContentProblem.HARMFUL_LINK:
        return _IMAGE_FIRST
    linked = bool(image) and not is_attachment(image)
    return _LINKED_PICTURE_FIRST if linked else _TEXT_FIRST


def _essence(part: Part, card: Card) -> object:
    """Return the content of a part, to recognize a part that Discord would reject again."""
    picture = card.picture
    match part:
        case Part.FILE | Part.PICTURE:
            return picture and (picture.final, origin(picture.url))
        case Part.LINKS:
            return (card.links, picture and origin(picture.url))
        case Part.PROMPT:
            return card.body
        case Part.DETAILS:
            return card.state
        case _:
            return card.rows
