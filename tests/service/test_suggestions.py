"""Autocomplete: what a person types quickly is searched for once at a time, and the newest wins."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from mjbot.clock import Clock
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Phase
from mjbot.ports import InteractionContext
from mjbot.service.status import StatusService


class Store:
    """Searches that end when the test says so."""

    def __init__(self) -> None:
        self.searches: list[str] = []
        self.running = self.most = 0
        self.release = asyncio.Event()

    async def suggestions(
        self, _: InteractionContext, text: str, _phases: Collection[Phase], _limit: int
    ) -> list[TaskSnapshot]:
        self.searches.append(text)
        self.running += 1
        self.most = max(self.most, self.running)
        await self.release.wait()
        self.running -= 1
        return []


class Anyone:
    async def require(self, *_: object) -> None:
        pass


class Rig:
    def __init__(self) -> None:
        self.store = Store()
        parts: list[Any] = [None, self.store, Anyone(), None, None, Clock()]
        self.status = StatusService(*parts)

    async def type(self, *typed: tuple[int | None, int, str]) -> None:
        """Type these texts, each in a guild and by a user, and let the searches end."""
        searches = [
            asyncio.ensure_future(self.status.suggest(InteractionContext(guild, 2, user, "en", "en"), text))
            for guild, user, text in typed
        ]
        await asyncio.sleep(0)
        self.store.release.set()
        await asyncio.gather(*searches)


async def test_of_many_keystrokes_of_one_user_the_first_and_the_newest_are_searched_for() -> None:
    rig = Rig()
    await rig.type(*((1, 3, "x" * length) for length in range(1, 30)))
    assert rig.store.searches == ["x", "x" * 29]
    assert rig.store.most == 1


async def test_the_members_of_one_guild_search_one_after_the_other() -> None:
    rig = Rig()
    await rig.type(*((1, user, "x") for user in range(10, 40)))
    assert rig.store.searches == ["x"] * 30
    assert rig.store.most == 1


async def test_a_guild_whose_members_search_does_not_hold_up_another() -> None:
    rig = Rig()
    await rig.type((1, 3, "a"), (1, 4, "b"), (2, 5, "c"), (None, 6, "d"))
    assert rig.store.searches == ["a", "c", "d", "b"]


async def test_only_a_hundred_characters_are_searched_for() -> None:
    rig = Rig()
    await rig.type((1, 3, " " + "x" * 3_000))
    assert rig.store.searches == ["x" * 100]
