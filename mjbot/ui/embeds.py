"""Cards as discord.py objects: an embed, a view and files."""

from __future__ import annotations

import io

import discord

from mjbot.core.card.buttons import Rows
from mjbot.core.card.card import Card
from mjbot.core.card.menu import Menu
from mjbot.ports import File
from mjbot.ui.buttons import CardItem
from mjbot.ui.menus import MenuItem


def build_embed(card: Card, image: str | None) -> discord.Embed:
    """The card's embed. ``image`` is a URL or ``attachment://name``."""
    embed = discord.Embed(title=card.title, description=card.description or None, colour=card.colour)
    embed.set_footer(text=card.footer)
    return embed.set_image(url=image) if image else embed


def build_view(rows: Rows, menu: Menu | None = None) -> discord.ui.View | None:
    """A message's menu and buttons, or None when it has none.

    It holds only dynamic items and links: a static custom_id among them would unregister all dynamic items
    when the view ends.
    """
    if not (rows or menu):
        return None
    view = discord.ui.View(timeout=None)
    if menu is not None:
        view.add_item(MenuItem.from_menu(menu, 0))
    for number, row in enumerate(rows, 1 if menu else 0):
        for button in row:
            view.add_item(
                CardItem.from_card_button(button, number)
                if not button.link
                else _link(button.url, number, button.label, button.emoji)
            )
    return view


def image_embed(file: File) -> discord.Embed:
    """An embed that shows an attached file above the buttons."""
    return discord.Embed().set_image(url=file.url)


def build_file(file: File) -> discord.File:
    """A file to upload."""
    return discord.File(io.BytesIO(file.data), file.name, description=file.alt or None)


def _link(url: str, row: int, label: str, emoji: str) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(url=url, row=row, label=label or None, emoji=emoji or None)
