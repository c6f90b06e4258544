"""The buttons *Draw 1* to *Draw 5* on a text result. Each makes pictures from one of the numbered prompts.

A describe or shorten task has such a result. The bot adds these buttons if the service sends no numbered
buttons itself, or has refused one of them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from mjbot.core.card.buttons import drawable_buttons, is_numbered, kind_of
from mjbot.core.card.components import action_digest
from mjbot.core.card.state import CardContext
from mjbot.core.card.text_result import without_marks
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import clean_lines
from mjbot.core.i18n.texts import Text
from mjbot.core.model.task import Button, Task

_CUSTOM_ID: Final = "mjbot::Draw::"
_HEADING = re.compile(r"^[ \t]{0,8}#{1,3} .*", re.MULTILINE)
_SHORTENED = re.compile(r"^[#* \t]{0,12}shortened prompts?[*: \t]{0,12}$", re.IGNORECASE | re.MULTILINE)
_KEYCAP = re.compile(r"^[^\S\n]*([1-9])\ufe0f?\u20e3", re.MULTILINE)


def numbered_prompts(text: str) -> dict[int, str]:
    """Return the numbered prompts in the text result of a describe or shorten task, by number.

    Each is on one line, without Markdown. A prompt begins with a line that starts with a keycap, such as 1️⃣,
    and ends before the next keycap or heading. In the result of a shorten task, only the prompts under the
    heading "Shortened prompts" count.
    """
    text = clean_lines(text)
    if heading := _SHORTENED.search(text):
        text = text[heading.end() :]
    prompts: dict[int, str] = {}
    _, *parts = _KEYCAP.split(text)
    for number, part in zip(parts[::2], parts[1::2], strict=True):
        prompt = " ".join(without_marks(_HEADING.split(part)[0]).split())
        if prompt:
            prompts.setdefault(int(number), prompt)
    return prompts


def draw_buttons(task: Task, locale: str) -> tuple[Button, ...]:
    """Return a *Draw* button for each numbered prompt in a text result."""
    numbers = numbered_prompts(task.text or task.prompt) if task.is_text else ()
    return tuple(
        Button(f"{_CUSTOM_ID}{n}", translate(Text.BUTTON_DRAW, locale, n=n)) for n in sorted(numbers)
    )


def prompt_to_draw(task: Task, custom_id: str) -> str:
    """Return the prompt of a *Draw* button, or "" for any other button."""
    number = custom_id.removeprefix(_CUSTOM_ID)
    if number == custom_id or not number.isdecimal():
        return ""
    return numbered_prompts(task.text or task.prompt).get(int(number), "")


def with_draws(task: Task, context: CardContext) -> Task:
    """Return the task with *Draw* buttons in place of numbered buttons of the service that do not work.

    If pictures cannot be made in this guild, the task is returned unchanged.
    """
    draws = draw_buttons(task, context.locale) if context.can_make else ()
    theirs = [each for each in drawable_buttons(task.buttons) if is_numbered(each.custom_id)]
    refused = any(_is_refused(task, each, context) for each in theirs)
    if not draws or not (refused or all(each.disabled for each in theirs)):
        return task
    others = (each for each in task.buttons if not is_numbered(each.custom_id))
    return replace(task, buttons=(*draws, *others))


def _is_refused(task: Task, button: Button, context: CardContext) -> bool:
    digest, kind = action_digest(button.custom_id), kind_of(button.custom_id)
    return context.not_offered.covers(task.id, digest, kind)
