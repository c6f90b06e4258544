"""The database at its worst while the bot is at work."""

from __future__ import annotations

import logging

import pytest
from sqlite_utils import Database

from tests.bot.conftest import GRID, RUNNING, BotHarness


async def refuse_writes(harness: BotHarness, *, on: bool) -> None:
    """Let the database refuse every write, as on a full or read-only disk."""

    def work(db: Database) -> None:
        db.execute(f"pragma query_only = {'on' if on else 'off'}")

    await harness.bot.store._thread.run(work)


async def test_a_disk_that_takes_nothing_stops_no_card_and_what_was_missed_is_written_later(
    harness: BotHarness, caplog: pytest.LogCaptureFixture
) -> None:
    await harness.ask(RUNNING)
    await harness.wait(5)
    await refuse_writes(harness, on=True)
    with caplog.at_level(logging.INFO, "mjbot.store"):
        await harness.wait(60)
        assert harness.card.title == "Done"
        assert len(await harness.bot.store.open_watches()) == 1
        await refuse_writes(harness, on=False)
        await harness.wait(3)
    assert await harness.bot.store.open_watches() == []
    snapshot = await harness.bot.store.snapshot(harness.world.ids[0])  # type: ignore[arg-type]
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
    await refuse_writes(harness, on=True)
    asked, pressed = await harness.ask(RUNNING), await harness.press(card, "U1")
    for told in (asked, pressed):
        assert told.ephemeral
        assert told.response is not None
        assert "cannot write to its database at the moment, so nothing was started" in told.response.content
    assert harness.world.log == []
    await refuse_writes(harness, on=False)
    await harness.press(card, "U1")
    assert len(harness.world.log) == 1
