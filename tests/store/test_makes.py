"""Makes: they are found again by their id, by their task, and through the card that shows them."""

from __future__ import annotations

from dataclasses import replace

from mjbot.core.access.place import Place
from mjbot.core.card.lineage import NO_LINEAGE
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import DrawingModel, MakeOptions, ReferenceUse
from mjbot.core.model.makes import make_id
from mjbot.core.model.press import MAKE_ACTION, Press, PressKey
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.submits import Command
from mjbot.core.model.task import Phase, Task, TaskId
from mjbot.core.model.watch import MessageRef, Watch, WatchState
from mjbot.ports import Make, Refusal, Stores

ID, TASK = make_id(bytes(15)), TaskId("1730621718151844")
OPTIONS = MakeOptions("16:9", DrawingModel.NIJI, ("https://a.example/1.png",), ReferenceUse.STYLE)
MAKE = Make(ID, Command.IMAGINE, "a cat —ar 1:1", 1, 2, 3, "en", 1000.0, OPTIONS, 2, "s1", 4)
SNAPSHOT = TaskSnapshot(ID, 1000.0, Task(ID, "SUBMITTED", prompt="a cat --ar 1:1"))
WATCH = Watch(MessageRef(2, 20), ID, 1, 3, "en", 1000.0, WatchState.OPEN)
CARD = replace(WATCH, ref=MessageRef(2, 21))
HERE, ELSEWHERE = Place(1, 3), Place(2, 3)


async def begin(stores: Stores) -> PressKey:
    await stores.makes.add(MAKE, SNAPSHOT)
    await stores.watches.add(WATCH, SNAPSHOT)
    begun = await stores.presses.begin(ID, MAKE_ACTION, 3, 1000.0)
    assert isinstance(begun, PressKey)
    return begun


async def test_a_make_is_stored_as_it_is_and_replaced(stores: Stores) -> None:
    assert await stores.makes.get(ID) is None
    await stores.makes.add(MAKE)
    assert await stores.makes.get(ID) == MAKE
    await stores.makes.add(replace(MAKE, text="a dog", options=MakeOptions()))
    refusal = Refusal(Text.REPLY_BANNED_WORD, {"word": "x", "label": "y"})
    await stores.makes.refuse(ID, refusal)
    changed = await stores.makes.get(ID)
    assert changed == replace(MAKE, text="a dog", options=MakeOptions(), refusal=refusal)


async def test_an_accepted_make_becomes_its_task_on_the_same_message(stores: Stores) -> None:
    key = await begin(stores)
    made = TaskSnapshot(TASK, 1001.0, Task(TASK, "SUBMITTED", prompt="a cat"))
    await stores.presses.accept(key, "/imagine", replace(WATCH, task_id=TASK), [made])

    accepted = replace(MAKE, task_id=TASK)
    assert await stores.makes.of_task(TASK, HERE) == accepted
    assert await stores.makes.of_task(TASK, ELSEWHERE) is None
    assert [watch.task_id for watch, _ in await stores.watches.open_watches()] == [TASK]
    shown = await stores.presses.histories([(TASK, HERE), (TASK, ELSEWHERE), (ID, HERE)])
    assert [(each.make, each.tries) for each in shown.values()] == [(accepted, 0), (None, 0), (accepted, 1)]
    assert shown[TASK, HERE].lineage == NO_LINEAGE
    assert shown[ID, HERE].presses == {MAKE_ACTION: Press.ACCEPTED}


async def test_a_make_is_never_suggested(stores: Stores) -> None:
    await begin(stores)
    assert await stores.watches.suggestions(HERE, "", list(Phase), 25) == []


async def test_old_makes_are_deleted_also_those_that_were_never_sent(stores: Stores) -> None:
    key = await begin(stores)
    await stores.presses.note(key, Press.REFUSED)
    await stores.watches.close(WATCH.ref)
    unsent = replace(MAKE, id=make_id(bytes(14) + b"1"))
    await stores.makes.add(unsent)
    assert await stores.pruner.prune(1.6e9, 10) == 1
    assert [await stores.makes.get(each) for each in (ID, unsent.id)] == [None, None]


async def test_the_parts_of_a_series_are_sent_once_in_their_order_unless_stopped(stores: Stores) -> None:
    parts = [replace(MAKE, id=make_id(bytes(14) + bytes([n])), series=ID, position=n) for n in (1, 2, 3, 4)]
    await stores.makes.add(replace(MAKE, series="", position=4))
    assert await stores.makes.unsent_series() == []
    assert await stores.makes.start_series(parts, CARD) is True
    assert await stores.makes.start_series(parts, replace(CARD, ref=MessageRef(2, 22))) is False
    assert await stores.watches.shown(ID) == [CARD]
    assert await stores.makes.unsent_series() == [ID]

    async def sent(part: Make) -> PressKey:
        assert await stores.makes.next_of(ID) == part
        begun = await stores.presses.begin(part.id, MAKE_ACTION, 3, 1000.0)
        assert isinstance(begun, PressKey)
        return begun

    accepted = await sent(parts[0])
    made = TaskSnapshot(TASK, 1001.0, Task(TASK, "SUBMITTED", prompt="a cat"))
    nowhere = replace(WATCH, task_id=TASK, ref=MessageRef(2, 0))
    await stores.presses.accept(accepted, "/imagine", nowhere, [made])
    assert [card.task_id for card, _ in await stores.presses.pending_cards()] == [TASK]
    assert await stores.presses.add_card(replace(WATCH, task_id=TASK)) == [ID]

    await sent(parts[1])  # the process dies: it may have been accepted
    await stores.presses.note(await sent(parts[2]), Press.RETRYING)
    assert await stores.makes.next_of(ID) == parts[3]
    await stores.presses.end_interrupted()
    assert await stores.makes.next_of(ID) == parts[2]  # nothing was in flight

    stopped = Refusal(Text.SERIES_STOPPED)
    assert await stores.makes.stop_series(ID, stopped) == [parts[2].id, parts[3].id]
    assert await stores.makes.stop_series(ID, stopped) == []
    assert await stores.makes.next_of(ID) is None
    listed = (await stores.presses.histories([(ID, HERE)]))[ID, HERE].series
    states = [(each.press, each.message, each.make.refusal) for each in listed]
    assert states == [
        (Press.ACCEPTED, WATCH.ref, None),
        (Press.UNCLEAR, None, None),
        (Press.REFUSED, None, stopped),
        (None, None, stopped),
    ]
