"""Series, from a person's side: the question, the card, the limits, *Stop*, and a restart in between."""

from __future__ import annotations

import discord
import pytest

from tests.bot.conftest import BotFactory, BotHarness, picture
from tests.bot.test_imagine import IMAGINE, imagine, sent, told


@pytest.fixture
async def harness(bot_factory: BotFactory) -> BotHarness:
    return await bot_factory.open(make_anywhere="yes")


def cards(harness: BotHarness, title: str) -> list[discord.Message]:
    found = [each for each in harness.messages if each.embeds and each.embeds[0].title == title]
    return sorted(found, key=lambda each: each.id)


def lines(harness: BotHarness) -> list[str]:
    (card,) = cards(harness, "Series")
    return str(card.embeds[0].description).split("\n")[:-1]


async def start(harness: BotHarness, prompt: str, repeat: int = 1) -> discord.Message:
    question = told(await imagine(harness, prompt, repeat=repeat))
    assert sent(harness) == []
    await harness.press(question, "Start")
    return question


async def test_a_series_is_asked_about_once_and_each_picture_gets_a_living_card(harness: BotHarness) -> None:
    question = await start(harness, "a {red, blue} kite --ar 16x9", repeat=2)
    assert "4 pictures" in question.content
    assert "36 more" in question.content
    assert "16x9" in question.content  # warned of in the same question
    assert harness.labels(question) == [["Start", "Edit"]]
    assert "already sent" in told(await harness.press(question, "Start")).content
    await harness.wait(90)
    red, blue = "a red kite --ar 16x9", "a blue kite --ar 16x9"
    assert sent(harness) == [(each, 0) for each in (red, red, blue, blue)]
    assert len({each.mark for each in harness.world.log}) == 4
    done = cards(harness, "Done")
    assert len(done) == 4
    first, *rest = lines(harness)
    assert first == "4 of 4 started"
    assert [f"[Started]({each.jump_url}): " in line for each, line in zip(done, rest, strict=True)] == [
        True
    ] * 4
    (card,) = cards(harness, "Series")
    assert harness.labels(card) == []
    window = await harness.press(question, "Edit")
    assert "a {red, blue} kite" in str(window.modal)
    edited = told(await harness.ann.submit_modal(window, {"prompt": "a {red, blue} kite"}))
    assert "32 more" in edited.content  # repeated twice, as before


async def test_what_the_limits_do_not_allow_is_not_asked_and_not_counted(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open(make_anywhere="yes", user_presses_per_10_min=5, series_max=6)
    for prompt, repeat, says in [
        ("a {red, blue, green} kite", 2, "allow you 5 more"),
        ("a {red, blue} {kite, bird}", 2, "more than 6"),
    ]:
        refused = told(await imagine(harness, prompt, repeat=repeat))
        assert says in refused.content
        assert harness.labels(refused) == [["Edit"]]
        assert prompt in str((await harness.press(refused, "Edit")).modal)
    pictured = told(await imagine(harness, "a {red, blue} kite", reference=picture()))
    assert "references" in pictured.content
    question = told(await imagine(harness, "a kite", repeat=5))
    assert "allow 0 more" in question.content
    assert sent(harness) == []


async def test_a_full_queue_holds_up_nobody_else_and_stop_ends_what_was_not_sent(harness: BotHarness) -> None:
    harness.world.full = True
    await start(harness, "a {red, blue, green} kite")
    await harness.wait(2)
    states = [line.split(": ")[0] for line in lines(harness)]
    assert states == ["0 of 3 started", r"1\. Queue full, retrying", r"2\. Waiting", r"3\. Waiting"]
    harness.world.full = False
    await imagine(harness, "a bird")
    assert [prompt for prompt, _ in sent(harness)][-1] == "a bird"
    (card,) = cards(harness, "Series")
    ben = harness.guild.add_member(harness.env.create_user("ben"))
    stop = harness.button(card, "Stop").custom_id
    assert stop is not None
    await ben.click(card, custom_id=stop)
    assert "Not started" not in "".join(lines(harness))
    await harness.press(card, "Stop")
    await harness.wait(60)
    assert [line.split(": ")[0] for line in lines(harness)[1:]] == [f"{n}\\. Not started" for n in (1, 2, 3)]
    assert harness.labels(cards(harness, "Series")[0]) == []
    assert [prompt for prompt, _ in sent(harness) if "kite" in prompt] == ["a red kite"]  # refused


async def test_after_a_restart_the_rest_is_sent_once_and_a_lost_one_is_found(
    harness: BotHarness, bot_factory: BotFactory
) -> None:
    harness.world.full = True
    await start(harness, "a {red, rude, blue} kite")
    await harness.wait(2)
    await bot_factory.restart(harness, make_anywhere="yes", user_presses_per_10_min=1)  # already counted
    harness.world.full = False
    harness.world.banned = {"rude"}
    harness.server.lose(IMAGINE, times=1)
    await harness.wait(90)
    assert harness.world.repeated_marks() == []
    assert len(cards(harness, "Done")) == 2
    progress, red, rude, blue = lines(harness)
    assert progress == "2 of 3 started"
    assert "[Started](" in red
    assert "[Started](" in blue
    assert rude.startswith(r"2\. Not started")
    assert "word" in rude
