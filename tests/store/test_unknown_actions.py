"""The actions that an image service called unknown."""

from __future__ import annotations

from dataclasses import replace

from mjbot.core.model.press import UnknownAction
from mjbot.core.model.task import TaskId
from mjbot.ports import Stores
from mjbot.store import open_stores
from tests.store.conftest import UPSTREAM

INPAINT = UnknownAction("MJ::Inpaint", TaskId("task-A1"), "0123456789ab", 100.0)
OTHER = replace(INPAINT, kind="MJ::JOB::reroll")


async def test_what_one_image_service_calls_unknown_is_stored_for_it_alone(database: str) -> None:
    async with open_stores(database, UPSTREAM) as stores:
        assert await stores.unknown_actions.get() == []
        await stores.unknown_actions.add(INPAINT)
        assert await stores.unknown_actions.get() == [INPAINT]
    async with open_stores(database, UPSTREAM) as stores:
        assert await stores.unknown_actions.get() == [INPAINT]
    async with open_stores(database, "https://other.example") as stores:
        assert await stores.unknown_actions.get() == []


async def test_spellings_of_one_id_are_one_task(stores: Stores) -> None:
    later = replace(INPAINT, task_id=TaskId("TASK-a1"), at=200.0)
    await stores.unknown_actions.add(INPAINT)
    await stores.unknown_actions.add(later)
    assert [each.at for each in await stores.unknown_actions.get()] == [200.0]


async def test_an_accepted_kind_is_forgotten_for_all_tasks(stores: Stores) -> None:
    for each in (INPAINT, replace(INPAINT, task_id=TaskId("task-B2")), OTHER):
        await stores.unknown_actions.add(each)
    assert await stores.unknown_actions.accept(INPAINT.kind) == ["task-A1", "task-B2"]
    assert await stores.unknown_actions.accept(INPAINT.kind) == []
    assert await stores.unknown_actions.get() == [OTHER]
