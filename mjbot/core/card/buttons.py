"""Selection, names and styling of a card's buttons.

The buttons stay in the service's order. Only the structure of a customId is interpreted, so buttons that the
service adds later work, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import emoji

from mjbot.core.card.components import OWN_BUTTONS, CustomId, Verb, action_digest
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import short
from mjbot.core.i18n.texts import Text
from mjbot.core.model.addresses import looks_public, well_formed
from mjbot.core.model.press import OFFERS_ALL, NotOffered, Press
from mjbot.core.model.task import Button, TaskId

_LABEL = 34
_URL = 512
_LINK_STYLE = 5
# One unknown emoji makes Discord reject the whole message, and Discord is late to add new ones.
_EMOJI_VERSION = 15.0
_KEYCAP = "\u20e3"
_PRESSED_IN_MIDJOURNEY = (1, 3)
_OPAQUE = re.compile(r"\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|SOLO|all")
# The number of an image, and the ids of a job. Two or three digits belong to the action: Outpaint::50 zooms
# out by 2, Outpaint::75 by 1.5, and Outpaint::100 makes a square.
_OF_ONE_IMAGE = re.compile(r"\d|\d{4,}|[0-9a-fA-F-]{16,}|SOLO")
_CANCEL = re.compile(r"::CancelJob(?:::|$)")
_BOOKMARK = re.compile(r"::BOOKMARK(?:::|$)")
_NUMBERED = re.compile(r"::(?:PicReader|PromptAnalyzer)::\d")
# Common names of the actions whose buttons show only an emoji.
_NAMES = (
    (_NUMBERED, Text.ACTION_IMAGINE),
    (re.compile(r"::Inpaint::"), Text.ACTION_INPAINT),
    (_BOOKMARK, Text.ACTION_LIKE),
)
_FAMILIES = (
    (re.compile(r"::(upsample|reroll|video_virtual_upscale)::"), "choose"),
    (re.compile(r"::variation::"), "vary-grid"),
    (re.compile(r"::upsample_"), "upscale"),
    (re.compile(r"::(low|high)_variation::|::Inpaint::"), "vary"),
    (re.compile(r"::(Outpaint|CustomZoom)::"), "zoom"),
    (re.compile(r"::pan_"), "pan"),
    # A bookmark belongs to the picture, not to a kind of action: it joins the preceding row.
    (_BOOKMARK, ""),
    (re.compile(r"::animate_|::video::"), "animate"),
    (re.compile(r"::(PicReader|Picread)::"), "describe"),
)


@dataclass(frozen=True, slots=True)
class CardButton:
    """A button on a card. It has either a ``custom_id`` of the bot, or the ``url`` of a link button."""

    custom_id: str = ""
    label: str = ""
    emoji: str = ""
    used: bool = False
    primary: bool = False
    disabled: bool = False
    url: str = ""
    name: str = ""
    """The label to use if the emoji cannot be shown."""

    @property
    def link(self) -> bool:
        """Whether the button opens a URL."""
        return bool(self.url)


Rows = tuple[tuple[CardButton, ...], ...]


def own_button(custom_id: CustomId, locale: str) -> CardButton:
    """Build one of the bot's own buttons."""
    own = OWN_BUTTONS[custom_id.verb]
    return CardButton(str(custom_id), label=translate(own.text, locale), primary=own.primary)


def family(custom_id: str) -> str:
    """Return the name of an action's family, derived from its customId. Buttons of one family share a row.

    Returns "" for a button that can stand in any row, such as a bookmark.
    """
    for pattern, name in _FAMILIES:
        if pattern.search(custom_id):
            return name
    return kind_of(custom_id)


def kind_of(custom_id: str) -> str:
    """Return the kind of an action: the customId without the image number and the job ids.

    Similar buttons can be of different kinds: a service may support "Imagine 1" but not "Imagine all".
    """
    return "::".join(part for part in custom_id.split("::") if not _OF_ONE_IMAGE.fullmatch(part))


def is_repeatable(custom_id: str) -> bool:
    """Return whether a second press creates another result.

    An upscale does not: Midjourney does it only once.
    """
    return family(custom_id) != "choose" or "reroll" in custom_id


def is_numbered(custom_id: str) -> bool:
    """Return whether an action makes pictures from one of the numbered prompts in a text result."""
    return _NUMBERED.search(custom_id) is not None


def is_bookmark(kind: str) -> bool:
    """Return whether an action is Midjourney's Like (BOOKMARK), which creates no task."""
    return _BOOKMARK.search(kind) is not None


def label_of(button: Button, number: int, locale: str) -> str:
    """Return the label of a button as text, even if the button shows only an emoji.

    The image number is kept, as in "Imagine 1️⃣".
    """
    if label := short(button.label, _LABEL):
        return label
    name = _label_from(button.custom_id, number, locale)
    return f"{name} {button.emoji}" if button.emoji.endswith(_KEYCAP) else name


def drawable_buttons(buttons: Iterable[Button]) -> list[Button]:
    """Return the buttons to show for a finished task, without duplicates, in the service's order.

    Buttons that Discord cannot display, and the button that cancels the task, are omitted.
    """
    found: dict[str, Button] = {}
    for button in buttons:
        if not _CANCEL.search(button.custom_id) and (button.custom_id or _is_link(button)):
            found.setdefault(button.custom_id or button.url, button)
    return list(found.values())


def _is_link(button: Button) -> bool:
    return button.style == _LINK_STYLE and looks_public(url := well_formed(button.url)) and len(url) <= _URL


def build_button(
    task_id: TaskId,
    button: Button,
    number: int,
    presses: Mapping[str, Press],
    locale: str,
    not_offered: NotOffered = OFFERS_ALL,
) -> CardButton:
    """Build the button for one action. ``number`` is the position among the buttons of the task, from 1."""
    shown_emoji = button.emoji if _is_emoji(button.emoji) else ""
    name = label_of(button, number, locale)
    label = short(button.label, _LABEL) if shown_emoji else name
    if not button.custom_id:
        return CardButton(label=label, emoji=shown_emoji, url=well_formed(button.url), name=name)
    digest = action_digest(button.custom_id)
    press = presses.get(digest)
    in_flight = press is not None and press.in_flight
    refused = button.disabled or not_offered.covers(task_id, digest, kind_of(button.custom_id))
    return CardButton(
        str(CustomId(Verb.PRESS, task_id, digest)),
        label=label,
        emoji=shown_emoji,
        used=press is Press.ACCEPTED or button.style in _PRESSED_IN_MIDJOURNEY,
        name=name,
        disabled=in_flight or refused,
    )


def _is_emoji(text: str) -> bool:
    known = emoji.EMOJI_DATA.get(text)
    return known is not None and float(known["E"]) <= _EMOJI_VERSION


def _label_from(custom_id: str, number: int, locale: str) -> str:
    for pattern, text in _NAMES:
        if pattern.search(custom_id):
            return translate(text, locale)
    named = [part for part in custom_id.split("::") if part and not _OPAQUE.fullmatch(part)]
    label = named[-1].replace("_", " ").strip() if len(named) > 1 else ""
    if not label:
        return translate(Text.BUTTON_UNNAMED, locale, n=number)
    return short(label[:1].upper() + label[1:].lower(), _LABEL)
