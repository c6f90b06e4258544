"""Watches, snapshots and suggestions."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from mjbot.core.model.snapshot import Condition, TaskSnapshot, UpstreamProblem
from mjbot.core.model.task import Button, Task, TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch, WatchState
from mjbot.ports import InteractionContext, Stores
from mjbot.store import open_stores

TASK = TaskId("1730621718151844")
HERE = InteractionContext(guild_id=1, channel_id=2, user_id=3, locale="en", private_locale="en")
ELSEWHERE = replace(HERE, guild_id=7)
DIRECT = replace(HERE, guild_id=None)
WATCH = Watch(MessageRef(2, 10), TASK, 1, 3, "en", 1000.0)
DELIVERED = DeliveredState("digest", "picture", "attachment://p.png")


def snapshot(number: int = 0, **fields: object) -> TaskSnapshot:
    task = Task(TaskId(str(int(TASK) + number)), prompt=f"prompt {number}", buttons=(Button("a", "U1"),))
    task = replace(task, **fields)  # type: ignore[arg-type]
    return TaskSnapshot(
        task.id, opened_at=1.5, task=task, condition=Condition.QUIET, problem=UpstreamProblem.KEY
    )


async def see(stores: Stores, seen: TaskSnapshot, context: InteractionContext, at: float) -> None:
    """Add a watch of the task, as a command in this context does."""
    ref = MessageRef(context.channel_id, int(at))
    await stores.watches.add(
        Watch(ref, seen.id, context.guild_id, context.user_id, context.locale, at, WatchState.OPEN), seen
    )


async def suggested(stores: Stores, text: str = "", context: InteractionContext = HERE) -> list[str]:
    """The last digits of the ids that are suggested."""
    found = await stores.watches.suggestions(context.place, text, (), 25)
    return [each.id.removeprefix(TASK[:-1]) for each in found]


async def test_a_watch_and_its_snapshot_come_back_as_they_were(database: str) -> None:
    async with open_stores(database) as stores:
        assert await stores.watches.add(WATCH, snapshot()) == []
        await stores.watches.save_delivered({WATCH.ref: DELIVERED})
    async with open_stores(database) as stores:
        watches = await stores.watches.open_watches()
    assert watches == [(replace(WATCH, state=WatchState.OPEN, delivered=DELIVERED), snapshot())]


async def test_adding_a_watch_returns_the_open_ones_of_the_same_channel(stores: Stores) -> None:
    await stores.watches.add(WATCH, snapshot())
    await stores.watches.save_delivered({WATCH.ref: DeliveredState()})  # open: its first card is delivered
    elsewhere = replace(WATCH, ref=MessageRef(99, 11))
    assert await stores.watches.add(elsewhere, None) == []
    assert await stores.watches.add(replace(WATCH, ref=MessageRef(2, 12)), None) == [
        replace(WATCH, state=WatchState.OPEN)
    ]


async def test_watches_are_closed_one_by_one_by_channel_and_by_guild(stores: Stores) -> None:
    watches = [
        replace(WATCH, ref=MessageRef(channel, message), guild_id=guild)
        for message, channel, guild in ((1, 2, 1), (2, 2, 1), (3, 99, 1), (4, 5, 7), (5, 6, 1))
    ]
    for watch in watches:
        await stores.watches.add(watch, None)
    await stores.watches.close(watches[0].ref)
    await stores.watches.save_delivered({}, [watches[1].ref])
    await stores.watches.close_channel(99)
    await stores.watches.close_guild(7)
    assert await stores.watches.open_watches() == [(watches[4], None)]


async def test_closed_watches_are_found_by_message_and_by_task(stores: Stores) -> None:
    await stores.watches.add(WATCH, snapshot())
    await stores.watches.close(WATCH.ref)
    closed = replace(WATCH, state=WatchState.CLOSED)
    assert await stores.watches.watch_at(WATCH.ref) == closed
    assert await stores.watches.watch_at(MessageRef(2, 11)) is None
    assert await stores.watches.watches_of([TASK, snapshot(1).id]) == [(closed, snapshot())]


async def test_a_snapshot_replaces_the_last_one_of_its_task(stores: Stores) -> None:
    await stores.watches.save([snapshot(), snapshot(1)])
    await stores.watches.save([snapshot(status="SUCCESS")])
    assert await stores.watches.snapshot(TASK) == snapshot(status="SUCCESS")
    assert await stores.watches.snapshot(snapshot(1).id) == snapshot(1)
    assert await stores.watches.snapshot(snapshot(2).id) is None


async def test_suggestions_are_running_tasks_first_and_only_those_seen_here(stores: Stores) -> None:
    for number, (status, at) in enumerate((("SUCCESS", 30.0), ("IN_PROGRESS", 10.0), ("", 20.0))):
        await see(stores, snapshot(number, status=status), HERE, at)
    await see(stores, snapshot(3), ELSEWHERE, 40.0)
    await see(stores, snapshot(4), DIRECT, 50.0)
    assert await suggested(stores) == ["6", "5", "4"]
    assert await suggested(stores, "PROMPT 1") == ["5"]
    assert await suggested(stores, TASK) == ["4"]
    assert await suggested(stores, context=ELSEWHERE) == ["7"]
    assert await suggested(stores, context=DIRECT) == ["8"]
    assert await suggested(stores, context=replace(DIRECT, user_id=9)) == []


async def test_suggestions_take_wildcards_literally(stores: Stores) -> None:
    await see(stores, snapshot(prompt="100% wool"), HERE, 1.0)
    await see(stores, snapshot(1, prompt="plain_wool"), HERE, 2.0)
    await see(stores, snapshot(2, prompt=r"back\slash"), HERE, 3.0)
    assert [await suggested(stores, each) for each in ("%", "_", "\\")] == [["4"], ["5"], ["6"]]


async def test_a_task_that_was_asked_for_again_is_suggested_as_the_newest(stores: Stores) -> None:
    await see(stores, snapshot(), HERE, 1.0)
    await see(stores, snapshot(1), HERE, 2.0)
    await see(stores, snapshot(), HERE, 3.0)
    assert await suggested(stores) == ["4", "5"]


async def test_suggestions_ignore_case(stores: Stores) -> None:
    await see(stores, snapshot(4, prompt="Red CAT 猫"), HERE, 104.0)
    assert [await suggested(stores, each) for each in ("red cat", "RED", "Cat 猫", "")] == [["8"]] * 4


@pytest.mark.parametrize("letter", ["a", "猫", "é"])
async def test_a_search_takes_no_longer_for_a_text_that_nearly_matches(stores: Stores, letter: str) -> None:
    for number in range(300):
        await see(stores, snapshot(number, prompt=letter * 4_000), HERE, 100.0 + number)

    async def seconds(text: str) -> float:
        best = 1e9
        for _ in range(5):
            begun = time.perf_counter()
            assert await stores.watches.suggestions(HERE.place, text, (), 25) == []
            best = min(best, time.perf_counter() - begun)
        return best

    assert await seconds(letter * 99 + "!") < 4 * await seconds("!") + 0.005
