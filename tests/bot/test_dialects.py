"""The same bot before every kind of image service: what a person does, and what they then see."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.dialects import DIALECTS
from tests.bot.conftest import GRID, SINGLE, BotFactory, BotHarness

WITH_MODALS = sorted(set(DIALECTS) - {"original"})
MINE = "1730621718150001"


@pytest.fixture(params=sorted(DIALECTS))
async def harness(request: pytest.FixtureRequest, bot_factory: BotFactory) -> BotHarness:
    return await bot_factory.open(request.param)


@pytest.fixture(params=WITH_MODALS)
async def pressable(request: pytest.FixtureRequest, bot_factory: BotFactory) -> BotHarness:
    return await bot_factory.open(request.param)


async def test_a_finished_task_is_done_at_once(harness: BotHarness) -> None:
    await harness.show(GRID)
    assert harness.card.title == "Done"
    assert "screen print" in (harness.card.description or "")


async def test_an_unknown_id_is_told_in_private(harness: BotHarness) -> None:
    result = await harness.ask(DemoIds.UNKNOWN.value)
    assert result.ephemeral
    assert result.response is not None
    assert "doesn't know" in result.response.content


async def test_a_failure_gives_its_reason(harness: BotHarness) -> None:
    await harness.ask(DemoIds.FAILED)
    assert harness.card.title == "Failed"
    assert "Unrecognized parameter" in (harness.card.description or "")


async def test_a_queue_is_told_as_one(harness: BotHarness) -> None:
    await harness.ask(DemoIds.QUEUED)
    await harness.wait(20)
    assert harness.card.title == "Queued"


async def test_a_window_waits_for_words(harness: BotHarness) -> None:
    await harness.ask(DemoIds.MODAL)
    assert harness.card.title == "Waiting for a prompt"


async def test_a_description_shows_its_text(harness: BotHarness) -> None:
    await harness.show(DemoIds.DESCRIBE)
    assert "1️⃣" in (harness.card.description or "")


async def test_a_forgotten_task_is_lost_after_repeats(harness: BotHarness) -> None:
    harness.world.add(MINE, [(0, "IN_PROGRESS", "46%")])
    await harness.ask(MINE)
    await harness.wait(20)
    harness.world.forget(MINE)
    await harness.wait(10)
    assert harness.card.title == "In progress"
    await harness.wait(100)
    assert harness.card.title == "Lost"


async def test_a_wrong_key_is_told_for_what_it_is(bot_factory: BotFactory, harness: BotHarness) -> None:
    await bot_factory.restart(harness, upstream_key=SecretStr("wrong"))
    result = await harness.ask(GRID)
    assert result.response is not None
    assert result.response.content == (
        "The image service refused this bot's key. Only the bot's owner can fix that."
    )


async def test_an_outage_is_told_and_ends_by_itself(harness: BotHarness) -> None:
    harness.world.add(MINE, [(0, "IN_PROGRESS", "46%"), (120, "SUCCESS", "100%")])
    await harness.ask(MINE)
    await harness.wait(20)
    harness.server.fail("*/task/*", status=502, body="<html>502</html>", content_type="text/html")
    await harness.wait(80)
    assert harness.card.title == "Last seen: in progress"
    harness.server.clear_faults()
    await harness.wait(120)
    assert harness.card.title == "Done"


async def test_all_tasks_are_read_together(harness: BotHarness) -> None:
    ids = [str(int(MINE) + n) for n in range(5)]
    for each in ids:
        harness.world.add(each, [(0, "IN_PROGRESS", "46%")])
        await harness.ask(each)
    await harness.wait(20)
    before = len(harness.reads)
    await harness.wait(10)
    assert len(harness.reads) - before <= 10
    assert {len(each.ids) for each in harness.reads[before:]} == {5}


async def test_an_upscale_is_made_by_a_press_and_shown_as_a_card_of_its_own(harness: BotHarness) -> None:
    await harness.show(GRID)
    await harness.press(harness.messages[0], "U1")
    await harness.wait(45)
    child = max(harness.messages, key=lambda message: message.id)
    assert [message.embeds[0].title for message in harness.messages] == ["Done", "Done"]
    assert child.embeds[0].footer.text == f"U1 · {harness.world.log[0].child_id}"
    assert len(harness.world.log) == 1


async def test_a_queue_that_stays_full_is_told_in_the_end_and_nothing_is_started(
    pressable: BotHarness,
) -> None:
    harness = pressable
    await harness.show(SINGLE)
    harness.world.full = True
    told = await harness.press(harness.messages[0], "Vary (Subtle)")
    await harness.wait(220)
    assert "queue is full. Nothing was started" in told.followups[-1].content
    assert len([message for message in harness.messages if message.embeds]) == 1
    assert [each.child_id for each in harness.world.log] == [None] * 6


async def test_a_parent_that_is_gone_is_told_as_such(harness: BotHarness) -> None:
    await harness.show(GRID)
    harness.world.forget(GRID)
    result = await harness.press(harness.messages[0], "V1")
    assert "no longer has the picture this belongs to" in result.followups[-1].content
