"""Which of the bot's messages is the card of a task, when its response was lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from mjbot.ui.lost_responses import find_card

BOT, SOMEBODY = 7, 8
LONG = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0-0b1c2d3e"


class Channel:
    """A channel with one message, which has this footer."""

    def __init__(self, footer: str | None, author: int) -> None:
        embed = SimpleNamespace(footer=SimpleNamespace(text=footer))
        self.message = SimpleNamespace(id=1, author=SimpleNamespace(id=author), embeds=[embed])

    async def history(self, **_: Any) -> AsyncIterator[Any]:
        yield self.message


@pytest.mark.parametrize(
    ("shown", "author", "footer", "found"),
    [
        ("Imagine · 1730616688", BOT, "Imagine · 1730616688", 1),
        ("创作 · 1730616688", BOT, "Imagine · 1730616688", 1),
        ("1730616688", BOT, "Upscale · 1730616688", 1),
        (f"Imagine · {LONG[:19]}…{LONG[-20:]}", BOT, f"V1 · {LONG[:19]}…{LONG[-20:]}", 1),
        ("Imagine · 17306166880", BOT, "Imagine · 1730616688", None),
        ("Imagine · 91730616688", BOT, "Imagine · 1730616688", None),
        ("Imagine · 1730616688", SOMEBODY, "Imagine · 1730616688", None),
        (None, BOT, "Imagine · 1730616688", None),
    ],
)
async def test_the_card_of_a_task_is_found_by_its_whole_id(
    shown: str | None, author: int, footer: str, found: int | None
) -> None:
    client = cast("discord.Client", SimpleNamespace(user=SimpleNamespace(id=BOT)))
    channel = cast("discord.PartialMessageable", Channel(shown, author))
    assert await find_card(client, channel, footer, 1_800_000_000.0) == found
