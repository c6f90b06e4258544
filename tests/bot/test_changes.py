"""A server that sends no buttons: grids can be pressed all the same."""

from __future__ import annotations

import json

import discord
import pytest

from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, RUNNING, SINGLE, BotFactory, BotHarness

CHANGE = "/mj/submit/change"
MINE = "1730621718150001"
GRID_BUTTONS = [["U1", "U2", "U3", "U4", "🔄"], ["V1", "V2", "V3", "V4"]]


@pytest.fixture
async def harness(bot_factory: BotFactory) -> BotHarness:
    return await bot_factory.open("original")


def oldest(harness: BotHarness) -> discord.Message:
    return min(harness.messages, key=lambda message: message.id)


def sent(harness: BotHarness) -> int:
    return sum("/submit/" in each.path for each in harness.server.requests)


async def test_a_grid_of_a_server_without_buttons_can_be_pressed_and_its_variation_too(
    harness: BotHarness,
) -> None:
    await harness.ask(RUNNING)
    assert harness.labels(harness.messages[0]) == [["Stop updating"]]
    await harness.wait(70)
    assert harness.labels(harness.messages[0]) == GRID_BUTTONS
    await harness.press(harness.messages[0], "V2")
    await harness.wait(60)
    assert harness.labels(harness.newest) == GRID_BUTTONS
    assert harness.card.footer.text == f"V2 · {harness.world.log[0].child_id}"
    await harness.press(harness.newest, "🔄")
    await harness.wait(60)
    assert harness.labels(harness.newest) == GRID_BUTTONS
    assert [each.kind for each in harness.world.log] == ["change", "change"]


@pytest.mark.parametrize("task", [SINGLE, DemoIds.DESCRIBE.value, DemoIds.FAILED.value])
async def test_what_such_a_server_cannot_change_has_no_buttons(harness: BotHarness, task: str) -> None:
    await harness.show(task)
    assert harness.labels(harness.messages[0]) == []


async def test_a_change_is_sent_once_and_told_as_made_afterwards_even_after_a_restart(
    harness: BotHarness, bot_factory: BotFactory
) -> None:
    await harness.show(GRID)
    await harness.press(oldest(harness), "U1")
    await harness.wait(40)
    assert harness.button(oldest(harness), "U1").style.name == "primary"
    await bot_factory.restart(harness)
    told = await harness.press(oldest(harness), "U1")
    assert told.response is not None
    assert told.response.content.startswith("*U1* already exists: https://discord.com/channels/")
    assert sent(harness) == len(harness.world.log) == 1


async def test_a_change_without_an_answer_is_unclear_and_repeated_only_by_do_it_again(
    harness: BotHarness,
) -> None:
    await harness.show(GRID)
    harness.server.drop(CHANGE, times=1)
    told = await harness.press(oldest(harness), "V1")
    assert "may or may not have started" in told.followups[-1].content
    await harness.wait(20)
    told = await harness.press(oldest(harness), "V1")
    assert sent(harness) == 1
    assert told.response is not None
    await harness.press(told.response.message, "Do it again")
    await harness.wait(40)
    assert sent(harness) == 2
    assert len(harness.world.log) == 1
    assert harness.card.title == "Done"


async def test_an_upscale_that_was_made_elsewhere_is_shown(harness: BotHarness) -> None:
    await harness.show(GRID)
    await harness.press(oldest(harness), "U2")  # the service answers that it exists
    await harness.wait(5)
    assert harness.newest.embeds[0].footer.text == f"U2 · {SINGLE}"
    assert harness.card.title == "Done"
    assert "U2 of [this picture]" in (harness.card.description or "")


async def test_a_full_queue_is_tried_again(harness: BotHarness) -> None:
    await harness.show(GRID)
    harness.world.full = True
    await harness.press(oldest(harness), "V1")
    harness.world.full = False
    await harness.wait(60)
    assert [each.child_id is not None for each in harness.world.log] == [False, True]


@pytest.mark.parametrize(
    "body",
    [
        {"timestamp": "2026-01-01", "status": 404, "error": "Not Found", "path": CHANGE},
        {"detail": "Not Found"},
        {"message": "no Route matched with those values"},
        "404 page not found",
    ],
)
async def test_a_server_that_has_no_changes_either_is_told_as_such_and_dimmed(
    harness: BotHarness, body: object
) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    harness.server.fail(CHANGE, status=404, body=text, content_type="application/json")
    await harness.show(GRID)
    told = await harness.press(oldest(harness), "V1")
    assert told.followups[-1].content == "The image service doesn't support *V1*. Nothing was started."
    await harness.wait(2)
    assert harness.button(oldest(harness), "V1").disabled
    assert not harness.button(oldest(harness), "V2").disabled


@pytest.mark.parametrize("dialect", ["", "new-api", "plus", "true"])
async def test_a_grid_of_a_server_with_buttons_that_has_none_gets_none(
    bot_factory: BotFactory, dialect: str
) -> None:
    harness = await bot_factory.open(dialect)
    harness.world.add(MINE, [(0, "SUCCESS", "100%")], buttons=[], start=0.0)
    await harness.wait(20)
    await harness.show(MINE)
    assert harness.card.title == "Done"
    assert harness.labels(harness.messages[0]) == [["More…"]]
