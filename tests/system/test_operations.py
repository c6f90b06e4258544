"""The steps of docs/operations.md, each tried with the real process."""

from __future__ import annotations

import asyncio
import subprocess

from sqlite_utils import Database, Migrations

from mjbot.store.migrations import migrations
from tests.operations import backup_command
from tests.system.conftest import Scene, custom_id
from tests.system.process import SECONDS


async def test_a_copy_that_is_put_back_follows_its_messages_again(scene: Scene) -> None:
    await scene.ask()
    await scene.stub.until(lambda: scene.title() == "In progress", SECONDS)
    folder = scene.bot.database.parent
    await asyncio.to_thread(subprocess.run, backup_command(), shell=True, check=True, cwd=folder)
    card = await scene.done()
    assert await scene.bot.terminate() == 0
    # The database is gone; restore, as the document says.
    (folder / "mjbot-copy.db").replace(scene.bot.database)
    for name in ("mjbot.db-wal", "mjbot.db-shm"):
        (folder / name).unlink(missing_ok=True)
    before = len(card.history)
    await scene.bot.start()
    await scene.stub.until(lambda: len(card.history) > before, SECONDS)
    assert (await scene.done()).id == card.id
    pressed = await scene.stub.press(card, custom_id(card, "U1"), scene.user)
    await pressed.answered(SECONDS)
    await scene.stub.until(lambda: len(scene.upstream.world.log) == 1, SECONDS)


async def test_a_database_of_the_first_version_is_brought_up_by_the_start(scene: Scene) -> None:
    assert await scene.bot.terminate() == 0
    for path in scene.bot.database.parent.glob("mjbot.db*"):
        path.unlink()
    old = Database(str(scene.bot.database))
    Migrations.apply(migrations, old, stop_before="lineage_and_counted_presses")
    old.conn.commit()
    old.close()
    await scene.bot.start()
    await scene.ask()
    await scene.done()
