"""Submits whose answer was lost are looked for by their marks, and their cards go on."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from mjbot.core.model.submits import mark_of
from mjbot.core.model.task import Mark, TaskId
from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import BotFactory, BotHarness
from tests.bot.outsider import answer_to
from tests.store.faults import refuse_all, refuse_all_after, refuse_writes

IMAGINE, LIST = "/mj/submit/imagine", "/mj/task/list"


async def opened(bot_factory: BotFactory, **changes: Any) -> BotHarness:
    return await bot_factory.open(make_anywhere="yes", **changes)


async def imagine(harness: BotHarness) -> discord.Message:
    await harness.ann.slash(harness.channel, "imagine", prompt="a red kite")
    return max(harness.messages, key=lambda message: message.id)


def titles(harness: BotHarness) -> list[str | None]:
    return [each.embeds[0].title for each in harness.messages if each.embeds]


def current(harness: BotHarness, message: discord.Message) -> discord.Message:
    return next(each for each in harness.messages if each.id == message.id)


def asked_for_lists(harness: BotHarness) -> int:
    return sum(each.path == LIST for each in harness.server.requests)


@pytest.mark.parametrize("dialect", ["plus", "true"])
async def test_the_cards_of_lost_makes_and_presses_go_on_once_found(
    bot_factory: BotFactory, dialect: str
) -> None:
    harness = await opened(bot_factory, dialect=dialect)
    await harness.show(DemoIds.GRID)
    (grid,) = harness.messages
    harness.server.lose("/mj/submit/*", times=2)
    card = await imagine(harness)
    assert card.embeds[0].title == "Unclear whether it started"
    await harness.press(grid, "U1")
    assert len(harness.messages) == 2
    await harness.wait(60)
    assert titles(harness) == ["Done"] * 3
    assert harness.labels(current(harness, card))[-1] == ["Edit", "More…"]  # on its own message
    assert asked_for_lists(harness) == 1
    again = await harness.press(grid, "U1")
    assert again.response is not None
    assert "already" in again.response.message.content
    assert harness.world.repeated_marks() == []


async def test_what_is_not_found_is_never_called_not_started(
    bot_factory: BotFactory,
) -> None:
    harness = await opened(bot_factory, dialect="plus")
    await harness.show(DemoIds.GRID)
    (grid,) = harness.messages
    harness.server.drop("/mj/submit/*", times=2)
    card = await imagine(harness)
    pressed = await harness.press(grid, "U1")
    await harness.wait(70)
    assert "*U1* was not found at the image service" in answer_to(pressed)
    card = current(harness, card)
    assert "Not found at the image service" in str(card.embeds[0].description)
    assert harness.labels(card) == [["Do it again", "Edit"]]
    told = await harness.press(grid, "U1")
    assert told.response is not None
    assert "was not found at the image service" in told.response.message.content
    assert asked_for_lists(harness) == 3
    await harness.press(card, "Do it again")
    await harness.wait(60)
    assert titles(harness) == ["Done"] * 2


async def test_the_looks_go_on_after_a_restart(bot_factory: BotFactory) -> None:
    harness = await opened(bot_factory, dialect="")
    harness.server.lose(IMAGINE, times=1)
    card = await imagine(harness)
    harness.server.fail(LIST, 500)
    await harness.wait(10)
    assert titles(harness) == ["Unclear whether it started"]
    harness.server.clear_faults()
    await bot_factory.restart(harness, make_anywhere="yes")
    await harness.wait(60)
    assert titles(harness) == ["Done"]
    assert current(harness, card).embeds[0].title == "Done"


async def test_that_a_submit_was_not_found_is_told_although_the_database_failed_just_then(
    bot_factory: BotFactory,
) -> None:
    harness = await opened(bot_factory, dialect="plus")
    harness.server.drop("/mj/submit/*", times=1)
    card = await imagine(harness)
    await harness.wait(55)
    await refuse_writes(harness.bot.app.stores, on=True)
    await harness.wait(15)
    await refuse_writes(harness.bot.app.stores, on=False)
    await harness.wait(90)
    assert "Not found at the image service" in str(current(harness, card).embeds[0].description)


async def test_a_webhook_that_names_a_mark_is_believed_only_if_the_task_says_so(
    bot_factory: BotFactory,
) -> None:
    """new-api has no list; it returns the mark from its first poll on."""
    harness = await opened(bot_factory, dialect="new-api")
    harness.server.lose(IMAGINE, times=1)
    card = await imagine(harness)
    (sent,) = harness.world.log
    await harness.wait(120)
    assert titles(harness) == ["Unclear whether it started"]
    hint = harness.bot.app.lost_submits.hint
    assert not hint(TaskId(DemoIds.GRID), mark_of(bytes(16)))
    assert hint(TaskId(DemoIds.GRID), Mark(sent.mark))
    await harness.wait(10)
    assert titles(harness) == ["Unclear whether it started"]
    assert sent.child_id is not None
    assert hint(TaskId(sent.child_id), Mark(sent.mark))
    await harness.wait(60)
    assert current(harness, card).embeds[0].title == "Done"
    assert asked_for_lists(harness) <= 1


async def test_the_input_of_a_lost_modal_goes_on_or_can_be_written_again(bot_factory: BotFactory) -> None:
    harness = await opened(bot_factory, dialect="plus")
    await harness.show(DemoIds.SINGLE)
    (single,) = harness.messages
    for fault in (harness.server.lose, harness.server.drop):
        fault("/mj/submit/modal", times=1)
        window = await harness.press(single, "Custom Zoom")
        await harness.ann.submit_modal(window, {"prompt": "a lake --zoom 1.5"})
        await harness.wait(100)
    assert [each.kind for each in harness.world.log] == ["action", "modal", "action"]
    assert sorted(map(str, titles(harness))) == ["Done", "Done", "Waiting for a prompt"]
    assert harness.world.repeated_marks() == []


async def test_the_card_of_a_found_submit_goes_on_before_the_progress_of_others(
    bot_factory: BotFactory,
) -> None:
    harness = await opened(bot_factory, dialect="plus", user_commands_per_minute=100)
    for _ in range(12):
        await imagine(harness)
    await harness.wait(3)
    harness.end_tokens()  # all cards share the few edits of the channel
    harness.server.lose(IMAGINE, times=1)
    card = await imagine(harness)
    await harness.wait(10)
    assert titles(harness)[:12].count("Queued") > 0, "the others wait for their turn"
    assert current(harness, card).embeds[0].title == "Queued"


async def test_a_found_submit_has_one_card_though_the_database_fails_when_it_is_stored(
    bot_factory: BotFactory,
) -> None:
    harness = await opened(bot_factory, dialect="plus")
    harness.server.drop(IMAGINE, times=1)
    card = await imagine(harness)
    await harness.wait(130)
    harness.server.lose(IMAGINE, times=1)
    await harness.press(current(harness, card), "Do it again")
    await refuse_all_after(harness.bot.app.stores, "set state = 'accepted'")
    await harness.wait(10)
    await refuse_all(harness.bot.app.stores, on=False)
    await harness.wait(120)
    assert titles(harness) == ["Done"]
