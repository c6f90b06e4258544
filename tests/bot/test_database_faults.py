"""A database that fails while the bot is running."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mjbot.core.model.task import TaskId
from mjbot.ports import Stores
from tests.bot.conftest import GRID, RUNNING, SINGLE, BotFactory, BotHarness
from tests.store.faults import fill_disk, free_disk, refuse_all, refuse_writes

Switch = Callable[[Stores, bool], Awaitable[None]]


async def test_a_disk_that_takes_nothing_stops_no_card_and_what_was_missed_is_written_later(
    harness: BotHarness, caplog: pytest.LogCaptureFixture
) -> None:
    stores = harness.bot.app.stores
    await harness.ask(RUNNING)
    await harness.wait(5)
    await refuse_writes(stores, on=True)
    with caplog.at_level(logging.INFO, "mjbot.store"):
        await harness.wait(60)
        assert harness.card.title == "Done"
        assert len(await stores.watches.open_watches()) == 1
        await refuse_writes(stores, on=False)
        await harness.wait(3)
    assert await stores.watches.open_watches() == []
    snapshot = await stores.watches.snapshot(TaskId(RUNNING))
    assert snapshot is not None
    assert snapshot.settled
    said = [record.message for record in caplog.records if record.name == "mjbot.store.sqlite.thread"]
    assert len(said) == 2
    assert said[0].startswith("the database cannot be used: ")
    assert said[1] == "the database can be used again"


async def test_what_cannot_be_written_down_first_is_not_begun_and_the_person_is_told(
    harness: BotHarness,
) -> None:
    await harness.show(GRID)
    card = harness.messages[0]
    await refuse_writes(harness.bot.app.stores, on=True)
    asked, pressed = await harness.ask(RUNNING), await harness.press(card, "U1")
    for told in (asked, pressed):
        assert told.ephemeral
        assert told.response is not None
        assert "can't use its database at the moment, so nothing was started" in told.response.content
    assert harness.world.log == []
    await refuse_writes(harness.bot.app.stores, on=False)
    await harness.press(card, "U1")
    assert len(harness.world.log) == 1


async def test_nothing_was_started_is_not_said_of_what_was_accepted(harness: BotHarness) -> None:
    await harness.show(SINGLE)
    held = harness.server.hold("/mj/submit/action")
    pressing = asyncio.ensure_future(harness.press(harness.messages[0], "❤️"))
    await held.arrived()
    await refuse_writes(harness.bot.app.stores, on=True)
    held.release()
    told = (await pressing).followups[-1]
    assert "❤️ Liked." in told.content
    assert len(harness.world.log) == 1
    await refuse_writes(harness.bot.app.stores, on=False)


MAKES: dict[str, tuple[Callable[[BotHarness], object], str, str]] = {
    "refused": (
        lambda harness: harness.server.fail("/mj/submit/*", 400),
        "Nothing was started",
        "Not started",
    ),
    "lost": (
        lambda harness: harness.server.lose("/mj/submit/*", times=1),
        "may or may not have started",
        "Unclear whether it started",
    ),
    "queue full": (
        lambda harness: setattr(harness.world, "full", True),
        "can't use its database at the moment, so nothing was started",
        "Not started",
    ),
}


@pytest.mark.parametrize(("fault", "told", "title"), MAKES.values(), ids=MAKES)
async def test_what_became_of_a_make_is_told_although_its_card_cannot_be_drawn(
    bot_factory: BotFactory, fault: Callable[[BotHarness], object], told: str, title: str
) -> None:
    harness = await bot_factory.open(make_anywhere="yes")
    stores = harness.bot.app.stores
    held = harness.server.hold("/mj/submit/*", times=1)
    fault(harness)
    asking = asyncio.ensure_future(harness.ann.slash(harness.channel, "imagine", prompt="a red kite"))
    await held.arrived()
    await refuse_writes(stores, on=True)
    held.release()
    asked = await asking
    await harness.wait(15)  # longer than the first wait for a place in the queue
    assert told in asked.followups[-1].content
    (card,) = harness.messages
    assert card.embeds[0].title == "Submitting"
    await refuse_writes(stores, on=False)
    await harness.wait(3)
    (card,) = harness.messages
    assert card.embeds[0].title == title


async def test_autocomplete_is_empty_and_quiet_while_the_database_fails(
    harness: BotHarness, caplog: pytest.LogCaptureFixture
) -> None:
    await harness.show(GRID)
    stores = harness.bot.app.stores
    await refuse_all(stores, on=True)
    with caplog.at_level(logging.INFO):
        for typed in ("", "1", "17"):
            assert await harness.ann.autocomplete(harness.channel, "status", "task_id", typed) == []
    assert not any(record.exc_info for record in caplog.records)
    assert sum("the database cannot be used" in message for message in caplog.messages) == 1
    await refuse_all(stores, on=False)
    assert len(await harness.ann.autocomplete(harness.channel, "status", "task_id", "")) == 1


async def open_listening(bot_factory: BotFactory, caplog: pytest.LogCaptureFixture) -> tuple[BotHarness, str]:
    """A bot with an HTTP server, and the address of that."""
    harness = await bot_factory.open()
    with caplog.at_level(logging.INFO, "mjbot.app"):
        await bot_factory.restart(harness, http_listen="127.0.0.1:0")
    (address,) = [line.split()[-1] for line in caplog.messages if line.startswith("listening at ")]
    return harness, address


FAULTS: dict[str, Switch] = {
    "full disk": lambda stores, on: fill_disk(stores) if on else free_disk(stores),
    "read-only disk": lambda stores, on: refuse_writes(stores, on=on),
    "no statement succeeds": lambda stores, on: refuse_all(stores, on=on),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_readyz_notices_that_no_write_succeeds_and_that_they_do_again(
    bot_factory: BotFactory, caplog: pytest.LogCaptureFixture, fault: Switch
) -> None:
    harness, address = await open_listening(bot_factory, caplog)
    await harness.show(GRID)
    assert (await ready(address))["database"] == {"ok": True, "age": 0.0}
    await fault(harness.bot.app.stores, True)
    await harness.wait(6)  # a good probe is good for 5 seconds
    for _ in range(2):
        status, found = await readyz(address)
        assert status == 503
        assert found["database"]["ok"] is False
    await fault(harness.bot.app.stores, False)
    await harness.wait(2)  # a failed one for 1 second
    assert (await ready(address))["database"]["ok"] is True


async def test_readyz_notices_a_database_that_was_taken_away(
    bot_factory: BotFactory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    harness, address = await open_listening(bot_factory, caplog)
    await harness.show(GRID)
    await harness.ask(RUNNING)
    (file,) = tmp_path.glob("**/*.db")
    file.rename(file.with_name("elsewhere"))
    await harness.wait(60)
    assert harness.messages[-1].embeds[0].title == "Done"  # the cards go on
    for _ in range(2):
        status, found = await readyz(address)
        assert (status, found["database"]["ok"]) == (503, False)
    pressed = await harness.press(harness.messages[0], "U1")
    assert pressed.response is not None
    assert "can't use its database at the moment" in pressed.response.content
    assert harness.world.log == []  # a press that cannot be remembered is not sent
    assert sum("was removed or replaced" in each for each in caplog.messages) == 1
    file.with_name("elsewhere").rename(file)
    await harness.wait(2)
    assert (await ready(address))["database"]["ok"] is True


async def readyz(address: str) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.get(f"{address}/readyz") as answer:
        return answer.status, dict(json.loads(await answer.text()))


async def ready(address: str) -> dict[str, Any]:
    """What /readyz says; it must be well."""
    status, found = await readyz(address)
    assert (status, found["ok"]) == (200, True)
    return found


@pytest.mark.parametrize("switch", [refuse_writes, refuse_all])
@pytest.mark.parametrize("gone", ["guild", "channel"])
async def test_what_is_gone_while_the_database_fails_is_given_up_at_once_and_for_good(
    harness: BotHarness, gone: str, switch: Callable[..., Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    await harness.ask(RUNNING)
    stores = harness.bot.app.stores
    guild = harness.bot.get_guild(harness.guild.id)
    assert guild is not None
    await harness.wait(5)
    await switch(stores, on=True)
    if gone == "guild":
        harness.bot.dispatch("guild_remove", guild)
    else:
        harness.bot.dispatch("guild_channel_delete", guild.get_channel(harness.channel.id))
    await harness.wait(5)
    before = len(harness.reads)
    await harness.wait(20)
    assert len(harness.reads) == before
    assert [each for each in caplog.records if each.exc_info] == []
    await switch(stores, on=False)
    await harness.wait(5)
    assert await stores.watches.open_watches() == []
