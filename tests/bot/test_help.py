"""/help: the commands, what is allowed in this place, and who runs the bot."""

from __future__ import annotations

import pytest
from discord import app_commands

from mjbot.service.guilds.help import COMMANDS
from tests.bot.conftest import BotFactory, BotHarness


async def help_of(harness: BotHarness) -> str:
    told = await harness.ann.slash(harness.channel, "help")
    assert told.ephemeral
    assert told.response is not None
    return told.response.content


async def test_the_help_names_every_command(harness: BotHarness) -> None:
    tree = harness.bot.tree.walk_commands()
    assert set(COMMANDS) == {
        each.qualified_name for each in tree if isinstance(each, app_commands.Command)
    } - {"help"}


async def test_the_help_has_mentions_to_click_and_says_who_runs_the_bot(harness: BotHarness) -> None:
    text = await help_of(harness)
    assert "</status:" in text
    assert "settings presses" not in text  # only for managers
    assert "Anyone in this server can use the buttons of cards." in text
    assert "who runs this bot" in text


@pytest.mark.parametrize(("anywhere", "listed"), [("yes", True), ("no", False)])
async def test_making_is_listed_only_where_it_is_open(
    bot_factory: BotFactory, anywhere: str, listed: bool
) -> None:
    harness = await bot_factory.open()
    await bot_factory.restart(harness, make_anywhere=anywhere, allowed_guilds=frozenset())
    application = harness.bot.application
    assert application is not None
    application.bot_public = True
    text = await help_of(harness)
    assert ("imagine" in text) is listed
    assert ("Pictures can be made here." in text) is listed
    assert ("The bot's owner can enable it." in text) is not listed


async def test_the_help_works_while_discord_tells_no_ids(harness: BotHarness) -> None:
    harness.env.inject_error("GET", "/applications/*/commands", status=500, code=0, times=None)
    assert "`/status`" in await help_of(harness)
    harness.accept_everything()
    assert "</status:" in await help_of(harness)
