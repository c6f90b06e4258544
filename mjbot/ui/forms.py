"""Windows: a question as Discord's modal, and the words out of its answer.

A window left open across a restart is still answered: nothing of it is kept here, and its custom_id
carries where the answer goes. https://discord.com/developers/docs/components/reference#text-input
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import discord

from mjbot.core.forms import PROMPT, Question, Words
from mjbot.core.text import short
from mjbot.core.words import say

_TITLE = 45
_PROMPT = "prompt"


def modal_of(question: Question, locale: str) -> discord.ui.Modal:
    """The question, as a window."""
    title = short(question.label, _TITLE)
    modal = discord.ui.Modal(title=title, custom_id=str(question.target), timeout=None)
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=_PROMPT,
        style=discord.TextStyle.paragraph,
        default=question.text or None,
        max_length=PROMPT,
    )
    return modal.add_item(discord.ui.Label(text=say("form.prompt", locale), component=field))


def words_of(interaction: discord.Interaction[Any]) -> Words:
    """What was written into a window."""
    data: Mapping[str, Any] = interaction.data or {}
    values = {each.get("custom_id"): each.get("value") for each in _fields(data.get("components"))}
    return Words(str(values.get(_PROMPT) or "").strip())


def _fields(components: object) -> Iterable[Mapping[str, Any]]:
    """The fields of a window, out of the rows or labels that hold them."""
    for each in components if isinstance(components, list) else []:
        inner = each.get("component")
        yield from [inner] if inner else each.get("components", [])
