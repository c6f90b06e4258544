"""Which of a task's buttons are drawn, in which rows, with which looks.

Upstream's order is kept. Nothing is known about an action but the shape of its customId, so buttons
that nobody has invented yet are drawn like all others.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import emoji

from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import short, units
from mjbot.core.i18n.texts import Text
from mjbot.core.model.custom_id import CustomId, Verb, action_digest
from mjbot.core.model.task import Button, Task, TaskId

ROWS = 5
PER_ROW = 5
MOST = ROWS * PER_ROW
ON_CARD = MOST - 1  # beside "More…"
_LABEL = 34
_LONG = 12
_LONG_PER_ROW = 3
_URL = 512
_LINK_STYLE = 5
# Discord refuses a whole message over one emoji it does not know, and it learns new ones late.
_EMOJI_VERSION = 15.0
_KEYCAP = "\u20e3"
_PRESSED_IN_MIDJOURNEY = (1, 3)
_OPAQUE = re.compile(r"\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|SOLO|all")
_FAMILIES = (
    (re.compile(r"::(upsample|reroll|video_virtual_upscale)::"), "choose"),
    (re.compile(r"::variation::"), "vary-grid"),
    (re.compile(r"::upsample_"), "upscale"),
    (re.compile(r"::(low|high)_variation::|::Inpaint::"), "vary"),
    (re.compile(r"::(Outpaint|CustomZoom)::"), "zoom"),
    (re.compile(r"::pan_"), "pan"),
    # A bookmark belongs to the picture, not to a kind of action: it joins the row before it.
    (re.compile(r"::BOOKMARK::"), ""),
    (re.compile(r"::animate_|::video::"), "animate"),
    (re.compile(r"::(PicReader|Picread)::"), "describe"),
)


class Press(StrEnum):
    """What is known of a press of one action."""

    SENDING = "sending"
    RETRYING = "retrying"  # the queue was full: nothing is on its way, and it will be tried again
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCLEAR = "unclear"  # nobody knows whether it was made
    UNKNOWN_ACTION = "unknown_action"

    @property
    def in_flight(self) -> bool:
        """True while it may still be accepted by itself."""
        return self in (Press.SENDING, Press.RETRYING)


@dataclass(frozen=True, slots=True)
class CardButton:
    """One button of a card. ``target`` is our custom_id, or the address of a link."""

    target: str
    label: str = ""
    emoji: str = ""
    used: bool = False
    primary: bool = False
    disabled: bool = False
    link: bool = False


Rows = tuple[tuple[CardButton, ...], ...]


def rows_of(
    task: Task, presses: Mapping[str, Press], locale: str, refused: Container[str] = frozenset()
) -> Rows:
    """The rows of a finished task's card; ``refused`` are the kinds of action that are not offered."""
    buttons = usable(task.buttons)
    drawn = [build_button(task.id, each, n, presses, locale, refused) for n, each in enumerate(buttons, 1)]
    if len(drawn) > MOST:
        more = CustomId(Verb.MORE, task.id, "1")
        return filled([*drawn[:ON_CARD], CardButton(str(more), label=translate(Text.BUTTON_MORE, locale))])
    rows = _by_family(drawn, [family(each.custom_id) for each in buttons])
    return rows if len(rows) <= ROWS else filled(drawn)


def family(custom_id: str) -> str:
    """The kind of action, as far as the customId tells: buttons of one kind share a row.

    Empty for what may stand in any row (a bookmark, a link).
    """
    for pattern, name in _FAMILIES:
        if pattern.search(custom_id):
            return name
    return kind_of(custom_id)


def kind_of(custom_id: str) -> str:
    """The customId without what differs from task to task and from picture to picture."""
    return "::".join(part for part in custom_id.split("::") if not _OPAQUE.fullmatch(part))


def repeatable(custom_id: str) -> bool:
    """True where pressing a second time makes something new; Midjourney makes each U once."""
    return family(custom_id) != "choose" or "reroll" in custom_id


def label_of(button: Button, number: int, locale: str) -> str:
    """The words that name a button in a sentence, even when it is drawn as an emoji alone."""
    if not button.label and button.emoji.endswith(_KEYCAP):
        return button.emoji  # the number on the button says more than its customId
    return short(button.label, _LABEL) or _label_from(button.custom_id, number, locale)


def usable(buttons: Iterable[Button]) -> list[Button]:
    """The buttons that can be drawn, in the service's order, each once."""
    found: dict[str, Button] = {}
    for button in buttons:
        if button.custom_id or _is_link(button):
            found.setdefault(button.custom_id or button.url, button)
    return list(found.values())


def _is_link(button: Button) -> bool:
    return (
        button.style == _LINK_STYLE
        and re.fullmatch(r"https?://[^\s/]+\.[^\s]*", button.url) is not None
        and units(button.url) <= _URL
    )


def build_button(
    task_id: TaskId,
    button: Button,
    number: int,
    presses: Mapping[str, Press],
    locale: str,
    refused: Container[str] = frozenset(),
) -> CardButton:
    """A button as it is to look; ``number`` is its place among all, from 1."""
    face = button.emoji if _is_emoji(button.emoji) else ""
    label = short(button.label, _LABEL)
    if not (label or face):
        label = _label_from(button.custom_id, number, locale)
    if not button.custom_id:
        return CardButton(button.url, label=label, emoji=face, link=True)
    digest = action_digest(button.custom_id)
    press = presses.get(digest)
    in_flight = press is not None and press.in_flight
    return CardButton(
        str(CustomId(Verb.PRESS, task_id, digest)),
        label=label,
        emoji=face,
        used=press is Press.ACCEPTED or button.style in _PRESSED_IN_MIDJOURNEY,
        disabled=in_flight or press is Press.UNKNOWN_ACTION or kind_of(button.custom_id) in refused,
    )


def _is_emoji(text: str) -> bool:
    known = emoji.EMOJI_DATA.get(text)
    return known is not None and float(known["E"]) <= _EMOJI_VERSION


def _label_from(custom_id: str, number: int, locale: str) -> str:
    named = [part for part in custom_id.split("::") if part and not _OPAQUE.fullmatch(part)]
    words = named[-1].replace("_", " ").strip() if len(named) > 1 else ""
    if not words:
        return translate(Text.BUTTON_UNNAMED, locale, n=number)
    return short(words[:1].upper() + words[1:].lower(), _LABEL)


def _by_family(drawn: Sequence[CardButton], families: Sequence[str]) -> Rows:
    rows: list[list[CardButton]] = []
    last = None
    for button, kind in zip(drawn, families, strict=True):
        if not rows or kind not in (last, "") or not _has_room(rows[-1], button):
            rows.append([])
        rows[-1].append(button)
        last = kind or last
    return tuple(map(tuple, rows))


def _has_room(row: Sequence[CardButton], button: CardButton) -> bool:
    long = sum(len(each.label) > _LONG for each in (*row, button))
    return len(row) < PER_ROW and (long <= _LONG_PER_ROW or len(button.label) <= _LONG)


def filled(drawn: Sequence[CardButton]) -> Rows:
    """Rows of five, in order."""
    return tuple(tuple(drawn[i : i + PER_ROW]) for i in range(0, len(drawn), PER_ROW))
