"""The "More…" menu: pages with the buttons that do not fit on a card.

A select menu has at most 25 options. A message has five rows: one for the menu, three for links, one for
paging. https://discord.com/developers/docs/components/reference#string-select
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mjbot.core.card.buttons import CardButton, Rows, build_button, drawable_buttons
from mjbot.core.card.components import CustomId, Verb, action_digest
from mjbot.core.card.rows import BESIDE_OURS, NO_OWN_BUTTONS, OwnButtons, chunk_rows, number_on_card
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.model.press import OFFERS_ALL, NotOffered, Press
from mjbot.core.model.task import Button, Task

_OPTIONS = 25
_LINKS = 15


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the menu. ``value`` is the digest of the action to submit."""

    value: str
    label: str
    emoji: str
    description: str


@dataclass(frozen=True, slots=True)
class Menu:
    """The select menu of one page."""

    custom_id: CustomId
    placeholder: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: a menu of actions, and rows of links and paging buttons."""

    menu: Menu | None
    rows: Rows


EMPTY_PAGE = Page(None, ())


def build_page(
    task: Task,
    presses: Mapping[str, Press],
    locale: str,
    number: int,
    not_offered: NotOffered = OFFERS_ALL,
    own: OwnButtons = NO_OWN_BUTTONS,
) -> Page:
    """Build page ``number`` (from 1) of the remaining buttons. Past the last page, return `EMPTY_PAGE`.

    The first page also has the bot's ``own`` buttons that are not on the card.
    """
    buttons = drawable_buttons(task.buttons)
    pages = _pages(buttons, number_on_card(len(buttons), own))
    ours = own.behind if len(buttons) <= BESIDE_OURS else own.all
    if ours and not pages:
        pages = [[]]
    if not 1 <= number <= len(pages):
        return EMPTY_PAGE
    links, options = [], []
    for position, button in pages[number - 1]:
        built = build_button(task.id, button, position, presses, locale, not_offered)
        if built.link:
            links.append(built)
            continue
        description = translate(_option_description(built), locale) if built.disabled or built.used else ""
        options.append(Option(action_digest(button.custom_id), built.name, built.emoji, description))
    paging = [
        CardButton(str(CustomId(Verb.MORE, task.id, str(to))), label=translate(text, locale))
        for to, text in ((number - 1, Text.BUTTON_BACK), (number + 1, Text.BUTTON_MORE))
        if 1 <= to <= len(pages)
    ]
    custom_id = CustomId(Verb.SELECT, task.id, str(number))
    menu = Menu(custom_id, translate(Text.MENU_PLACEHOLDER, locale), tuple(options)) if options else None
    return Page(menu, chunk_rows(links) + chunk_rows([*(ours if number == 1 else ()), *paging]))


def _pages(buttons: Sequence[Button], on_card: int) -> list[list[tuple[int, Button]]]:
    pages: list[list[tuple[int, Button]]] = []
    links = actions = 0
    for position, button in list(enumerate(buttons, 1))[on_card:]:
        if not pages or links == _LINKS or actions == _OPTIONS:
            pages.append([])
            links = actions = 0
        pages[-1].append((position, button))
        if button.custom_id:
            actions += 1
        else:
            links += 1
    return pages


def _option_description(button: CardButton) -> Text:
    return Text.MENU_USED if button.used else Text.MENU_UNAVAILABLE
