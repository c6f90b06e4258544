"""Functions that build modals from a `ModalSpec`, and read the input that a user submits.

A modal that is open during a restart still works: the bot keeps no state for it, and its custom_id says what
the input is for. https://discord.com/developers/docs/components/reference#file-upload
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import discord

from mjbot.core.card.modals import MAX_PROMPT, ModalSpec
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import short
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import SHAPES
from mjbot.ports import ModalInput
from mjbot.ui.uploads import DiscordUpload

_TITLE = 45
_PROMPT, _MASK, _SHAPE, _PICTURES = "prompt", "mask", "shape", "pictures"
_NO_SHAPE = "none"  # Discord takes no empty value


def build_modal(spec: ModalSpec, locale: str) -> discord.ui.Modal:
    """Build the discord.py modal that a spec describes."""
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
    if spec.shape is not None:
        modal.add_item(_shape_field(spec.shape, locale))
    if spec.pictures:
        modal.add_item(_pictures_field(spec, locale))
    return modal


def _shape_field(shape: str, locale: str) -> discord.ui.Label[discord.ui.Modal]:
    options = [discord.SelectOption(label=each, value=each, default=each == shape) for each in SHAPES]
    as_written = translate(Text.MODAL_SHAPE_AS_WRITTEN, locale)
    options.insert(0, discord.SelectOption(label=as_written, value=_NO_SHAPE, default=not shape))
    field: discord.ui.Select[discord.ui.Modal] = discord.ui.Select(
        custom_id=_SHAPE, options=options, required=False
    )
    return discord.ui.Label(text=translate(Text.MODAL_SHAPE, locale), component=field)


def _pictures_field(spec: ModalSpec, locale: str) -> discord.ui.Label[discord.ui.Modal]:
    field: discord.ui.FileUpload[discord.ui.Modal] = discord.ui.FileUpload(
        custom_id=_PICTURES, required=False, max_values=spec.pictures
    )
    kept = Text.MODAL_PICTURES_KEPT if spec.pictures_kept else Text.MODAL_PICTURES_ABOUT
    return discord.ui.Label(
        text=translate(Text.MODAL_PICTURES, locale),
        description=translate(kept, locale, n=spec.pictures_kept or spec.pictures),
        component=field,
    )


def modal_input_from(interaction: discord.Interaction[Any]) -> ModalInput:
    """Read what the user entered from a modal submit interaction."""
    data: Mapping[str, Any] = interaction.data or {}
    fields = {each.get("custom_id"): each for each in _fields(data.get("components"))}
    prompt = str(fields.get(_PROMPT, {}).get("value") or "").strip()
    files = (data.get("resolved") or {}).get("attachments") or {}

    def uploads(name: str) -> list[DiscordUpload]:
        values = fields.get(name, {}).get("values") or ()
        return [DiscordUpload(interaction.client.http, files[each]) for each in values if each in files]

    masks, shapes = uploads(_MASK), fields.get(_SHAPE, {}).get("values") or [""]
    return ModalInput(prompt, masks[0] if masks else None, str(shapes[0]), tuple(uploads(_PICTURES)))


def _fields(components: object) -> Iterable[Mapping[str, Any]]:
    """Yield the input fields of a modal, which are nested in rows or labels."""
    for each in components if isinstance(components, list) else []:
        inner = each.get("component")
        yield from [inner] if inner else each.get("components", [])
