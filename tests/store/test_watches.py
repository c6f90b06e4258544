"""What survives the process."""

from __future__ import annotations

import asyncio
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import Condition, TaskSnapshot, UpstreamProblem
from mjbot.core.model.task import Button, Task, TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch, WatchState
from mjbot.errors import StartupError, StoreFailed
from mjbot.ports import InteractionContext
from mjbot.store.sqlite.migrations import migrations
from mjbot.store.sqlite.presses import SqlitePresses
from mjbot.store.sqlite.rows import save_views
from mjbot.store.sqlite.thread import DatabaseThread
from mjbot.store.sqlite.watches import SqliteStore
from tests.operations import backup_command

TASK = TaskId("1730621718151844")
HERE = InteractionContext(guild_id=1, channel_id=2, user_id=3, locale="en", private_locale="en")
WATCH = Watch(MessageRef(2, 10), TASK, 1, 3, "en", 1000.0)


def snapshot(number: int = 0, **fields: object) -> TaskSnapshot:
    task = Task(TaskId(str(int(TASK) + number)), prompt=f"prompt {number}", buttons=(Button("a", "U1"),))
    task = replace(task, **fields)  # type: ignore[arg-type]
    return TaskSnapshot(
        task.id, opened_at=1.5, task=task, condition=Condition.QUIET, problem=UpstreamProblem.KEY
    )


async def test_a_watch_and_its_view_come_back_as_they_were(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    async with DatabaseThread(path) as thread:
        store = SqliteStore(thread)
        assert await store.add(WATCH, snapshot()) == []
        await store.save_delivered({WATCH.ref: DeliveredState("digest", "picture", "attachment://p.png")})
    async with DatabaseThread(path) as thread:
        watches = await SqliteStore(thread).open_watches()
    delivered = DeliveredState("digest", "picture", "attachment://p.png")
    assert watches == [(replace(WATCH, state=WatchState.OPEN, delivered=delivered), snapshot())]


async def test_a_second_watch_in_a_channel_is_told_of_the_first() -> None:
    async with DatabaseThread(":memory:") as thread:
        store = SqliteStore(thread)
        await store.add(WATCH, snapshot())
        await store.save_delivered({WATCH.ref: DeliveredState()})  # open: its first card is on it
        elsewhere = replace(WATCH, ref=MessageRef(99, 11))
        assert await store.add(elsewhere, None) == []
        assert await store.add(replace(WATCH, ref=MessageRef(2, 12)), None) == [
            replace(WATCH, state=WatchState.OPEN)
        ]
        await store.close(WATCH.ref)
        await store.close_channel(99)
        assert [watch.ref.message_id for watch, _ in await store.open_watches()] == [12]


async def test_autocomplete_offers_running_tasks_first_and_only_those_seen_here() -> None:
    async with DatabaseThread(":memory:") as thread:
        store = SqliteStore(thread)
        await store.save(
            [snapshot(0, status="SUCCESS"), snapshot(1, status="IN_PROGRESS"), snapshot(2), snapshot(3)]
        )
        for number, at in ((0, 30.0), (1, 10.0), (2, 20.0)):
            await store.saw(HERE, snapshot(number).id, at)
        await store.saw(replace(HERE, guild_id=7), snapshot(3).id, 40.0)
        assert [suggestion.snapshot.id[-1] for suggestion in await store.suggestions(HERE, "", 25)] == [
            "6",
            "5",
            "4",
        ]
        assert [
            suggestion.snapshot.id[-1] for suggestion in await store.suggestions(HERE, "PROMPT 1", 25)
        ] == ["5"]
        assert await store.suggestions(HERE, "%", 25) == []
        assert await store.suggestions(replace(HERE, guild_id=None), "", 25) == []


async def test_a_second_process_on_the_same_database_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    async with DatabaseThread(path):
        with pytest.raises(StartupError, match="Another mjbot"):
            async with DatabaseThread(path):
                pass
    async with DatabaseThread(path):
        pass


async def test_a_damaged_database_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    before = path.read_bytes()
    with pytest.raises(StartupError, match="cannot be used"):
        async with DatabaseThread(str(path)):
            pass
    assert path.read_bytes() == before


async def test_a_full_disk_is_a_failure_that_passes_and_nothing_committed_is_lost(
    tmp_path: Path,
) -> None:
    async with DatabaseThread(str(tmp_path / "a.db")) as thread:
        store = SqliteStore(thread)
        await store.save([snapshot()])

        def fill(db: Database) -> None:
            pages = db.execute("pragma page_count").fetchone()[0]
            db.execute(f"pragma max_page_count = {pages}")

        await thread.run(fill)
        with pytest.raises(StoreFailed, match="full"):
            await store.save([snapshot(number, prompt="x" * 9_000) for number in range(1, 9)])
        assert await store.snapshot(TASK) == snapshot()
        await thread.run(lambda db: db.execute("pragma max_page_count = 1000000"))
        await store.save([snapshot(1)])
        assert await thread.run(lambda db: db.execute("pragma integrity_check").fetchone()[0]) == "ok"


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with DatabaseThread(str(path)) as thread:
        await thread.run(
            lambda db: db.execute(
                "insert into _sqlite_migrations (migration_set, name, applied_at)"
                " values ('mjbot', 'of_the_future', '')"
            )
        )
        await thread.run(lambda db: db.conn.commit())
    before = path.read_bytes()
    with pytest.raises(StartupError, match="a newer mjbot"):
        async with DatabaseThread(str(path)):
            pass
    assert path.read_bytes() == before


async def test_a_database_of_the_first_version_is_brought_up_with_all_that_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    old = Database(str(path))
    Migrations.apply(migrations, old, stop_before="lineage_and_counted_presses")
    old.table("presses").insert({"task_id": TASK, "action": "u1", "user_id": 3, "at": 1.0, "state": "warned"})
    save_views(old, [snapshot()])
    old.conn.commit()
    old.close()
    async with DatabaseThread(str(path)) as thread:
        assert await SqliteStore(thread).snapshot(TASK) == snapshot()
        assert await SqlitePresses(thread).of(TASK) == {"u1": Press.UNCLEAR}


async def test_a_copy_made_while_the_bot_is_at_work_is_whole(tmp_path: Path) -> None:
    """The backup of docs/operations.md."""
    path, copy = tmp_path / "a.db", tmp_path / "copy.db"
    command = backup_command().replace("mjbot-copy.db", str(copy)).replace("mjbot.db", str(path))
    async with DatabaseThread(str(path)) as thread:
        store = SqliteStore(thread)
        await store.add(WATCH, snapshot())
        await asyncio.to_thread(subprocess.run, command, shell=True, check=True)
        await store.close(WATCH.ref)
    async with DatabaseThread(str(copy)) as thread:
        assert [watch for watch, _ in await SqliteStore(thread).open_watches()] == [
            replace(WATCH, state=WatchState.OPENING)
        ]
