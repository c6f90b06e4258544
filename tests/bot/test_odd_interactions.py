"""Interactions of a shape that no client sends today: each is answered, and costs nothing but itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.bot.conftest import GRID, RUNNING, BotFactory, BotHarness
from tests.bot.outsider import answer_to


def change(harness: BotHarness, change_payload: Callable[[dict[str, Any]], object]) -> None:
    """Change all interactions before the bot gets them."""

    def changed(event: str, payload: Any) -> None:
        if event == "INTERACTION_CREATE":
            change_payload(payload)

    harness.env.backend.subscribers.insert(1, changed)


def move_to_a_new_type_of_channel(harness: BotHarness) -> None:
    """Have the channel be of a type that discord.py does not know, and so does not keep."""
    guild = harness.bot.get_guild(harness.guild.id)
    assert guild is not None
    channel = guild.get_channel(harness.channel.id)
    assert channel is not None
    guild._remove_channel(channel)
    change(harness, lambda payload: payload["channel"].update(type=99))


async def test_refresh_works_in_a_channel_of_an_unknown_type(harness: BotHarness) -> None:
    move_to_a_new_type_of_channel(harness)
    await harness.ask(RUNNING)
    await harness.wait(60)
    assert "press *Refresh* for news" in (harness.card.description or "")
    pressed = await harness.press(harness.newest, "Refresh")
    await harness.wait(2)
    assert answer_to(pressed) == ""
    assert harness.card.title == "Done"


async def test_who_describes_a_message_that_cannot_be_read_is_told(
    harness: BotHarness, caplog: pytest.LogCaptureFixture
) -> None:
    await harness.show(GRID)

    def cut(payload: dict[str, Any]) -> None:
        for message in payload["data"]["resolved"]["messages"].values():
            del message["type"]

    change(harness, cut)
    asked = await harness.ann.context_menu(harness.channel, "Describe picture", harness.newest)
    assert "Something went wrong in this bot. It has been logged" in answer_to(asked)
    assert [each.levelname for each in caplog.records if each.exc_info] == ["ERROR"]


async def test_autocomplete_that_cannot_be_read_is_logged_once_and_not_for_each_keystroke(
    harness: BotHarness, caplog: pytest.LogCaptureFixture
) -> None:
    change(harness, lambda payload: payload["data"].update(name="of an earlier version"))
    for text in ("1", "17", "173"):
        await harness.ann.autocomplete(harness.channel, "status", "task_id", text)
    errors = [each for each in caplog.records if each.levelno > logging.INFO]
    assert [bool(each.exc_info) for each in errors] == [True]


def deliver_twice(harness: BotHarness) -> None:
    """Deliver each interaction twice, as a gateway that resumes a session may."""
    feed = harness.env.backend.subscribers[-1]

    def twice(event: str, payload: Any) -> None:
        if event == "INTERACTION_CREATE":
            feed(event, deepcopy(payload))
        feed(event, payload)

    harness.env.backend.subscribers[-1] = twice


async def test_what_an_interaction_asks_for_is_sent_once_though_it_is_delivered_twice(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open(make_anywhere="yes")
    await harness.show(GRID)
    deliver_twice(harness)
    await harness.press(harness.newest, "U1")
    await harness.ann.slash(harness.channel, "imagine", prompt="a cat")
    question = await harness.ann.slash(harness.channel, "imagine", prompt="a {red,blue} dog")
    assert question.response is not None
    await harness.press(question.response.message, "Start")
    await harness.wait(60)
    form = await harness.ann.slash(harness.channel, "imagine")
    await harness.ann.submit_modal(form, {"prompt": "a lake"})
    await harness.wait(60)
    sent = [each.prompt for each in harness.world.log]
    assert sent == ["", "a cat", "a red dog", "a blue dog", "a lake"]
    titles = [message.embeds[0].title for message in harness.messages]
    assert sorted(map(str, titles)) == [*["Done"] * 6, "Series"]
