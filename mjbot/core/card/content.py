"""The content of a message: a card without the parts that Discord rejects.

One bad part makes Discord reject the whole message, for example an explicit file, a link to a blocked host or
an unknown emoji. The bot therefore sends a rejected message again, each time with one more part omitted,
until Discord accepts it. Buttons are omitted last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, Flag, auto

from mjbot.core.card.buttons import CardButton, Rows
from mjbot.core.card.card import Card, Medium
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import cut, units
from mjbot.core.i18n.texts import Text

MAX_DESCRIPTION = 4_096  # https://discord.com/developers/docs/resources/message#embed-object-embed-limits
ATTACHMENT = "attachment://"
_NOT_IMAGES = (".mp4", ".mov", ".txt")
_SHORTEST_BODY = 20


class Part(Flag):
    """Parts of a message that can be omitted."""

    NONE = 0
    FILE = auto()
    """The attached files. Without them, an image is shown by its link."""
    PICTURE = auto()
    LINKS = auto()
    """The links in the description, and the link buttons."""
    PROMPT = auto()
    """The prompt, or a text result."""
    DETAILS = auto()
    """Times, progress and explanations. The title still shows the state."""
    EMOJI = auto()
    """The emojis of buttons. Without them, buttons show only labels."""
    BUTTONS = auto()


class ImageState(Enum):
    """How a message shows the picture of its card."""

    SHOWN = auto()
    SMALLER = auto()
    """The picture is shown as a downscaled copy, because the original is larger than Discord accepts."""
    LINKED = auto()
    """The picture is shown by URL, because it cannot be attached. Discord may also fail to load the URL."""
    FOLLOWS = auto()
    """The picture is not shown yet, because the download is in progress."""
    MISSING = auto()
    """The picture is not shown, because the download failed."""


_REFUSED = {
    Part.LINKS: Text.CARD_LINKS_REFUSED,
    Part.PROMPT | Part.DETAILS: Text.CARD_TEXT_REFUSED,
    Part.BUTTONS: Text.CARD_BUTTONS_REFUSED,
}


_ABOUT_PICTURE = {
    ImageState.SMALLER: Text.CARD_PICTURE_SMALLER,
    ImageState.LINKED: Text.CARD_PICTURE_LINKED,
    ImageState.FOLLOWS: Text.CARD_PICTURE_FOLLOWS,
    ImageState.MISSING: Text.CARD_PICTURE_MISSING,
}


@dataclass(frozen=True, slots=True)
class Content:
    """The message content to send: the texts of the embed, and the rows of buttons."""

    title: str
    colour: int
    description: str
    footer: str
    rows: Rows


def content_of(card: Card, image: ImageState, omitted: Part = Part.NONE) -> Content:
    """Build the content of a card without the ``omitted`` parts. A line explains what is omitted."""
    lines = [] if Part.DETAILS in omitted else [card.facts]
    lines += _about_picture(card, image, omitted)
    lines += [translate(text, card.locale) for part, text in _REFUSED.items() if part & omitted]
    links = () if Part.LINKS in omitted else card.links
    return Content(
        title=card.title,
        colour=card.colour,
        description=_fitted(
            [line for line in lines if line], links, "" if Part.PROMPT in omitted else card.body
        ),
        footer=card.footer,
        rows=rows_without(card.rows, omitted),
    )


def is_attachment(image_url: str) -> bool:
    """Return whether an embed's image URL refers to an attachment."""
    return image_url.startswith(ATTACHMENT)


def in_embed(image_url: str) -> bool:
    """Return whether an embed can show the file at this URL. In an embed, a video would be a still image."""
    return bool(image_url) and not (is_attachment(image_url) and image_url.endswith(_NOT_IMAGES))


def _about_picture(card: Card, image: ImageState, omitted: Part) -> list[str]:
    """Return a line that explains why the result is not in the message, and links to the result."""
    picture = card.picture
    if picture is None or not picture.final:
        return []
    refused = Part.PICTURE in omitted
    if picture.medium is Medium.TEXT:
        attached = image is ImageState.SHOWN and not refused
        following = image is ImageState.FOLLOWS and not refused
        text = Text.CARD_TEXT_ATTACHED if attached or following else Text.CARD_TEXT_NOT_ATTACHED
        return [] if Part.PROMPT in omitted else [translate(text, card.locale)]
    if image is ImageState.SHOWN and not refused:
        return []
    sentence = _about(picture.medium, image, refused=refused)
    if image is ImageState.FOLLOWS and not refused:
        return [translate(sentence, card.locale)]
    if picture.medium is Medium.VIDEO:  # its links have their own line
        return [translate(sentence if card.picture_link else Text.CARD_VIDEO_PRIVATE, card.locale)]
    if not card.picture_link or Part.LINKS in omitted:
        return [translate(sentence, card.locale)]
    if sentence is Text.CARD_PICTURE_SMALLER:
        return [translate(Text.CARD_PICTURE_SMALLER_LINK, card.locale, url=card.picture_link)]
    said = translate(sentence, card.locale)
    return [translate(Text.CARD_PICTURE_LINK, card.locale, sentence=said, url=card.picture_link)]


def _about(medium: Medium, image: ImageState, *, refused: bool) -> Text:
    if medium is Medium.IMAGE:
        return Text.CARD_PICTURE_REFUSED if refused else _ABOUT_PICTURE[image]
    if refused:
        return Text.CARD_VIDEO_REFUSED
    return Text.CARD_VIDEO_FOLLOWS if image is ImageState.FOLLOWS else Text.CARD_VIDEO_MISSING


def _fitted(lines: Sequence[str], links: Sequence[str], body: str) -> str:
    """Join the parts of a description.

    To stay within Discord's limit, cut the body, then drop the last links.

    The body comes last, because Discord would render a line after a quote as part of the quote.
    """
    text = "\n".join(lines)
    for link in links:
        longer = f"{text}\n{link}" if text else link
        if units(longer) > MAX_DESCRIPTION:
            break
        text = longer
    if units(text) > MAX_DESCRIPTION:
        return cut(text, MAX_DESCRIPTION)
    whole = f"{text}\n{body}" if text and body else text or body
    if units(whole) <= MAX_DESCRIPTION:
        return whole
    limit = MAX_DESCRIPTION - units(text) - 4
    if limit < _SHORTEST_BODY:
        return text
    shortened = cut(body, limit).rstrip("\\")  # must not end inside an escape sequence
    return f"{text}\n{shortened}…"


def rows_without(rows: Rows, omitted: Part) -> Rows:
    """Return rows of buttons without the ``omitted`` parts."""
    if Part.BUTTONS in omitted:
        return ()
    kept = tuple(
        tuple(_button(each, omitted) for each in row if not (each.link and Part.LINKS in omitted))
        for row in rows
    )
    return tuple(row for row in kept if row)


def _button(button: CardButton, omitted: Part) -> CardButton:
    if Part.EMOJI not in omitted or not button.emoji:
        return button
    return replace(button, emoji="", label=button.label or button.name)
