"""Our own buttons: stop the updates of a card, cancel a task, read the seed of a picture."""

from __future__ import annotations

import pytest

from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, RUNNING, SINGLE, BotFactory, BotHarness


async def test_a_card_whose_updates_are_stopped_says_so_and_stays_so_over_a_restart(
    harness: BotHarness, bot_factory: BotFactory
) -> None:
    await harness.ask(RUNNING)
    await harness.wait(4)
    card = harness.messages[0]
    ben = harness.guild.add_member(harness.env.create_user("ben"))
    stop = harness.button(card, "Stop updating").custom_id
    assert stop is not None
    told = await ben.click(card, custom_id=stop)
    assert "Only the person who asked for this task" in told.followups[-1].content
    await harness.press(card, "Stop updating")
    await harness.wait(4)
    assert harness.card.title == "No longer updated"
    assert (harness.card.description or "").startswith("The picture goes on being made.")
    assert harness.labels(harness.messages[0]) == [["Refresh"]]
    reads = len(harness.reads)
    await bot_factory.restart(harness)
    await harness.wait(120)
    assert harness.card.title == "No longer updated"
    assert len(harness.reads) == reads
    await harness.press(harness.messages[0], "Refresh")
    await harness.wait(4)
    assert harness.card.title == "Done"


async def test_updates_that_are_followed_again_at_once_go_on(harness: BotHarness) -> None:
    await harness.ask(RUNNING)
    await harness.wait(4)
    await harness.press(harness.messages[0], "Stop updating")
    await harness.press(harness.messages[0], "Refresh")
    await harness.wait(120)
    assert harness.card.title == "Done"


@pytest.mark.parametrize("dialect", ["", "plus"])
async def test_a_task_is_called_cancelled_once_the_service_says_so(
    bot_factory: BotFactory, dialect: str
) -> None:
    harness = await bot_factory.open(dialect)
    await harness.ask(RUNNING)
    await harness.wait(4)
    card = harness.messages[0]
    assert harness.labels(card) == [["Stop updating", "Cancel"]]
    told = await harness.press(card, "Cancel")
    assert "was asked to cancel this task" in told.followups[-1].content
    await harness.wait(4)
    assert harness.card.title == "Cancelled"


async def test_a_task_is_cancelled_only_by_who_started_it(harness: BotHarness) -> None:
    await harness.ask(RUNNING)
    ben = harness.guild.add_member(harness.env.create_user("ben"))
    other = harness.guild.create_text_channel("other")
    await ben.slash(other, "status", task_id=RUNNING)
    await harness.wait(4)
    card = other.history()[0]
    cancel = harness.button(card, "Cancel").custom_id
    assert cancel is not None
    told = await ben.click(card, custom_id=cancel)
    assert "Only the person who asked for this task" in told.followups[-1].content
    await harness.wait(4)
    assert harness.card.title == "In progress"


@pytest.mark.parametrize("dialect", ["original", "true", "new-api"])
async def test_a_service_that_cancels_nothing_gets_no_button_for_it(
    bot_factory: BotFactory, dialect: str
) -> None:
    harness = await bot_factory.open(dialect)
    await harness.ask(RUNNING)
    await harness.wait(4)
    assert harness.labels(harness.messages[0]) == [["Stop updating"]]


async def test_a_service_that_no_longer_cancels_is_told_and_remembered(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("true")
    harness.world.admin = True
    await bot_factory.restart(harness)
    await harness.ask(RUNNING)
    await harness.wait(4)
    harness.world.admin = False
    told = await harness.press(harness.messages[0], "Cancel")
    assert told.followups[-1].content.startswith("The image service doesn't let this bot cancel tasks.")
    await harness.wait(4)
    assert harness.card.title == "In progress"
    assert harness.labels(harness.messages[0]) == [["Stop updating"]]


async def test_a_refusal_to_cancel_one_task_takes_the_button_from_no_card(harness: BotHarness) -> None:
    await harness.ask(RUNNING)
    await harness.wait(4)
    for status, body in [(403, "this task belongs to another account"), (404, "")]:
        harness.server.fail("*/cancel", status=status, body=body, times=1)
        told = await harness.press(harness.messages[0], "Cancel")
        assert told.followups[-1].content.startswith("The image service didn't cancel this task. It goes on")
        await harness.wait(4)
        assert harness.labels(harness.messages[0]) == [["Stop updating", "Cancel"]]
    await harness.press(harness.messages[0], "Cancel")
    await harness.wait(4)
    assert harness.card.title == "Cancelled"


async def test_the_seed_of_a_picture_is_behind_more(harness: BotHarness) -> None:
    await harness.show(SINGLE)
    card = harness.messages[0]
    assert harness.labels(card)[-1][-1] == "More…"
    menu = await harness.press(card, "More…")
    assert menu.response is not None
    assert harness.labels(menu.response.message) == [["Seed"]]
    told = await harness.press(menu.response.message, "Seed")
    assert told.ephemeral
    assert told.response is not None
    seed = harness.world.seed_of(SINGLE, harness.server.requests[-1].at)
    assert told.response.content == f"Seed: `{seed}`"
    harness.server.fail("*/image-seed", status=404, body="", times=1)
    harness.world.seedless.add(SINGLE)
    for _ in range(2):
        told = await harness.press(menu.response.message, "Seed")
        assert told.response is not None
        assert told.response.content.startswith("The image service couldn't tell the seed.")


async def test_a_service_without_seeds_gets_no_button_for_them(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("original")
    await harness.show(GRID)
    assert "More…" not in harness.labels(harness.messages[0])[-1]


async def test_a_full_card_keeps_its_buttons_and_has_ours_behind_more(harness: BotHarness) -> None:
    await harness.show(DemoIds.MANY.value)
    card = harness.messages[0]
    assert [len(row) for row in harness.labels(card)] == [5, 5, 5, 5, 5]
    menu = await harness.press(card, "More…")
    assert menu.response is not None
    assert harness.menu(menu.response.message)
    assert harness.labels(menu.response.message)[-1][-1] == "Seed"
