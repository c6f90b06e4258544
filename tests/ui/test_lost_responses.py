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
    """A channel with one message, which has this footer, and those of others before and after it."""

    def __init__(self, footer: str | None, author: int, before: int = 0, after: int = 0) -> None:
        embed = SimpleNamespace(footer=SimpleNamespace(text=footer))
        message = SimpleNamespace(id=1, author=SimpleNamespace(id=author), embeds=[embed])
        other = SimpleNamespace(id=2, author=SimpleNamespace(id=SOMEBODY), embeds=[])
        self.messages = [*[other] * before, message, *[other] * after]

    async def history(self, *, limit: int, oldest_first: bool = True, **_: Any) -> AsyncIterator[Any]:
        """Yield messages as discord.py does, which begins at the oldest if it is given a time to start at."""
        for message in (self.messages if oldest_first else self.messages[::-1])[:limit]:
            yield message


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


@pytest.mark.parametrize(("before", "after"), [(5_000, 300), (300, 0), (0, 300)])
async def test_a_card_is_found_among_many_messages_however_long_after_the_first_try_it_was_posted(
    before: int, after: int
) -> None:
    client = cast("discord.Client", SimpleNamespace(user=SimpleNamespace(id=BOT)))
    channel = cast("discord.PartialMessageable", Channel("Imagine · 17", BOT, before, after))
    assert await find_card(client, channel, "Imagine · 17", 1_800_000_000.0) == 1
