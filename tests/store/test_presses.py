"""The guard against pressing anything twice, and what was made of what."""

from __future__ import annotations

from dataclasses import replace

from mjbot.core.card.lineage import Lineage, RelatedTask
from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef, Watch
from mjbot.store.sqlite.presses import SqlitePresses
from mjbot.store.sqlite.thread import DatabaseThread
from mjbot.store.sqlite.watches import SqliteStore

TASK, CHILD = TaskId("1730621718151844"), TaskId("1730621718151845")
WATCH = Watch(MessageRef(2, 20), CHILD, 1, 3, "en", 1000.0)
VIEW = TaskSnapshot(CHILD, opened_at=1.0, task=Task(CHILD))


async def lineage(presses: SqlitePresses, task_id: TaskId, guild_id: int | None) -> Lineage:
    asked = (task_id, guild_id)
    return (await presses.histories([asked]))[asked].lineage


async def test_only_one_of_two_presses_at_one_moment_is_begun() -> None:
    async with DatabaseThread(":memory:") as thread:
        presses = SqlitePresses(thread)
        assert await presses.begin(TASK, "u1", 3, 1.0) is None
        earlier = await presses.begin(TASK, "u1", 4, 1.0)
        assert earlier is not None
        assert earlier.state is Press.SENDING


async def test_a_repetition_counts_once_for_whoever_was_told_of_the_press_before() -> None:
    async with DatabaseThread(":memory:") as thread:
        presses = SqlitePresses(thread)
        await presses.begin(TASK, "v1", 3, 1.0)
        await presses.accept(TASK, "v1", "V1", WATCH, VIEW)
        made = await presses.begin(TASK, "v1", 4, 2.0)
        assert made is not None
        assert (made.child_id, made.message, made.number) == (CHILD, WATCH.ref, 1)
        assert await presses.begin(TASK, "v1", 4, 3.0, after=1) is None
        await presses.note(TASK, "v1", Press.ACCEPTED)
        again = await presses.begin(TASK, "v1", 5, 4.0, after=1)
        assert again is not None
        assert again.number == 2


async def test_what_was_refused_may_be_pressed_again() -> None:
    async with DatabaseThread(":memory:") as thread:
        presses = SqlitePresses(thread)
        await presses.begin(TASK, "u1", 3, 1.0)
        await presses.note(TASK, "u1", Press.REFUSED)
        assert await presses.begin(TASK, "u1", 3, 2.0) is None


async def test_a_press_that_was_on_its_way_when_the_process_died_is_unclear() -> None:
    async with DatabaseThread(":memory:") as thread:
        presses = SqlitePresses(thread)
        await presses.begin(TASK, "u1", 3, 1.0)
        await presses.begin(TASK, "v1", 3, 1.0)
        await presses.note(TASK, "v1", Press.RETRYING)
        assert await presses.end_interrupted() == [TASK]
        assert await presses.end_interrupted() == []
        assert await presses.of(TASK) == {"u1": Press.UNCLEAR, "v1": Press.REFUSED}
        told = await presses.begin(TASK, "u1", 4, 2.0)
        assert told is not None
        assert told.state is Press.UNCLEAR
        assert await presses.begin(TASK, "u1", 4, 3.0, after=told.number) is None


async def test_kin_are_linked_both_ways_within_a_guild_until_a_message_is_gone() -> None:
    async with DatabaseThread(":memory:") as thread:
        presses, store = SqlitePresses(thread), SqliteStore(thread)
        parent = replace(WATCH, ref=MessageRef(2, 10), task_id=TASK)
        await store.add(parent, None)
        await presses.begin(TASK, "u1", 3, 1.0)
        await presses.accept(TASK, "u1", "U1", WATCH, VIEW)
        child = RelatedTask(CHILD, "U1", WATCH.ref.url(1))
        assert await lineage(presses, TASK, 1) == Lineage(children=(child,))
        assert await lineage(presses, CHILD, 1) == Lineage(parent=RelatedTask(TASK, "U1", parent.ref.url(1)))
        assert await lineage(presses, TASK, 7) == Lineage()
        assert await lineage(presses, CHILD, None) == Lineage()
        await presses.unlink(WATCH.ref)
        assert await lineage(presses, TASK, 1) == Lineage()


async def test_a_parent_without_a_card_is_named_without_a_link() -> None:
    async with DatabaseThread(":memory:") as thread:
        presses = SqlitePresses(thread)
        await presses.accept(TASK, "u1", "U1", WATCH, VIEW)
        assert await lineage(presses, CHILD, 1) == Lineage(parent=RelatedTask(TASK, "U1"))
