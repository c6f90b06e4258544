"""Series, from a person's side: the question, the card, the limits, *Stop*, and a restart in between."""

from __future__ import annotations

import asyncio

import discord
import pytest

from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.core.model.task import TaskId
from mjbot.ports import Refusal
from mjbot.sandbox.submits import DecisionKind
from tests.bot.conftest import BotFactory, BotHarness, picture
from tests.bot.outsider import DIRECT, Outsider, answer_to
from tests.bot.test_imagine import IMAGINE, imagine, sent, told
from tests.store.faults import refuse_all, refuse_all_after, refuse_writes


@pytest.fixture
async def harness(bot_factory: BotFactory) -> BotHarness:
    return await bot_factory.open(make_anywhere="yes")


def cards(harness: BotHarness, title: str) -> list[discord.Message]:
    found = [each for each in harness.messages if each.embeds and each.embeds[0].title == title]
    return sorted(found, key=lambda each: each.id)


def lines(harness: BotHarness) -> list[str]:
    (card,) = cards(harness, "Series")
    return listed(card)


def listed(card: discord.Message) -> list[str]:
    """The lines of the card of a series."""
    return str(card.embeds[0].description).split("\n")[:-1]


def stages(card: discord.Message) -> list[str]:
    """What the card of a series says of each picture, without links."""
    return [line.split(": ")[0].split("(http")[0].partition(r"\. ")[2] for line in listed(card)[1:]]


def stages_of(harness: BotHarness) -> list[str]:
    (card,) = cards(harness, "Series")
    return stages(card)


def accepted(harness: BotHarness) -> list[str]:
    """The prompts of the submits that the service accepted, in their order."""
    return [each.prompt for each in harness.world.log if each.child_id]


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
    assert stages_of(harness) == ["Not accepted yet, retrying", "Waiting", "Waiting"]
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
    assert stages_of(harness) == ["Not started"] * 3
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


@pytest.mark.parametrize(
    ("is_full", "stages"),
    [(True, ["Not started"] * 3), (False, ["[Started]", "Not started", "Not started"])],
)
async def test_stop_also_ends_the_picture_that_is_in_flight_unless_it_starts(
    harness: BotHarness, is_full: bool, stages: list[str]
) -> None:
    held = harness.server.hold(IMAGINE, times=1)
    starting = asyncio.ensure_future(start(harness, "a {red, blue, green} kite"))
    await held.arrived()
    makes = harness.bot.app.stores.makes
    (series,) = await makes.unsent_series()
    # As a press of *Stop* does; SimCord delivers no press before the submit has ended.
    await makes.stop_series(series, Refusal(Text.SERIES_STOPPED))
    harness.world.full = is_full
    held.release()
    await starting
    await harness.wait(2)
    assert stages_of(harness) == stages
    harness.world.full = False
    await harness.wait(60)
    assert stages_of(harness) == stages
    assert harness.labels(cards(harness, "Series")[0]) == []
    assert len(sent(harness)) == 1


@pytest.mark.parametrize(
    ("refusal", "says"),
    [("daily_limit", "limit"), ("total_limit", "account"), ("account_blocked", "account")],
)
async def test_a_limit_in_the_middle_of_a_series_ends_the_rest_and_is_named(
    harness: BotHarness, refusal: DecisionKind, says: str
) -> None:
    held = harness.server.hold(IMAGINE, "after", times=1)
    starting = asyncio.ensure_future(start(harness, "a {red, blue, green} kite"))
    await held.arrived()
    harness.world.refusal = refusal
    held.release()
    await starting
    await harness.wait(60)
    assert stages_of(harness) == ["[Started]", "Not started", "Not started"]
    assert all(says in each for each in lines(harness)[2:])
    assert harness.world.repeated_marks() == []


async def test_a_queue_that_is_full_in_the_middle_of_a_series_delays_the_rest(harness: BotHarness) -> None:
    held = harness.server.hold(IMAGINE, "after", times=1)
    starting = asyncio.ensure_future(start(harness, "a {red, blue, green} kite"))
    await held.arrived()
    harness.world.full = True
    held.release()
    await starting
    await harness.wait(2)
    assert stages_of(harness) == ["[Started]", "Not accepted yet, retrying", "Waiting"]
    harness.world.full = False
    await harness.wait(60)
    assert stages_of(harness) == ["[Started]"] * 3
    assert len(accepted(harness)) == 3


async def test_two_series_share_a_full_queue_and_each_picture_is_sent_once(harness: BotHarness) -> None:
    ben = harness.guild.add_member(harness.env.create_user("ben"))
    harness.world.full = True
    await start(harness, "a {red, blue, green} kite")
    question = told(await ben.slash(harness.channel, "imagine", prompt="a {red, blue, green} bird"))
    await ben.click(question, custom_id=str(harness.button(question, "Start").custom_id))
    await harness.wait(2)
    both = cards(harness, "Series")
    assert [stages(each) for each in both] == [["Not accepted yet, retrying", "Waiting", "Waiting"]] * 2
    harness.world.full = False
    await harness.wait(60)
    colours = ("red", "blue", "green")
    made = accepted(harness)
    assert sorted(made) == sorted(f"a {each} {what}" for each in colours for what in ("kite", "bird"))
    assert {each.split()[-1] for each in made[:3]} == {"kite", "bird"}  # neither waits for the other


async def test_a_picture_that_is_not_found_is_called_so_on_the_card_of_its_series(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open(dialect="plus", make_anywhere="yes")
    harness.server.drop(IMAGINE, times=1)
    await start(harness, "a {red, blue} kite")
    await harness.wait(20)
    assert stages_of(harness) == ["Unclear whether it started", "[Started]"]
    await harness.wait(70)
    assert stages_of(harness) == ["Not found at the image service; it probably did not start", "[Started]"]


async def test_a_forged_verb_sends_no_part_of_a_series_and_nothing_whose_outcome_is_known(
    harness: BotHarness,
) -> None:
    harness.world.banned = {"rude"}
    question = await start(harness, "a {red, rude} kite")
    await harness.wait(2)
    await imagine(harness, "a rude bird")
    refused = str(harness.button(harness.newest, "Edit").custom_id).split(":")[2]
    series, place = (
        TaskId(str(harness.button(question, "Start").custom_id).split(":")[2]),
        Place(harness.guild.id),
    )
    history = await harness.bot.app.stores.presses.histories([(series, place)])
    parts = [each.make.id for each in history[series, place].series]
    forger = Outsider(harness, DIRECT)
    forger.actor, forger.channel = harness.ann, harness.channel
    harness.world.banned = set()
    before, (card,) = sent(harness), cards(harness, "Series")
    again = [f"again:{each}:make{n}" for each in (series, refused, *parts) for n in ("", "n1")]
    for verb in (*again, *(f"{verb}:{each}:" for verb in ("start", "send") for each in parts)):
        told_back = await forger.forge(card, f"mj1:{verb}")
        assert (verb, bool(answer_to(told_back))) == (verb, True)
    await harness.wait(9)
    assert sent(harness) == before
    assert stages_of(harness) == ["[Started]", "Not started"]


async def test_a_question_expires_with_its_count(harness: BotHarness) -> None:
    question = told(await imagine(harness, "a {red, blue} kite"))
    await harness.wait(600)
    late = told(await harness.press(question, "Start"))
    assert "expired" in late.content
    assert "a {red, blue} kite" in str((await harness.press(question, "Edit")).modal)
    assert sent(harness) == []


async def test_a_series_waits_while_the_service_refuses_all_requests_and_can_be_stopped(
    harness: BotHarness,
) -> None:
    harness.server.fail(IMAGINE, status=429, times=2)
    await start(harness, "a {red, blue, green} kite")
    await harness.wait(5)
    assert stages_of(harness) == ["Not accepted yet, retrying", "Waiting", "Waiting"]
    await harness.wait(60)
    assert stages_of(harness) == ["[Started]"] * 3
    harness.server.fail(IMAGINE, status=429)
    await harness.press(told(await imagine(harness, "a {red, blue, green} bird")), "Start")
    await harness.wait(5)
    *_, card = cards(harness, "Series")
    await harness.press(card, "Stop")
    *_, card = cards(harness, "Series")
    assert stages(card) == ["Not started"] * 3
    assert len(accepted(harness)) == 3


async def test_a_series_pauses_after_each_picture_whose_outcome_is_unclear(harness: BotHarness) -> None:
    harness.server.fail(IMAGINE, status=503, times=2)
    await start(harness, "a {red, blue, green} kite")
    unclear = "Unclear whether it started"
    for seconds, expected in [(5, [unclear, "Waiting", "Waiting"]), (10, [unclear, unclear, "Waiting"])]:
        await harness.wait(seconds)
        assert stages_of(harness) == expected
    await harness.wait(20)
    assert stages_of(harness)[2] == "[Started]"
    assert accepted(harness) == ["a green kite"]


async def test_a_refusal_of_every_picture_ends_the_rest_of_a_series(harness: BotHarness) -> None:
    harness.server.fail(IMAGINE, status=401, times=1)
    await start(harness, "a {red, blue, green} kite")
    await harness.wait(30)
    assert stages_of(harness) == ["Not started"] * 3
    assert all("key" in each for each in lines(harness)[1:])
    assert sent(harness) == []  # the second would have been accepted


async def test_the_card_of_a_series_tells_the_last_outcome_though_the_database_failed_meanwhile(
    harness: BotHarness,
) -> None:
    stores = harness.bot.app.stores
    held = harness.server.hold(IMAGINE, times=1)
    starting = asyncio.ensure_future(start(harness, "a {red, blue} kite"))
    await held.arrived()
    (series,) = await stores.makes.unsent_series()
    await stores.makes.stop_series(series, Refusal(Text.SERIES_STOPPED))
    harness.world.banned = {"red"}
    await refuse_writes(stores, on=True)
    held.release()
    await starting
    await harness.wait(10)
    await refuse_writes(stores, on=False)
    await harness.wait(10)
    assert stages_of(harness) == ["Not started"] * 2


async def test_a_stop_that_the_database_took_is_shown_though_it_fails_afterwards(harness: BotHarness) -> None:
    stores = harness.bot.app.stores
    harness.world.full = True
    await start(harness, "a {red, blue} kite")
    await harness.wait(2)
    await refuse_all_after(stores, "update makes set refusal")
    stopped = await harness.press(cards(harness, "Series")[0], "Stop")
    await refuse_all(stores, on=False)
    assert answer_to(stopped) == ""
    await harness.wait(10)
    assert stages_of(harness) == ["Not started"] * 2
    assert harness.labels(cards(harness, "Series")[0]) == []
