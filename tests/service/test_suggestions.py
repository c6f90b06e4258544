"""Autocomplete: one search at a time for each user, and a bounded text."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from mjbot.clock import Clock
from mjbot.ports import InteractionContext, Suggestion
from mjbot.service.status import StatusService


class SlowStore:
    """A store whose searches wait until the test lets them go."""

    def __init__(self) -> None:
        self.searched: list[str] = []
        self.go_on = asyncio.Event()

    async def suggestions(self, _context: InteractionContext, text: str, _limit: int) -> list[Suggestion]:
        self.searched.append(text)
        await self.go_on.wait()
        return []


class Open:
    """Access that refuses nothing."""

    async def require(self, *_: object) -> None:
        """Allow everything."""


def service_with(store: SlowStore) -> StatusService:
    nothing = cast("Any", None)
    return StatusService(nothing, cast("Any", store), cast("Any", Open()), nothing, nothing, Clock())


def by(user: int) -> InteractionContext:
    return InteractionContext(guild_id=1, channel_id=2, user_id=user, locale="en", private_locale="en")


async def test_of_the_keystrokes_of_one_user_only_the_first_and_the_newest_are_searched() -> None:
    store = SlowStore()
    service = service_with(store)
    typed = [asyncio.ensure_future(service.suggest(by(3), text)) for text in ("a", "ab", "abc", "abcd")]
    other = asyncio.ensure_future(service.suggest(by(4), "z"))
    await asyncio.sleep(0)
    store.go_on.set()
    await asyncio.gather(*typed, other)
    assert sorted(store.searched) == ["a", "abcd", "z"]


async def test_a_text_of_three_thousand_characters_is_cut_before_it_is_searched() -> None:
    store = SlowStore()
    store.go_on.set()
    await service_with(store).suggest(by(3), "x" * 3_000)
    assert [len(text) for text in store.searched] == [100]
