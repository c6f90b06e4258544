"""What SQLite has of its own: newer files, full disks, backups, indexes and size."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from sqlite_utils import Database

from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch, WatchState
from mjbot.errors import StartupError, StoreFailed
from mjbot.ports import Stores
from mjbot.store import open_stores
from mjbot.store.sqlite.lineage import save_lineage
from mjbot.store.sqlite.rows import save_seen, save_snapshots, save_watch
from mjbot.upstream.wire import read_task
from tests.operations import backup_command, year_s_size
from tests.store.faults import fill_disk, free_disk, pragma, refuse_all, refuse_writes, thread_of
from tests.test_house import MODULES, imports_of, inside, name_of

DAY = 86_400.0
SAMPLES = Path(__file__).parent.parent / "upstream" / "samples"
TASK = TaskId("1730621718151844")
WATCH = Watch(MessageRef(2, 10), TASK, 1, 3, "en", 1000.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mjbot.db"


@pytest.fixture
def database(path: Path) -> str:
    """Only SQLite here."""
    return str(path)


def snapshot(number: int = 0, seen_at: float = 1.5, prompt: str = "a cat on a wall " * 8) -> TaskSnapshot:
    task = Task(TaskId(str(int(TASK) + number)), status="SUCCESS", prompt=prompt)
    return TaskSnapshot(task.id, opened_at=seen_at, task=task, seen_at=seen_at)


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    records = [each for each in caplog.records if each.name == "mjbot.store.sqlite.thread"]
    return [f"{each.levelname} {each.message}" for each in records]


def test_sqlite_is_known_only_to_the_package_of_its_store() -> None:
    elsewhere = [path for path in MODULES if not inside(name_of(path), ("mjbot.store",))]
    sqlite = ("mjbot.store.sqlite", "sqlite3", "sqlite_utils")
    assert [
        name_of(path) for path in elsewhere if any(inside(each, sqlite) for each in imports_of(path))
    ] == []


def test_another_kind_of_database_is_refused_and_its_password_is_not_repeated() -> None:
    with pytest.raises(StartupError) as raised:
        open_stores("postgresql://mjbot:secret@localhost/mjbot")
    assert str(raised.value) == ("MJBOT_DATABASE: postgresql:// is not supported. Set the path of a file.")


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    async with open_stores(str(path)) as stores:
        await thread_of(stores).run(
            lambda db: db.execute(
                "insert into _sqlite_migrations (migration_set, name, applied_at)"
                " values ('mjbot', 'of_the_future', '')"
            )
        )
        await thread_of(stores).run(lambda db: db.conn.commit())
    before = path.read_bytes()
    with pytest.raises(StartupError, match="a newer mjbot"):
        async with open_stores(str(path)):
            pass
    assert path.read_bytes() == before


async def test_a_full_disk_is_a_failure_that_passes_and_nothing_committed_is_lost(stores: Stores) -> None:
    await stores.watches.save([snapshot()])
    await fill_disk(stores)
    with pytest.raises(StoreFailed, match="full"):
        await stores.watches.save([snapshot(number, prompt="x" * 9_000) for number in range(1, 9)])
    assert await stores.watches.snapshot(TASK) == snapshot()
    await free_disk(stores)
    await stores.watches.save([snapshot(1)])
    assert await thread_of(stores).run(lambda db: db.execute("pragma integrity_check").fetchone()[0]) == "ok"


async def test_a_probe_notices_a_full_and_a_read_only_disk(stores: Stores) -> None:
    for _ in range(3):
        await stores.key_values.probe()
    await fill_disk(stores)
    for _ in range(3):
        with pytest.raises(StoreFailed, match="full"):
            await stores.key_values.probe()
    await free_disk(stores)
    await stores.key_values.probe()
    await refuse_writes(stores, on=True)
    assert await stores.key_values.get("filler:0") is not None  # reading works
    with pytest.raises(StoreFailed, match="may not write"):
        await stores.key_values.probe()
    await refuse_writes(stores, on=False)
    await stores.key_values.probe()


async def test_probes_do_not_make_the_file_grow(stores: Stores) -> None:
    await stores.key_values.probe()
    before = await pragma(stores, "page_count")
    for _ in range(50):
        await stores.key_values.probe()
    assert await pragma(stores, "page_count") == before


async def test_a_database_that_cannot_even_be_read_is_logged_once(
    stores: Stores, caplog: pytest.LogCaptureFixture
) -> None:
    await refuse_all(stores, on=True)
    with caplog.at_level(logging.INFO, "mjbot.store"):
        for _ in range(3):
            with pytest.raises(StoreFailed):
                await stores.watches.snapshot(TASK)
        await refuse_all(stores, on=False)
        await stores.watches.snapshot(TASK)
        assert logged(caplog) == ["ERROR the database cannot be used: interrupted"]
        await stores.watches.save([snapshot()])
    assert logged(caplog)[1:] == ["INFO the database can be used again"]


async def test_a_copy_made_while_the_bot_is_at_work_is_whole(path: Path, tmp_path: Path) -> None:
    """The backup of docs/operations.md."""
    copy = tmp_path / "copy.db"
    command = backup_command().replace("mjbot-copy.db", str(copy)).replace("mjbot.db", str(path))
    async with open_stores(str(path)) as stores:
        await stores.watches.add(WATCH, snapshot())
        await asyncio.to_thread(subprocess.run, command, shell=True, check=True)
        await stores.watches.close(WATCH.ref)
    async with open_stores(str(copy)) as stores:
        assert await stores.watches.open_watches() == [(replace(WATCH, state=WatchState.OPENING), snapshot())]


async def test_a_year_s_use_stays_as_small_as_the_page_says(path: Path) -> None:
    """Finished grids as new-api returns them, a third of them made by a press; 90 days are kept.

    The page speaks of 100,000 tasks. Each takes the same room, so a fifth of them shows it.
    """
    year, tasks, keep, begin = 365 * DAY, 20_000, 90 * DAY, 1_700_000_000.0
    async with open_stores(str(path)) as stores:
        for month in range(12):
            numbers = range(tasks * month // 12, tasks * (month + 1) // 12)
            made = [finished_grid(number, begin + year * number / tasks) for number in numbers]
            await thread_of(stores).run(lambda db, made=made: _save_all(db, made))  # type: ignore[misc]
            while await stores.pruner.prune(begin + year * (month + 1) / 12 - keep, 1000):
                pass
        left = await thread_of(stores).run(lambda db: db.table("tasks").count)
    assert tasks * 0.24 < left < tasks * 0.26
    megabytes, kilobytes = year_s_size()
    assert 0.8 * megabytes < path.stat().st_size / 1e6 * 100_000 / tasks < megabytes
    assert 0.8 * kilobytes < path.stat().st_size / 1e3 / left < kilobytes


GRID = json.loads((SAMPLES / "38-newapi-fetch-success-grid.json").read_text(encoding="utf-8"))["body"]
PROMPT = "a watercolour of a lighthouse in a storm, waves over the rocks, gulls, a low red sun --ar 3:2 --v 7"


def finished_grid(number: int, at: float) -> TaskSnapshot:
    task = replace(_finished(), id=TaskId(str(int(TASK) + number)))
    return TaskSnapshot(task.id, opened_at=at, task=task, seen_at=at, changed_at=at)


@cache
def _finished() -> Task:
    task = read_task({**GRID, "prompt": PROMPT, "promptEn": PROMPT})
    assert task is not None
    assert len(task.buttons) == 9
    return task


def _save_all(db: Database, snapshots: list[TaskSnapshot]) -> None:
    """Store tasks as the bot does, many at once: seen, shown, and each third made by a press."""
    with db.atomic():
        save_snapshots(db, snapshots)
        for number, each in enumerate(snapshots):
            assert each.task is not None
            ref = MessageRef(1_100_000_000_000_000_000, MessageRef.first_id(each.opened_at) + int(each.id))
            picture = DeliveredState("0" * 16, f"{each.id}-final", each.task.image_url)
            user, guild = 300_000_000_000_000_003, 200_000_000_000_000_002
            closed = WatchState.CLOSED
            watch = Watch(ref, each.id, guild, user, "en", each.opened_at, closed, picture)
            save_watch(db, watch)
            save_seen(db, watch, each.id)
            if number % 3 == 1:
                parent, place = snapshots[number - 1].id, [guild, ref.channel_id, ref.message_id]
                action = [parent, "90f38c3fea3b", user, each.opened_at, "accepted", each.id]
                db.execute("insert into presses values (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0)", [*action, *place])
                save_lineage(db, parent, "U1", watch, each.id, ref.message_id)


@pytest.mark.parametrize(
    "query",
    [
        "select snapshot from tasks where id = ''",
        "select * from watches where task_id = ''",
        "select * from watches where task_id = '' collate nocase",
        "select * from watches where state = 'open' and channel_id = 2 and task_id = ''",
        "select * from presses where task_id = ''",
        "select * from lineage where parent_id = '' and place = ''",
        "select * from lineage where child_id = ''",
        "select * from lineage where message_id = 1",
        "select * from makes where task_id = ''",
        "delete from seen where task_id = ''",
        "select id from tasks where updated_at < 5 order by updated_at limit 9",
        "select * from seen where place = '' order by at desc limit 9",
        "select at from usage where who = '' and kind = '' and at > 1 order by at desc limit 1",
        "delete from usage where at < 1",
    ],
)
async def test_a_frequent_query_finds_its_rows_by_an_index(stores: Stores, query: str) -> None:
    plan = await thread_of(stores).run(lambda db: list(db.execute(f"explain query plan {query}")))
    assert [row[3] for row in plan if not row[3].startswith("SEARCH")] == []
