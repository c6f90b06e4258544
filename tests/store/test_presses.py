"""The guard against pressing anything twice, and the lineage of tasks."""

from __future__ import annotations

from dataclasses import replace

from mjbot.core.access.place import Place
from mjbot.core.card.lineage import Lineage, RelatedTask
from mjbot.core.model.press import Press, PressKey
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef, Watch
from mjbot.ports import NO_HISTORY, PendingCard, PressRecord, Stores
from mjbot.store import open_stores

TASK, CHILD = TaskId("1730621718151844"), TaskId("1730621718151845")
WATCH = Watch(MessageRef(2, 20), CHILD, 1, 3, "en", 1000.0)
SNAPSHOT = TaskSnapshot(CHILD, opened_at=1.0, task=Task(CHILD))


async def lineage(stores: Stores, task_id: TaskId, guild_id: int | None, user_id: int = 0) -> Lineage:
    asked = (task_id, Place(guild_id, user_id))
    return (await stores.presses.histories([asked]))[asked].lineage


async def begin(stores: Stores, action: str = "u1", at: float = 1.0, repeats: int = 0) -> PressKey:
    """Begin a press that nothing forbids."""
    begun = await stores.presses.begin(TASK, action, 3, at, repeats=repeats)
    assert isinstance(begun, PressKey)
    return begun


async def earlier(stores: Stores, action: str = "u1", repeats: int = 0) -> PressRecord:
    """The earlier press that forbids one."""
    found = await stores.presses.begin(TASK, action, 4, 2.0, repeats=repeats)
    assert isinstance(found, PressRecord)
    return found


async def test_tasks_with_and_without_a_history_are_asked_for_together(stores: Stores) -> None:
    await stores.presses.accept(await begin(stores), "U1", WATCH, [SNAPSHOT])
    place, other = WATCH.place, TaskId("1730621718151999")
    asked = [(each, place) for each in (other, TASK, CHILD)]
    found = await stores.presses.histories(asked)
    assert list(found) == asked
    assert found[other, place] == NO_HISTORY
    assert found[TASK, place].presses == {"u1": Press.ACCEPTED}
    assert [each.task_id for each in found[TASK, place].lineage.children] == [CHILD]
    assert found[CHILD, place].lineage.parent is not None


async def test_only_one_of_two_presses_at_one_moment_is_begun(stores: Stores) -> None:
    assert await begin(stores) == PressKey(TASK, "u1", 1)
    assert (await earlier(stores)).state is Press.SENDING


async def test_a_press_in_flight_is_not_repeated_even_knowingly(stores: Stores) -> None:
    key = await begin(stores)
    await earlier(stores, repeats=1)
    await stores.presses.note(key, Press.RETRYING)
    await earlier(stores, repeats=1)


async def test_a_repetition_counts_once_for_the_press_that_the_user_was_told_of(stores: Stores) -> None:
    key = await begin(stores)
    await stores.presses.accept(key, "U1", WATCH, [SNAPSHOT])
    made = await earlier(stores)
    assert (made.child_id, made.message, made.number) == (CHILD, WATCH.ref, 1)
    again = await begin(stores, repeats=1)
    await stores.presses.note(again, Press.ACCEPTED)
    told = await earlier(stores, repeats=1)
    assert told.number == 2
    assert await stores.presses.last(TASK, "u1") == told


async def test_a_write_of_an_earlier_press_does_not_touch_its_repetition(stores: Stores) -> None:
    first = await begin(stores)
    await stores.presses.note(first, Press.UNCLEAR)
    await begin(stores, repeats=1)
    for late in (Press.ACCEPTED, Press.REFUSED):
        await stores.presses.note(first, late)
    await stores.presses.accept(first, "U1", WATCH, [SNAPSHOT])
    assert await stores.presses.of(TASK) == {"u1": Press.SENDING}


async def test_a_press_that_is_stored_late_replaces_nothing_that_was_read_of_its_task_since(
    stores: Stores,
) -> None:
    key = await begin(stores)
    read = TaskSnapshot(CHILD, opened_at=1.0, task=Task(CHILD, status="SUCCESS"), seen_at=9.0)
    await stores.watches.save([read])
    await stores.presses.accept(key, "U1", WATCH, [SNAPSHOT])
    assert await stores.watches.snapshot(CHILD) == read


async def test_the_spellings_of_one_id_share_their_presses(stores: Stores) -> None:
    lower, mixed, upper = (TaskId(each) for each in ("task-abc", "task-aBc", "TASK-ABC"))
    key = await stores.presses.begin(lower, "u1", 3, 1.0)
    assert isinstance(key, PressKey)
    for spelling in (lower, mixed, upper):
        assert isinstance(await stores.presses.begin(spelling, "u1", 3, 2.0), PressRecord)
    await stores.presses.note(PressKey(mixed, "u1", key.number), Press.UNCLEAR)
    assert [await stores.presses.of(each) for each in (lower, mixed, upper)] == [{"u1": Press.UNCLEAR}] * 3
    again = await stores.presses.begin(upper, "u1", 3, 3.0, repeats=1)
    assert isinstance(again, PressKey)
    assert again.number == 2
    await stores.presses.accept(again, "U1", WATCH, [SNAPSHOT])
    assert await stores.presses.of(lower) == {"u1": Press.ACCEPTED}


async def test_a_refused_press_may_be_made_again(stores: Stores) -> None:
    await stores.presses.note(await begin(stores), Press.REFUSED)
    await begin(stores)


async def test_a_press_that_was_in_flight_when_the_process_died_is_settled(database: str) -> None:
    async with open_stores(database) as stores:
        await begin(stores)
        await stores.presses.note(await begin(stores, "v1"), Press.RETRYING)
    async with open_stores(database) as stores:
        presses = stores.presses
        assert await presses.end_interrupted() == [TASK]
        assert await presses.end_interrupted() == []
        assert await presses.of(TASK) == {"u1": Press.UNCLEAR, "v1": Press.REFUSED}
        told = await earlier(stores)
        assert told.state is Press.UNCLEAR
        await begin(stores, repeats=told.number)


async def test_the_tasks_of_the_last_quarter_of_an_hour_are_recently_pressed(stores: Stores) -> None:
    assert await stores.presses.recently_pressed() == []
    for number, at in enumerate([100.0, 2_000.0, 2_899.0, 2_500.0]):
        await stores.presses.begin(TaskId(f"{number:016d}"), "u1", 3, at)
    assert await stores.presses.recently_pressed() == [TaskId(f"{n:016d}") for n in (2, 3, 1)]


async def test_an_accepted_press_stores_the_watch_and_the_snapshot_of_its_child(stores: Stores) -> None:
    await stores.presses.accept(await begin(stores), "U1", WATCH, [SNAPSHOT])
    assert await stores.watches.open_watches() == [(WATCH, SNAPSHOT)]
    assert await stores.presses.children(TASK, Place(1), 5) == [WATCH.ref]
    assert await stores.presses.children(TASK, Place(7), 5) == []


async def test_all_tasks_of_a_press_are_stored_with_it_and_wait_for_their_cards(database: str) -> None:
    others = [replace(SNAPSHOT, id=TaskId(f"{n:016d}"), task=None) for n in (1, 2)]
    async with open_stores(database) as stores:
        await stores.presses.accept(await begin(stores), "all", WATCH, [SNAPSHOT, *others])
    async with open_stores(database) as stores:
        cards = [
            (PendingCard(each.id, 1, WATCH.ref.channel_id, 3, "en", WATCH.created_at), each)
            for each in others
        ]
        assert await stores.presses.pending_cards() == cards
        related = [RelatedTask(each.id, "all", number=n) for n, each in enumerate(others, 1)]
        assert (await lineage(stores, TASK, 1)).children == (
            *related,
            RelatedTask(CHILD, "all", WATCH.ref.url(1), number=3),
        )
        for each in (*related, RelatedTask(CHILD, "all", number=3)):
            parent = (await lineage(stores, each.task_id, 1)).parent
            assert parent == RelatedTask(TASK, "all", number=each.number)
        shown = replace(WATCH, ref=MessageRef(2, 30), task_id=others[0].id)
        await stores.presses.add_card(shown)
        assert (await lineage(stores, TASK, 1)).children[0].url == shown.ref.url(1)
        assert await stores.watches.watch_at(shown.ref) == shown
        await stores.presses.drop_pending_card(others[1].id)
        assert await stores.presses.pending_cards() == []


async def test_relatives_are_linked_both_ways_within_a_guild_until_a_message_is_gone(stores: Stores) -> None:
    parent = replace(WATCH, ref=MessageRef(2, 10), task_id=TASK)
    await stores.watches.add(parent, None)
    await stores.presses.accept(await begin(stores), "U1", WATCH, [SNAPSHOT])
    child = RelatedTask(CHILD, "U1", WATCH.ref.url(1))
    assert await lineage(stores, TASK, 1) == Lineage(children=(child,))
    assert await lineage(stores, CHILD, 1) == Lineage(parent=RelatedTask(TASK, "U1", parent.ref.url(1)))
    assert await lineage(stores, TASK, 7) == Lineage()
    assert await lineage(stores, CHILD, None) == Lineage()
    assert await stores.presses.unlink(WATCH.ref) == [TASK]
    assert await lineage(stores, TASK, 1) == Lineage()


async def test_relatives_in_a_direct_message_are_seen_in_no_other(stores: Stores) -> None:
    in_dm = replace(WATCH, guild_id=None, ref=MessageRef(500, 20))  # of user 3
    await stores.presses.accept(await begin(stores), "U1", in_dm, [SNAPSHOT])
    assert (await lineage(stores, TASK, None, user_id=3)).children
    assert await lineage(stores, TASK, None, user_id=4) == Lineage()
    assert await lineage(stores, TASK, 1) == Lineage()
    assert await lineage(stores, CHILD, None, user_id=4) == Lineage()
    assert await stores.presses.children(TASK, Place(None, 4), 5) == []


async def test_one_child_of_presses_in_two_places_is_linked_in_each_to_its_own_card(stores: Stores) -> None:
    """A service may answer with a task that it has made before."""
    there = replace(WATCH, guild_id=7, ref=MessageRef(70, 71))
    for number, watch in enumerate((WATCH, there)):
        await stores.presses.accept(await begin(stores, repeats=number), "V1", watch, [SNAPSHOT])
    moved = replace(WATCH, ref=MessageRef(2, 22))
    await stores.presses.add_card(moved)
    assert [each.url for each in (await lineage(stores, TASK, 1)).children] == [moved.ref.url(1)]
    assert [each.url for each in (await lineage(stores, TASK, 7)).children] == [there.ref.url(7)]


async def test_a_repetition_forgets_what_the_press_before_it_created_elsewhere(stores: Stores) -> None:
    direct = replace(WATCH, guild_id=None, requester_id=3)
    await stores.presses.accept(await begin(stores), "V1", direct, [SNAPSHOT])
    assert (await earlier(stores)).child_seen_by(Place(None, 3)) == WATCH.ref.url(None)
    again = await stores.presses.begin(TASK, "u1", 4, 2.0, repeats=1)
    assert isinstance(again, PressKey)
    for state in (Press.SENDING, Press.UNCLEAR, Press.ACCEPTED):
        await stores.presses.note(again, state)
        assert [(await earlier(stores)).child_seen_by(Place(None, user)) for user in (3, 4)] == ["", ""]


async def test_the_child_of_a_press_is_named_only_in_the_place_that_has_seen_it(stores: Stores) -> None:
    await stores.presses.accept(await begin(stores), "U1", WATCH, [SNAPSHOT])
    told = await earlier(stores)
    assert told.child_seen_by(Place(1)) == WATCH.ref.url(1)
    assert [told.child_seen_by(each) for each in (Place(7), Place(None, 3))] == ["", ""]
    await stores.presses.unlink(WATCH.ref)
    told = await earlier(stores)
    assert told.child_seen_by(Place(1)) == f"`{CHILD}`"
    assert told.child_seen_by(Place(7)) == ""


async def test_a_parent_without_a_card_is_named_without_a_link(stores: Stores) -> None:
    await stores.presses.accept(await begin(stores), "U1", WATCH, [SNAPSHOT])
    assert await lineage(stores, CHILD, 1) == Lineage(parent=RelatedTask(TASK, "U1"))


async def test_a_guild_that_the_bot_has_left_gets_no_more_cards(stores: Stores) -> None:
    other = replace(SNAPSHOT, id=TaskId("0000000000000001"), task=None)
    await stores.presses.accept(await begin(stores), "all", WATCH, [SNAPSHOT, other])
    assert WATCH.guild_id is not None
    await stores.watches.close_guild(WATCH.guild_id)
    assert await stores.presses.pending_cards() == []
