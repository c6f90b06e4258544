"""The steps of docs/operations.md, each tried with the real process."""

from __future__ import annotations

import asyncio
import subprocess

from sqlite_utils import Database, Migrations

from mjbot.store.sqlite.migrations import migrations
from tests.operations import backup_command
from tests.system.conftest import ProcessHarness, custom_id
from tests.system.discord_stub.log import SECONDS


async def test_a_restored_backup_follows_its_messages_again(harness: ProcessHarness) -> None:
    await harness.ask()
    await harness.stub.until(lambda: harness.title() == "In progress", SECONDS)
    folder = harness.bot.database.parent
    await asyncio.to_thread(subprocess.run, backup_command(), shell=True, check=True, cwd=folder)
    card = await harness.done()
    assert await harness.bot.terminate() == 0
    # The database is lost; restore it as the document says.
    (folder / "mjbot-copy.db").replace(harness.bot.database)
    for name in ("mjbot.db-wal", "mjbot.db-shm"):
        (folder / name).unlink(missing_ok=True)
    before = len(card.history)
    await harness.bot.start()
    await harness.stub.until(lambda: len(card.history) > before, SECONDS)
    assert (await harness.done()).id == card.id
    pressed = await harness.stub.press(card, custom_id(card, "U1"), harness.user)
    await pressed.answered(SECONDS)
    await harness.stub.until(lambda: len(harness.upstream.world.log) == 1, SECONDS)


async def test_the_start_upgrades_a_database_of_the_first_version(harness: ProcessHarness) -> None:
    assert await harness.bot.terminate() == 0
    for path in harness.bot.database.parent.glob("mjbot.db*"):
        path.unlink()
    old = Database(str(harness.bot.database))
    Migrations.apply(migrations, old, stop_before="lineage_and_counted_presses")
    old.conn.commit()
    old.close()
    await harness.bot.start()
    await harness.ask()
    await harness.done()
