"""/imagine, from a person's side: the card, refusals that lose no word, warnings, windows and *Edit*."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import BotFactory, BotHarness, picture
from tests.bot.outsider import DIRECT, SERVER, Outsider
from tests.store.faults import refuse_writes

IMAGINE = "/mj/submit/imagine"


@pytest.fixture
async def harness(bot_factory: BotFactory) -> BotHarness:
    return await bot_factory.open(make_anywhere="yes")


async def imagine(harness: BotHarness, prompt: str = "", **options: Any) -> simcord.InteractionResult:
    given = {"prompt": prompt, **options} if prompt else options
    return await harness.ann.slash(harness.channel, "imagine", **given)


def told(result: simcord.InteractionResult) -> discord.Message:
    """The private answer to an interaction."""
    assert result.ephemeral
    assert result.response is not None
    return result.response.message


def sent(harness: BotHarness) -> list[tuple[str, int]]:
    return [(each.prompt, each.pictures) for each in harness.world.log]


async def test_a_warning_is_private_and_what_is_sent_anyway_keeps_its_pictures(harness: BotHarness) -> None:
    question = told(await imagine(harness, "a kite --ar 16x9", reference=picture()))
    assert "Nothing was sent yet" in question.content
    assert harness.labels(question) == [["Send anyway", "Edit"]]
    assert sent(harness) == []
    await harness.press(question, "Send anyway")
    again = told(await harness.press(question, "Send anyway"))
    assert "already sent" in again.content
    assert sent(harness) == [("a kite --ar 16x9", 1)]
    await harness.wait(60)
    assert [each.embeds[0].title for each in harness.messages if not each.flags.ephemeral] == ["Done"]


async def test_a_request_that_the_service_refuses_keeps_its_pictures_for_edit(harness: BotHarness) -> None:
    harness.world.banned = {"rude"}
    await imagine(harness, "a rude kite", reference=picture())
    opened = await harness.press(harness.newest, "Edit")
    await harness.ann.submit_modal(opened, {"prompt": "a polite kite"})
    assert sent(harness)[-1] == ("a polite kite", 1)


async def test_a_text_that_was_submitted_while_the_bot_shuts_down_can_be_edited_after_the_restart(
    harness: BotHarness, bot_factory: BotFactory
) -> None:
    opened = await imagine(harness)
    harness.bot.app.access.close()
    refused = told(await harness.ann.submit_modal(opened, {"prompt": "kite " * 600}))
    await bot_factory.restart(harness, make_anywhere="yes")
    assert "kite kite" in str((await harness.press(refused, "Edit")).modal)


async def test_another_command_leaves_a_kept_text_alone(harness: BotHarness) -> None:
    opened = await imagine(harness)
    await refuse_writes(harness.bot.app.stores, on=True)
    await harness.ann.submit_modal(opened, {"prompt": "a long text"})
    await refuse_writes(harness.bot.app.stores, on=False)
    await imagine(harness, "a kite")
    assert "a long text" in str((await imagine(harness)).modal)


async def test_a_refusal_keeps_the_text_behind_edit_also_after_a_restart(
    harness: BotHarness, bot_factory: BotFactory
) -> None:
    harness.world.banned = {"rude"}
    await imagine(harness, "a rude kite")
    card = harness.newest
    assert card.embeds[0].title == "Not started"
    assert "rude" in str(card.embeds[0].description).split("\n")[0]
    assert harness.labels(card) == [["Edit"]]
    await bot_factory.restart(harness, make_anywhere="yes")
    window = await harness.press(card, "Edit")
    assert "a rude kite" in str(window.modal)
    harness.world.full = True
    await harness.ann.submit_modal(window, {"prompt": "a polite kite"})
    busy = harness.newest
    assert (busy.embeds[0].title, harness.labels(busy)) == ("Queue full, retrying", [["Stop trying"]])
    await bot_factory.restart(harness, make_anywhere="yes")
    await harness.wait(1)
    busy = harness.newest
    assert busy.embeds[0].title == "Not started"
    assert "restarted" in str(busy.embeds[0].description)


async def test_a_refused_card_is_not_sent_a_second_time_from_its_old_question(harness: BotHarness) -> None:
    harness.world.banned = {"rude"}
    question = told(await imagine(harness, "a rude kite --ar 16x9"))
    await harness.press(question, "Send anyway")
    harness.world.banned = set()
    again = told(await harness.press(question, "Send anyway"))
    assert "already sent" in again.content  # two cards of one make would tell of one state
    assert harness.labels(harness.newest) == [["Edit"]]
    assert len(sent(harness)) == 1


async def test_a_forged_do_it_again_of_a_task_makes_nothing(harness: BotHarness) -> None:
    await imagine(harness, "a red kite")
    await harness.wait(60)
    (card,) = harness.messages
    forger = Outsider(harness, DIRECT)
    forger.actor, forger.channel = harness.ann, harness.channel
    edit = str(harness.button(card, "Edit").custom_id)
    await forger.forge(card, edit.replace(":edit:", ":again:") + "make")
    await harness.wait(3)
    assert len(sent(harness)) == 1


async def test_a_forged_form_sends_no_pictures_of_somebody_else(harness: BotHarness) -> None:
    question = told(await imagine(harness, "a kite --ar 16x9", reference=picture()))
    form = str(harness.button(question, "Edit").custom_id).replace(":edit:", ":form:") + "make"
    await harness.show(DemoIds.GRID)
    stranger, neighbour = Outsider(harness, SERVER), Outsider(harness, DIRECT)
    neighbour.actor = harness.guild.add_member(harness.env.create_user("ben"))
    neighbour.channel = harness.channel
    for forger, card in ((stranger, await stranger.show(DemoIds.GRID)), (neighbour, harness.newest)):
        await forger.forge(card, form)
    assert sent(harness) == [("forged", 0), ("forged", 0)]
    await harness.press(question, "Send anyway")
    assert sent(harness)[-1] == ("a kite --ar 16x9", 1)


async def test_a_lost_answer_is_repeated_with_a_mark_of_its_own(harness: BotHarness) -> None:
    harness.server.lose(IMAGINE, times=1)
    await imagine(harness, "a red kite")
    (card,) = harness.messages
    assert card.embeds[0].title == "Unclear whether it started"
    assert harness.labels(card) == [["Do it again", "Edit"]]
    await harness.press(card, "Do it again")
    await harness.wait(60)
    # The first one was found by its mark, and has a card of its own.
    assert [each.embeds[0].title for each in harness.messages] == ["Done", "Done"]
    assert len({each.mark for each in harness.world.log}) == len(harness.world.log) == 2


async def test_without_a_prompt_a_window_opens_for_4000_characters_and_pictures(harness: BotHarness) -> None:
    window = await imagine(harness, shape="9:16", reference_as="sref")
    long = "kite " * 799 + "kites"
    question = told(await harness.ann.submit_modal(window, {"prompt": long, "pictures": [picture()]}))
    assert "2,048" in question.content
    window = await harness.press(question, "Edit")
    assert long in str(window.modal)
    await harness.ann.submit_modal(window, {"prompt": "a kite", "shape": ["none"]})
    prompt, pictures = sent(harness)[-1]
    assert prompt.startswith("a kite --sref http")
    assert pictures == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"make_anywhere": "no"}, "anyone could add this bot"),
        ({"user_presses_per_10_min": 1, "make_anywhere": "yes"}, "too"),
    ],
)
async def test_nobody_spends_more_than_the_operator_allows(
    bot_factory: BotFactory, changes: dict[str, Any], says: str
) -> None:
    harness = await bot_factory.open(**changes)
    await harness.show(DemoIds.GRID)
    await imagine(harness, "a kite")
    refused = told(await imagine(harness, "another kite"))
    assert says in refused.content.lower()
    assert len(sent(harness)) == (changes["make_anywhere"] == "yes")
    assert harness.labels(refused) == ([["Edit"]] if sent(harness) else [])
    grid = min(harness.messages, key=lambda message: message.id)
    assert ("Edit" in str(harness.labels(grid))) is bool(sent(harness))
