"""The same bot before every kind of image service: what a person does, and what they then see."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from mjbot.sandbox.accents import ACCENTS
from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, RUNNING, SINGLE, Stage, Theatre

WITH_BUTTONS = sorted(set(ACCENTS) - {"original"})
MINE = "1730621718150001"


@pytest.fixture(params=sorted(ACCENTS))
async def stage(request: pytest.FixtureRequest, theatre: Theatre) -> Stage:
    return await theatre.open(request.param)


@pytest.fixture(params=WITH_BUTTONS)
async def pressable(request: pytest.FixtureRequest, theatre: Theatre) -> Stage:
    return await theatre.open(request.param)


async def test_a_running_task_is_followed_to_its_result_and_its_picture_is_attached(stage: Stage) -> None:
    await stage.ask(RUNNING)
    titles = set()
    for _ in range(70):
        await stage.wait(1)
        titles.add(stage.card.title)
    assert titles == {"Queued", "In progress", "Done"}
    assert len(stage.messages) == 1
    message = stage.messages[0]
    assert await message.attachments[0].read() == stage.world.final_picture(RUNNING)
    assert await stage.bot.store.open_watches() == []


async def test_a_finished_task_is_done_at_once(stage: Stage) -> None:
    await stage.show(GRID)
    assert stage.card.title == "Done"
    assert "screen print" in (stage.card.description or "")


async def test_an_unknown_id_is_told_in_private(stage: Stage) -> None:
    result = await stage.ask(DemoIds.UNKNOWN.value)
    assert result.ephemeral
    assert result.response is not None
    assert "does not know" in result.response.content


async def test_a_failure_gives_its_reason(stage: Stage) -> None:
    await stage.ask(DemoIds.FAILED)
    assert stage.card.title == "Failed"
    assert "Unrecognized parameter" in (stage.card.description or "")


async def test_a_queue_is_told_as_one(stage: Stage) -> None:
    await stage.ask(DemoIds.QUEUED)
    await stage.wait(20)
    assert stage.card.title == "Queued"


async def test_a_window_waits_for_words(stage: Stage) -> None:
    await stage.ask(DemoIds.MODAL)
    assert stage.card.title == "Waiting for your words"


async def test_a_description_shows_its_text(stage: Stage) -> None:
    await stage.show(DemoIds.DESCRIBE)
    assert "1️⃣" in (stage.card.description or "")


async def test_a_forgotten_task_is_lost_after_repeats(stage: Stage) -> None:
    stage.world.add(MINE, [(0, "IN_PROGRESS", "46%")])
    await stage.ask(MINE)
    await stage.wait(20)
    stage.world.forget(MINE)
    await stage.wait(10)
    assert stage.card.title == "In progress"
    await stage.wait(100)
    assert stage.card.title == "Lost"


async def test_a_wrong_key_is_told_for_what_it_is(theatre: Theatre, stage: Stage) -> None:
    await theatre.restart(stage, upstream_key=SecretStr("wrong"))
    result = await stage.ask(GRID)
    assert result.response is not None
    assert result.response.content == (
        "The image service refused this bot's key. Only the bot's owner can fix that."
    )


async def test_an_outage_is_told_and_ends_by_itself(stage: Stage) -> None:
    stage.world.add(MINE, [(0, "IN_PROGRESS", "46%"), (120, "SUCCESS", "100%")])
    await stage.ask(MINE)
    await stage.wait(20)
    stage.server.fail("*/task/*", status=502, body="<html>502</html>", content_type="text/html")
    await stage.wait(80)
    assert stage.card.title == "In progress when last seen"
    stage.server.clear_faults()
    await stage.wait(120)
    assert stage.card.title == "Done"


async def test_all_tasks_are_read_together(stage: Stage) -> None:
    ids = [str(int(MINE) + n) for n in range(5)]
    for each in ids:
        stage.world.add(each, [(0, "IN_PROGRESS", "46%")])
        await stage.ask(each)
    await stage.wait(20)
    before = len(stage.reads)
    await stage.wait(10)
    assert len(stage.reads) - before <= 10
    assert {len(each.ids) for each in stage.reads[before:]} == {5}


async def test_an_upscale_is_made_by_a_press_and_shown_as_a_card_of_its_own(pressable: Stage) -> None:
    stage = pressable
    await stage.show(GRID)
    await stage.press(stage.messages[0], "U1")
    await stage.wait(45)
    child = max(stage.messages, key=lambda message: message.id)
    assert [message.embeds[0].title for message in stage.messages] == ["Done", "Done"]
    assert child.embeds[0].footer.text == f"Upscale · {stage.world.log[0].child_id}"
    assert len(stage.world.log) == 1


async def test_a_queue_that_stays_full_is_told_in_the_end_and_nothing_is_started(pressable: Stage) -> None:
    stage = pressable
    await stage.show(SINGLE)
    stage.world.full = True
    told = await stage.press(stage.messages[0], "Vary (Subtle)")
    await stage.wait(220)
    assert "queue is full. Nothing was started" in told.followups[-1].content
    assert len([message for message in stage.messages if message.embeds]) == 1
    assert [each.child_id for each in stage.world.log] == [None] * 6


async def test_a_parent_that_is_gone_is_told_as_such(pressable: Stage) -> None:
    stage = pressable
    await stage.show(GRID)
    stage.world.forget(GRID)
    result = await stage.press(stage.messages[0], "V1")
    assert "no longer has the picture this belongs to" in result.followups[-1].content
