"""Functions that build modals from their specs, and read the input of a submit.

A modal left open across a restart still works: no state of it is kept here, and its custom_id tells where the
input goes. https://discord.com/developers/docs/components/reference#file-upload
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import discord

from mjbot.core.card.modals import MAX_PROMPT, ModalSpec
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import short
from mjbot.core.i18n.texts import Text
from mjbot.ports import ModalInput
from mjbot.ui.uploads import DiscordUpload

_TITLE = 45
_PROMPT, _MASK = "prompt", "mask"


def build_modal(spec: ModalSpec, locale: str) -> discord.ui.Modal:
    """Build the discord.py modal for a spec."""
    title = short(spec.title, _TITLE)
    modal = discord.ui.Modal(title=title, custom_id=str(spec.custom_id), timeout=None)
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=_PROMPT,
        style=discord.TextStyle.paragraph,
        default=spec.initial_text or None,
        max_length=MAX_PROMPT,
    )
    modal.add_item(discord.ui.Label(text=translate(Text.MODAL_PROMPT, locale), component=field))
    if spec.asks_for_mask:
        upload: discord.ui.FileUpload[discord.ui.Modal] = discord.ui.FileUpload(custom_id=_MASK)
        width, height = spec.mask_size
        text = Text.MODAL_MASK_ABOUT_SIZE if width else Text.MODAL_MASK_ABOUT
        about = translate(text, locale, w=width, h=height)
        modal.add_item(
            discord.ui.Label(text=translate(Text.MODAL_MASK, locale), description=about, component=upload)
        )
    return modal


def modal_input_from(interaction: discord.Interaction[Any]) -> ModalInput:
    """Read the input of a modal submit."""
    data: Mapping[str, Any] = interaction.data or {}
    fields = {each.get("custom_id"): each for each in _fields(data.get("components"))}
    prompt = str(fields.get(_PROMPT, {}).get("value") or "").strip()
    files = (data.get("resolved") or {}).get("attachments") or {}
    named = [files[each] for each in fields.get(_MASK, {}).get("values") or () if each in files]
    return ModalInput(prompt, DiscordUpload(interaction.client.http, named[0]) if named else None)


def _fields(components: object) -> Iterable[Mapping[str, Any]]:
    """Yield the fields of a modal from the rows or labels that contain them."""
    for each in components if isinstance(components, list) else []:
        inner = each.get("component")
        yield from [inner] if inner else each.get("components", [])
