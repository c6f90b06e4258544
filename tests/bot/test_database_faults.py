"""The database at its worst while the bot is at work."""

from __future__ import annotations

import logging

import pytest
from sqlite_utils import Database

from tests.bot.conftest import GRID, RUNNING, Stage


async def refuse_writes(stage: Stage, *, on: bool) -> None:
    """Let the database refuse every write, as on a full or read-only disk."""

    def work(db: Database) -> None:
        db.execute(f"pragma query_only = {'on' if on else 'off'}")

    await stage.bot.store._thread.run(work)


async def test_a_disk_that_takes_nothing_stops_no_card_and_what_was_missed_is_written_later(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.ask(RUNNING)
    await stage.wait(5)
    await refuse_writes(stage, on=True)
    with caplog.at_level(logging.INFO, "mjbot.store"):
        await stage.wait(60)
        assert stage.card.title == "Done"
        assert len(await stage.bot.store.open_watches()) == 1
        await refuse_writes(stage, on=False)
        await stage.wait(3)
    assert await stage.bot.store.open_watches() == []
    view = await stage.bot.store.view(stage.world.ids[0])  # type: ignore[arg-type]
    assert view is not None
    assert view.settled
    said = [record.message for record in caplog.records if record.name == "mjbot.store.thread"]
    assert len(said) == 2
    assert said[0].startswith("the database cannot be used: ")
    assert said[1] == "the database can be used again"


async def test_what_cannot_be_written_down_first_is_not_begun_and_the_person_is_told(stage: Stage) -> None:
    await stage.show(GRID)
    card = stage.messages[0]
    await refuse_writes(stage, on=True)
    asked, pressed = await stage.ask(RUNNING), await stage.press(card, "U1")
    for told in (asked, pressed):
        assert told.ephemeral
        assert told.response is not None
        assert "cannot write to its database at the moment, so nothing was started" in told.response.content
    assert stage.world.log == []
    await refuse_writes(stage, on=False)
    await stage.press(card, "U1")
    assert len(stage.world.log) == 1
