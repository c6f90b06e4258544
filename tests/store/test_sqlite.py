"""What survives the process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mjbot.core.task import Button, Task, TaskId
from mjbot.core.view import Condition, TaskView, Trouble
from mjbot.core.watch import MessageRef, Shown, Watch, WatchState
from mjbot.errors import StartupError
from mjbot.ports import Place
from mjbot.store.sqlite import SqliteStore
from mjbot.store.thread import DatabaseThread

TASK = TaskId("1730621718151844")
HERE = Place(guild_id=1, channel_id=2, user_id=3, locale="en", private_locale="en")
WATCH = Watch(MessageRef(2, 10), TASK, 1, 3, "en", 1000.0)


def view(number: int = 0, **fields: object) -> TaskView:
    task = Task(TaskId(str(int(TASK) + number)), prompt=f"prompt {number}", buttons=(Button("a", "U1"),))
    task = replace(task, **fields)  # type: ignore[arg-type]
    return TaskView(task.id, opened_at=1.5, task=task, condition=Condition.QUIET, trouble=Trouble.KEY)


async def test_a_watch_and_its_view_come_back_as_they_were(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    async with DatabaseThread(path) as thread:
        store = SqliteStore(thread)
        assert await store.add(WATCH, view()) == []
        await store.save_shown({WATCH.ref: Shown("digest", "picture", "attachment://p.png")})
    async with DatabaseThread(path) as thread:
        watches = await SqliteStore(thread).open_watches()
    shown = Shown("digest", "picture", "attachment://p.png")
    assert watches == [(replace(WATCH, state=WatchState.OPEN, shown=shown), view())]


async def test_a_second_watch_in_a_channel_is_told_of_the_first() -> None:
    async with DatabaseThread(":memory:") as thread:
        store = SqliteStore(thread)
        await store.add(WATCH, view())
        await store.save_shown({WATCH.ref: Shown()})  # open: its first card is on it
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
        await store.save([view(0, status="SUCCESS"), view(1, status="IN_PROGRESS"), view(2), view(3)])
        for number, at in ((0, 30.0), (1, 10.0), (2, 20.0)):
            await store.saw(HERE, view(number).id, at)
        await store.saw(replace(HERE, guild_id=7), view(3).id, 40.0)
        assert [offer.view.id[-1] for offer in await store.offers(HERE, "", 25)] == ["6", "5", "4"]
        assert [offer.view.id[-1] for offer in await store.offers(HERE, "PROMPT 1", 25)] == ["5"]
        assert await store.offers(HERE, "%", 25) == []
        assert await store.offers(replace(HERE, guild_id=None), "", 25) == []


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
