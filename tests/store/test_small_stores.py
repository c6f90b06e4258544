"""Settings of guilds, counters of rate limits, and single values."""

from __future__ import annotations

from mjbot.core.access.press_policy import PressPolicy, PressScope
from mjbot.core.access.rate_limits import RateLimit
from mjbot.ports import Stores
from mjbot.store import open_stores

USER = RateLimit("press", "user", 2, 600.0)
GUILD = RateLimit("press", "guild", 3, 3600.0)


async def test_a_guild_that_has_not_chosen_lets_anyone_press(stores: Stores) -> None:
    assert await stores.guilds.policy(1) == PressPolicy()


async def test_the_last_choice_of_a_guild_is_kept(database: str) -> None:
    async with open_stores(database) as stores:
        await stores.guilds.set_policy(1, PressPolicy(PressScope.REQUESTER))
        await stores.guilds.set_policy(1, PressPolicy(PressScope.ROLE, 7))
    async with open_stores(database) as stores:
        assert await stores.guilds.policy(1) == PressPolicy(PressScope.ROLE, 7)
        assert await stores.guilds.policy(2) == PressPolicy()


async def test_a_use_above_a_limit_is_told_when_the_next_is_free_and_not_counted(database: str) -> None:
    async with open_stores(database) as stores:
        assert await stores.usage.take([("user:1", USER), ("guild:1", GUILD)], 100.0) is None
        assert await stores.usage.take([("user:1", USER), ("guild:1", GUILD)], 200.0) is None
        assert await stores.usage.take([("user:1", USER), ("guild:1", GUILD)], 300.0) == 700.0
    async with open_stores(database) as stores:
        assert await stores.usage.take([("user:2", USER), ("guild:1", GUILD)], 400.0) is None
        assert await stores.usage.take([("user:2", USER), ("guild:1", GUILD)], 500.0) == 3700.0
        assert await stores.usage.take([("user:1", USER)], 700.5) is None


async def test_several_uses_count_together_or_not_at_all(stores: Stores) -> None:
    five, four = RateLimit("press", "user", 5, 600.0), RateLimit("press", "guild", 4, 600.0)
    both = [("user:9", five), ("guild:9", four)]
    assert await stores.usage.left(both, 100.0) == 4
    assert await stores.usage.take(both, 100.0, times=5) == 700.0
    assert await stores.usage.take(both, 100.0, times=3) is None
    assert await stores.usage.take(both, 200.0, times=2) == 700.0
    assert [await stores.usage.left(both, at) for at in (200.0, 701.0)] == [1, 4]
    assert await stores.usage.take(both, 200.0) is None
    assert await stores.usage.left(both, 200.0) == 0


async def test_uses_that_a_wrong_clock_put_into_the_future_do_not_count(stores: Stores) -> None:
    one = RateLimit("press", "user", 1, 600.0)
    assert await stores.usage.take([("user:3", one)], 100.0 + 6 * 3600) is None
    assert await stores.usage.take([("user:3", one)], 100.0) is None
    assert await stores.usage.take([("user:3", one)], 101.0) == 700.0


async def test_a_value_is_kept_until_it_is_replaced(database: str) -> None:
    async with open_stores(database) as stores:
        assert await stores.key_values.get("a") is None
        await stores.key_values.set("a", "1")
        await stores.key_values.set("b", "2")
        await stores.key_values.set("a", "3")
    async with open_stores(database) as stores:
        assert [await stores.key_values.get(each) for each in "abc"] == ["3", "2", None]


async def test_a_probe_leaves_nothing_behind(stores: Stores) -> None:
    for _ in range(3):
        await stores.key_values.probe()
    assert await stores.key_values.get("health_probe") is None
