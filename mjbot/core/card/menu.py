"""What "More…" shows: the buttons that did not fit on a card, a page at a time.

A menu takes 25 choices, a private message five rows: one for the menu, three for links, one for turning
the page. https://discord.com/developers/docs/components/reference#string-select
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from mjbot.core.card.buttons import ON_CARD, CardButton, Press, Rows, build_button, filled, usable
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.model.custom_id import CustomId, Verb, action_digest
from mjbot.core.model.task import Button, Task

_CHOICES = 25
_LINKS = 15


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: the digest of an action, and what is known of it."""

    value: str
    label: str
    emoji: str
    note: str


@dataclass(frozen=True, slots=True)
class Menu:
    """The choices of one page; ``hint`` stands where nothing is chosen yet."""

    target: CustomId
    hint: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: a menu of actions, and rows of links and of what turns the page."""

    menu: Menu | None
    rows: Rows


EMPTY = Page(None, ())


def page_of(
    task: Task, presses: Mapping[str, Press], locale: str, number: int, refused: Container[str] = frozenset()
) -> Page:
    """A page of what did not fit on the card; the first is 1, and one that does not exist is empty."""
    pages = _pages(task)
    if not 1 <= number <= len(pages):
        return EMPTY
    links, options = [], []
    for place, button in pages[number - 1]:
        drawn = build_button(task.id, button, place, presses, locale, refused)
        if drawn.link:
            links.append(drawn)
            continue
        note = translate(_note(drawn), locale) if drawn.disabled or drawn.used else ""
        label = drawn.label or drawn.emoji
        options.append(Option(action_digest(button.custom_id), label, drawn.emoji, note))
    turns = [
        CardButton(str(CustomId(Verb.MORE, task.id, str(to))), label=translate(text, locale))
        for to, text in ((number - 1, Text.BUTTON_BACK), (number + 1, Text.BUTTON_MORE))
        if 1 <= to <= len(pages)
    ]
    target = CustomId(Verb.SELECT, task.id, str(number))
    menu = Menu(target, translate(Text.MENU_PLACEHOLDER, locale), tuple(options)) if options else None
    return Page(menu, filled(links) + filled(turns))


def _pages(task: Task) -> list[list[tuple[int, Button]]]:
    pages: list[list[tuple[int, Button]]] = []
    links = actions = 0
    for place, button in list(enumerate(usable(task.buttons), 1))[ON_CARD:]:
        if not pages or links == _LINKS or actions == _CHOICES:
            pages.append([])
            links = actions = 0
        pages[-1].append((place, button))
        if button.custom_id:
            actions += 1
        else:
            links += 1
    return pages


def _note(drawn: CardButton) -> Text:
    return Text.MENU_USED if drawn.used else Text.MENU_UNAVAILABLE
