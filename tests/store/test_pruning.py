"""Forgetting what is over, and staying small and quick while doing so."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef, Watch, WatchState
from mjbot.ports import InteractionContext
from mjbot.store.sqlite.presses import SqlitePresses
from mjbot.store.sqlite.pruning import SqlitePruner
from mjbot.store.sqlite.rows import save_views
from mjbot.store.sqlite.thread import DatabaseThread
from mjbot.store.sqlite.watches import SqliteStore

DAY = 86_400.0
PLACE = InteractionContext(guild_id=1, channel_id=2, user_id=3, locale="en", private_locale="en")


def snapshot(number: int, seen_at: float) -> TaskSnapshot:
    task = Task(TaskId(f"{number:016d}"), status="SUCCESS", prompt="a cat on a wall " * 8)
    return TaskSnapshot(task.id, opened_at=seen_at, task=task, seen_at=seen_at)


async def test_a_task_that_is_long_over_goes_with_everything_about_it_and_no_other_does() -> None:
    async with DatabaseThread(":memory:") as thread:
        store, presses, pruner = SqliteStore(thread), SqlitePresses(thread), SqlitePruner(thread)
        old, child, young = snapshot(1, 0.0), snapshot(2, 1.0), snapshot(3, 9 * DAY)
        for number, each in enumerate((old, child, young), 1):
            watch = Watch(MessageRef(2, number), each.id, 1, 3, "en", 0.0, WatchState.CLOSED)
            await store.add(watch, each)
            await store.saw(PLACE, each.id, 0.0)
            await presses.begin(each.id, "u1", 3, 0.0)
            await presses.accept(each.id, "u1", "U1", watch, each)
        assert await pruner.prune(5 * DAY, 100) == 2
        assert [await store.snapshot(each.id) for each in (old, child, young)] == [None, None, young]
        assert await presses.of(old.id) == {}
        assert await presses.of(young.id) == {"u1": Press.ACCEPTED}
        assert [suggestion.snapshot.id for suggestion in await store.suggestions(PLACE, "", 25)] == [young.id]
        assert [await store.watch_at(MessageRef(2, n)) is None for n in (1, 2, 3)] == [True, True, False]
        assert await pruner.prune(5 * DAY, 100) == 0


async def test_a_task_that_a_message_still_follows_is_kept_however_old_it_is() -> None:
    async with DatabaseThread(":memory:") as thread:
        store = SqliteStore(thread)
        old = snapshot(1, 0.0)
        await store.add(Watch(MessageRef(2, 1), old.id, 1, 3, "en", 0.0, WatchState.OPEN), old)
        assert await SqlitePruner(thread).prune(5 * DAY, 100) == 0
        assert await store.snapshot(old.id) == old


async def test_a_year_s_use_stays_small_and_every_question_finds_its_rows_by_an_index(tmp_path: Path) -> None:
    file = tmp_path / "mjbot.db"
    year, tasks, keep = 365 * DAY, 100_000, 90 * DAY
    async with DatabaseThread(str(file)) as thread:
        pruner = SqlitePruner(thread)
        for month in range(12):
            first = tasks * month // 12
            snapshots = [snapshot(n, year * n / tasks) for n in range(first, tasks * (month + 1) // 12)]

            def keep_all(db: Database, snapshots: list[TaskSnapshot] = snapshots) -> None:
                with db.atomic():
                    save_views(db, snapshots)
                    db.table("seen").insert_all(
                        {"place": "guild:1", "task_id": each.id, "at": each.opened_at} for each in snapshots
                    )
                    db.table("watches").insert_all(
                        {
                            "message_id": int(each.id),
                            "channel_id": 2,
                            "guild_id": 1,
                            "task_id": each.id,
                            "requester_id": 3,
                            "locale": "en",
                            "created_at": each.opened_at,
                            "state": "closed",
                        }
                        for each in snapshots
                    )

            await thread.run(keep_all)
            while await pruner.prune(year * (month + 1) / 12 - keep, 1000):
                pass
        left = await thread.run(lambda db: db.table("tasks").count)
        assert tasks * 0.24 < left < tasks * 0.26
        # A quarter of a year, one task more or less than a kibibyte with all that belongs to it.
        assert file.stat().st_size < 60 * 1024 * 1024

        def plans(db: Database) -> list[str]:
            questions = (
                "select view from tasks where id = ''",
                "select * from watches where task_id = ''",
                "select * from watches where state = 'open' and channel_id = 2 and task_id = ''",
                "select * from presses where task_id = ''",
                "select * from lineage where parent_id = '' and guild_id is 1",
                "select * from lineage where message_id = 1",
                "delete from seen where task_id = ''",
                "select id from tasks where updated_at < 5 order by updated_at limit 9",
                "select * from seen where place = '' order by at desc limit 9",
            )
            return [row[3] for each in questions for row in db.execute(f"explain query plan {each}")]

        assert [each for each in await thread.run(plans) if not each.startswith("SEARCH")] == []
