"""Functions that convert cards to discord.py objects: an embed, a view and files."""

from __future__ import annotations

import io

import discord

from mjbot.core.card.buttons import Rows
from mjbot.core.card.card import Medium, Picture
from mjbot.core.card.content import Content, ImageState, Part, in_embed, is_attachment
from mjbot.core.card.menu import Menu
from mjbot.ports import File, is_smaller_copy
from mjbot.ui.buttons import CardItem
from mjbot.ui.menus import MenuItem


def image_state(
    picture: Picture | None, image: str, *, follows: bool = False, lacks_file: bool = False
) -> ImageState:
    """Return the image state of a message. ``image`` is the URL of the attached file or the embed's image.

    ``lacks_file``: the picture should be attached but cannot be. ``follows``: a later edit will show it.
    """
    if is_attachment(image):
        return ImageState.SMALLER if is_smaller_copy(image) else ImageState.SHOWN
    if image and picture is not None and picture.medium is Medium.IMAGE:
        return ImageState.LINKED if lacks_file else ImageState.SHOWN
    return ImageState.FOLLOWS if follows else ImageState.MISSING


def build_embed(content: Content, image: str) -> discord.Embed:
    """Build the embed of a message. ``image`` is a URL, which is ``attachment://name`` for a file."""
    embed = discord.Embed(title=content.title, description=content.description or None, colour=content.colour)
    embed.set_footer(text=content.footer)
    return embed.set_image(url=image) if in_embed(image) else embed


def build_view(rows: Rows, menu: Menu | None = None, omitted: Part = Part.NONE) -> discord.ui.View | None:
    """Build a view with the menu and buttons of a message, or return None if there are none.

    The view contains only dynamic items and links. If it contained a static custom_id, discord.py would
    unregister all dynamic items when the view ends.
    """
    menu = None if Part.BUTTONS in omitted else menu
    if not (rows or menu):
        return None
    view = discord.ui.View(timeout=None)
    if menu is not None:
        view.add_item(MenuItem.from_menu(menu, 0, emojis=Part.EMOJI not in omitted))
    for number, row in enumerate(rows, 1 if menu else 0):
        for button in row:
            view.add_item(
                CardItem.from_card_button(button, number)
                if not button.link
                else _link(button.url, number, button.label, button.emoji)
            )
    return view


def image_embed(file: File) -> discord.Embed:
    """Build an embed that shows an attached file above the buttons."""
    return discord.Embed().set_image(url=file.url)


def build_file(file: File) -> discord.File:
    """Build the discord.py file to upload."""
    return discord.File(io.BytesIO(file.data), file.name, description=file.alt or None)


def _link(url: str, row: int, label: str, emoji: str) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(url=url, row=row, label=label or None, emoji=emoji or None)
