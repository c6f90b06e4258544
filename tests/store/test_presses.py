"""The guard against pressing anything twice, and the lineage of tasks."""

from __future__ import annotations

from dataclasses import replace

from mjbot.core.card.lineage import Lineage, RelatedTask
from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef, Watch
from mjbot.ports import Stores
from mjbot.store import open_stores
from tests.store.conftest import UPSTREAM

TASK, CHILD = TaskId("1730621718151844"), TaskId("1730621718151845")
WATCH = Watch(MessageRef(2, 20), CHILD, 1, 3, "en", 1000.0)
SNAPSHOT = TaskSnapshot(CHILD, opened_at=1.0, task=Task(CHILD))


async def lineage(stores: Stores, task_id: TaskId, guild_id: int | None) -> Lineage:
    asked = (task_id, guild_id)
    return (await stores.presses.histories([asked]))[asked].lineage


async def test_only_one_of_two_presses_at_one_moment_is_begun(stores: Stores) -> None:
    assert await stores.presses.begin(TASK, "u1", 3, 1.0) is None
    earlier = await stores.presses.begin(TASK, "u1", 4, 1.0)
    assert earlier is not None
    assert earlier.state is Press.SENDING


async def test_a_press_in_flight_is_not_repeated_even_knowingly(stores: Stores) -> None:
    await stores.presses.begin(TASK, "u1", 3, 1.0)
    assert await stores.presses.begin(TASK, "u1", 3, 2.0, repeats=1) is not None
    await stores.presses.note(TASK, "u1", Press.RETRYING)
    assert await stores.presses.begin(TASK, "u1", 3, 3.0, repeats=1) is not None


async def test_a_repetition_counts_once_for_the_press_that_the_user_was_told_of(stores: Stores) -> None:
    presses = stores.presses
    await presses.begin(TASK, "v1", 3, 1.0)
    await presses.accept(TASK, "v1", "V1", WATCH, SNAPSHOT)
    made = await presses.begin(TASK, "v1", 4, 2.0)
    assert made is not None
    assert (made.child_id, made.message, made.number) == (CHILD, WATCH.ref, 1)
    assert await presses.begin(TASK, "v1", 4, 3.0, repeats=1) is None
    await presses.note(TASK, "v1", Press.ACCEPTED)
    again = await presses.begin(TASK, "v1", 5, 4.0, repeats=1)
    assert again is not None
    assert again.number == 2
    assert await presses.last(TASK, "v1") == again


async def test_a_refused_press_may_be_made_again(stores: Stores) -> None:
    for state in (Press.REFUSED, Press.UNKNOWN_ACTION):
        assert await stores.presses.begin(TASK, "u1", 3, 1.0) is None
        await stores.presses.note(TASK, "u1", state)
    assert await stores.presses.begin(TASK, "u1", 3, 2.0) is None


async def test_a_press_that_was_in_flight_when_the_process_died_is_settled(database: str) -> None:
    async with open_stores(database) as stores:
        await stores.presses.begin(TASK, "u1", 3, 1.0)
        await stores.presses.begin(TASK, "v1", 3, 1.0)
        await stores.presses.note(TASK, "v1", Press.RETRYING)
    async with open_stores(database) as stores:
        presses = stores.presses
        assert await presses.end_interrupted() == [TASK]
        assert await presses.end_interrupted() == []
        assert await presses.of(TASK) == {"u1": Press.UNCLEAR, "v1": Press.REFUSED}
        told = await presses.begin(TASK, "u1", 4, 2.0)
        assert told is not None
        assert told.state is Press.UNCLEAR
        assert await presses.begin(TASK, "u1", 4, 3.0, repeats=told.number) is None


async def test_an_accepted_press_stores_the_watch_and_the_snapshot_of_its_child(stores: Stores) -> None:
    await stores.presses.begin(TASK, "u1", 3, 1.0)
    await stores.presses.accept(TASK, "u1", "U1", WATCH, SNAPSHOT)
    assert await stores.watches.open_watches() == [(WATCH, SNAPSHOT)]
    assert await stores.presses.children(TASK, 1, 5) == [WATCH.ref]
    assert await stores.presses.children(TASK, 7, 5) == []


async def test_relatives_are_linked_both_ways_within_a_guild_until_a_message_is_gone(stores: Stores) -> None:
    parent = replace(WATCH, ref=MessageRef(2, 10), task_id=TASK)
    await stores.watches.add(parent, None)
    await stores.presses.begin(TASK, "u1", 3, 1.0)
    await stores.presses.accept(TASK, "u1", "U1", WATCH, SNAPSHOT)
    child = RelatedTask(CHILD, "U1", WATCH.ref.url(1))
    assert await lineage(stores, TASK, 1) == Lineage(children=(child,))
    assert await lineage(stores, CHILD, 1) == Lineage(parent=RelatedTask(TASK, "U1", parent.ref.url(1)))
    assert await lineage(stores, TASK, 7) == Lineage()
    assert await lineage(stores, CHILD, None) == Lineage()
    assert await stores.presses.unlink(WATCH.ref) == [TASK]
    assert await lineage(stores, TASK, 1) == Lineage()


async def test_a_parent_without_a_card_is_named_without_a_link(stores: Stores) -> None:
    await stores.presses.accept(TASK, "u1", "U1", WATCH, SNAPSHOT)
    assert await lineage(stores, CHILD, 1) == Lineage(parent=RelatedTask(TASK, "U1"))


async def test_refused_kinds_are_those_of_one_image_service_and_of_late(database: str) -> None:
    async with open_stores(database, UPSTREAM) as stores:
        assert await stores.presses.refused_kinds(0.0) == frozenset()
        await stores.presses.refuse_kind("MJ::Inpaint", 100.0)
        assert await stores.presses.refused_kinds(100.0) == {"MJ::Inpaint"}
    async with open_stores(database, UPSTREAM) as stores:
        assert await stores.presses.refused_kinds(100.0) == {"MJ::Inpaint"}
        assert await stores.presses.refused_kinds(100.5) == frozenset()
    async with open_stores(database, "https://other.example") as stores:
        assert await stores.presses.refused_kinds(0.0) == frozenset()
