"""The marks of submits: stored before they are sent, and kept until their outcome is known."""

from __future__ import annotations

import pytest

from mjbot.core.model.makes import make_id
from mjbot.core.model.press import MAKE_ACTION, MODAL_ACTION, Press, PressKey
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.submits import mark_of
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef, Watch, WatchState
from mjbot.ports import LostSubmit, PressRecord, Stores, SubmitOrigin

TASK, CHILD, SECOND = TaskId("1730000000000001"), TaskId("1730000000000002"), TaskId("1730000000000003")
MAKE = make_id(bytes(15))
MARKS = tuple(mark_of(bytes([n]) * 16) for n in range(4))
CARD, NO_CARD = MessageRef(2, 20), MessageRef(2, 0)


def origin(*marks: int) -> SubmitOrigin:
    return SubmitOrigin(tuple(MARKS[n] for n in marks), "U1", 1, 2, 3, "en")


def watch(ref: MessageRef) -> Watch:
    return Watch(ref, CHILD, 1, 3, "en", 1000.0, WatchState.OPEN)


def tasks(*ids: TaskId) -> list[TaskSnapshot]:
    return [TaskSnapshot(each, opened_at=1.0, task=Task(each)) for each in ids]


async def begin(
    stores: Stores, *marks: int, task_id: TaskId = TASK, action: str = "u1", repeats: int = 0
) -> PressKey:
    begun = await stores.presses.begin(task_id, action, 3, 5.0, repeats=repeats, origin=origin(*marks))
    assert isinstance(begun, PressKey)
    return begun


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        (Press.SENDING, False),  # it is in flight
        (Press.UNCLEAR, True),
        (Press.REFUSED, False),
        (Press.ACCEPTED, False),
    ],
)
async def test_only_the_marks_of_lost_submits_are_looked_for(
    stores: Stores, state: Press, *, kept: bool
) -> None:
    key = await begin(stores, 0, 1)
    await stores.presses.note(key, state)
    assert list(await stores.marks.lost()) == ([LostSubmit(key, origin(0, 1), 5.0)] if kept else [])


async def test_a_restart_makes_what_was_in_flight_lost_and_drops_what_was_retried(stores: Stores) -> None:
    sending = await begin(stores, 0)
    await stores.presses.note(await begin(stores, 1, action="v1"), Press.RETRYING)
    await stores.presses.end_interrupted()
    assert [each.press for each in await stores.marks.lost()] == [sending]


async def test_a_found_press_is_accepted_and_an_older_offer_no_longer_repeats_it(stores: Stores) -> None:
    lost = LostSubmit(await begin(stores, 0), origin(0), 5.0)
    await stores.presses.note(lost.press, Press.UNCLEAR)
    assert not await stores.marks.found(lost, watch(NO_CARD), tasks(CHILD, SECOND))
    assert [card.task_id for card, _ in await stores.presses.pending_cards()] == [CHILD, SECOND]
    earlier = await stores.presses.begin(TASK, "u1", 3, 6.0, repeats=1)
    assert isinstance(earlier, PressRecord)
    assert (earlier.state, earlier.child_id, earlier.number) == (Press.ACCEPTED, CHILD, 2)
    assert not await stores.marks.lost()


async def test_an_answer_that_was_found_to_continue_its_task_is_no_longer_repeated(stores: Stores) -> None:
    lost = LostSubmit(await begin(stores, 0, action=MODAL_ACTION), origin(0), 5.0)
    await stores.presses.note(lost.press, Press.UNCLEAR)
    for _ in range(2):
        await stores.marks.continued(lost)
    earlier = await stores.presses.begin(TASK, MODAL_ACTION, 3, 6.0, repeats=1)
    assert isinstance(earlier, PressRecord)
    assert (earlier.state, earlier.number) == (Press.ACCEPTED, 2)
    assert not await stores.marks.lost()


async def test_the_card_of_a_found_make_goes_on_unless_it_was_sent_again(stores: Stores) -> None:
    lost = LostSubmit(await begin(stores, 0, task_id=MAKE, action=MAKE_ACTION), origin(0), 5.0)
    await stores.presses.note(lost.press, Press.UNCLEAR)
    again = await begin(stores, 1, task_id=MAKE, action=MAKE_ACTION, repeats=1)
    assert [each.press for each in await stores.marks.lost()] == [lost.press]
    assert not await stores.marks.found(lost, watch(CARD), tasks(CHILD))
    assert [card.task_id for card, _ in await stores.presses.pending_cards()] == [CHILD]
    await stores.presses.note(again, Press.UNCLEAR)
    assert await stores.marks.found(LostSubmit(again, origin(1), 5.0), watch(CARD), tasks(SECOND))
    assert [each.ref for each, _ in await stores.watches.open_watches()] == [CARD]


async def test_not_found_is_forgotten_when_the_press_is_repeated(stores: Stores) -> None:
    lost = LostSubmit(await begin(stores, 0), origin(0), 5.0)
    await stores.presses.note(lost.press, Press.UNCLEAR)
    await stores.marks.not_found([lost])
    record = await stores.presses.last(TASK, "u1")
    assert record is not None
    assert record.not_found
    await begin(stores, 1, repeats=1)
    await stores.marks.not_found([lost])
    record = await stores.presses.last(TASK, "u1")
    assert record is not None
    assert not record.not_found
