"""Selection, layout and styling of a card's buttons.

The upstream order is kept. Only the structure of a customId is interpreted, so buttons that the upstream
adds later work, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import emoji

from mjbot.core.card.components import OWN_BUTTONS, CustomId, Verb, action_digest
from mjbot.core.card.state import CardContext, CardState
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import short
from mjbot.core.i18n.texts import Text
from mjbot.core.model.addresses import looks_public, well_formed
from mjbot.core.model.press import OFFERS_ALL, NotOffered, Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Button, Task, TaskId

ROWS = 5
PER_ROW = 5
MAX_BUTTONS = ROWS * PER_ROW
MAX_ON_CARD = MAX_BUTTONS - 1  # the last one is "More…"
_LABEL = 34
_LONG = 12
_LONG_PER_ROW = 3
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
    """A button on a card: either the bot's ``custom_id``, or the ``url`` of a link button."""

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
        """True for a button that opens a URL."""
        return bool(self.url)


Rows = tuple[tuple[CardButton, ...], ...]


def build_rows(
    task: Task,
    presses: Mapping[str, Press],
    locale: str,
    not_offered: NotOffered = OFFERS_ALL,
    own: Sequence[CardButton] = (),
) -> Rows:
    """Build the button rows of a finished task's card, with the bot's ``own`` buttons last.

    ``not_offered`` holds the actions to disable.
    """
    buttons = drawable_buttons(task.buttons)
    card_buttons = [
        build_button(task.id, each, n, presses, locale, not_offered) for n, each in enumerate(buttons, 1)
    ]
    if len(card_buttons) > MAX_BUTTONS:
        more = own_button(CustomId(Verb.MORE, task.id, "1"), locale)
        return chunk_rows([*card_buttons[:MAX_ON_CARD], more])
    if len(card_buttons) + len(own) > MAX_BUTTONS:
        own = ()  # it never pushes out a button of the service
    rows = _joined(_by_family(card_buttons, [family(each.custom_id) for each in buttons]), own)
    return rows if len(rows) <= ROWS else chunk_rows([*card_buttons, *own])


def own_buttons(snapshot: TaskSnapshot, state: CardState, context: CardContext) -> tuple[CardButton, ...]:
    """Build the bot's own buttons for a task's card."""
    return tuple(
        own_button(CustomId(verb, snapshot.id, own.arg(context)), context.locale)
        for verb, own in OWN_BUTTONS.items()
        if state in own.states and own.when(state, snapshot, context)
    )


def own_button(custom_id: CustomId, locale: str) -> CardButton:
    """Build one of the bot's own buttons."""
    own = OWN_BUTTONS[custom_id.verb]
    return CardButton(str(custom_id), label=translate(own.text, locale), primary=own.primary)


def family(custom_id: str) -> str:
    """Return the family of an action, derived from its customId. Buttons of one family share a row.

    Returns "" for a button that fits in any row, such as a bookmark.
    """
    for pattern, name in _FAMILIES:
        if pattern.search(custom_id):
            return name
    return kind_of(custom_id)


def kind_of(custom_id: str) -> str:
    """Return the kind of an action: its customId without image number and job ids.

    Similar buttons can differ in kind: a service may support "Imagine 1" but not "Imagine all".
    """
    return "::".join(part for part in custom_id.split("::") if not _OF_ONE_IMAGE.fullmatch(part))


def is_repeatable(custom_id: str) -> bool:
    """Return whether a second press creates another result. Midjourney upscales each grid image only once."""
    return family(custom_id) != "choose" or "reroll" in custom_id


def is_bookmark(kind: str) -> bool:
    """Return whether an action is Midjourney's Like (BOOKMARK), which creates no task."""
    return _BOOKMARK.search(kind) is not None


def label_of(button: Button, number: int, locale: str) -> str:
    """Return a button's label for use in text, even if the button shows only an emoji.

    The image number is kept, as in "Imagine 1️⃣".
    """
    if label := short(button.label, _LABEL):
        return label
    name = _label_from(button.custom_id, number, locale)
    return f"{name} {button.emoji}" if button.emoji.endswith(_KEYCAP) else name


def drawable_buttons(buttons: Iterable[Button]) -> list[Button]:
    """Return the buttons to show on a finished task, deduplicated, in upstream order.

    Omits buttons that Discord cannot display, and the button that cancels the task.
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
    """Build the button of one action. ``number`` is its position among all of the task's buttons, from 1."""
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


def _by_family(buttons: Sequence[CardButton], families: Sequence[str]) -> Rows:
    rows: list[list[CardButton]] = []
    last = None
    for button, kind in zip(buttons, families, strict=True):
        if not rows or kind not in (last, "") or not _fits(rows[-1], button):
            rows.append([])
        rows[-1].append(button)
        last = kind or last
    return tuple(map(tuple, rows))


def _joined(rows: Rows, own: Sequence[CardButton]) -> Rows:
    """Append the bot's own buttons in a new row, or in the last row if all five are in use."""
    if len(rows) == ROWS and len(rows[-1]) + len(own) <= PER_ROW:
        return (*rows[:-1], (*rows[-1], *own))
    return rows + chunk_rows(own)


def _fits(row: Sequence[CardButton], button: CardButton) -> bool:
    long = sum(len(each.label) > _LONG for each in (*row, button))
    return len(row) < PER_ROW and (long <= _LONG_PER_ROW or len(button.label) <= _LONG)


def chunk_rows(buttons: Sequence[CardButton]) -> Rows:
    """Split buttons into rows of five, in order."""
    return tuple(tuple(buttons[i : i + PER_ROW]) for i in range(0, len(buttons), PER_ROW))
