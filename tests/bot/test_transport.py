"""The scripted answers of the SimCord tests: discord.py makes of them what it makes of real ones."""

from __future__ import annotations

from collections.abc import Awaitable
from itertools import pairwise

import discord
import pytest

from tests.bot.conftest import GRID, RUNNING, BotFactory, BotHarness
from tests.discord_answers import (
    ANNOUNCEMENT_LIMIT,
    BAD_JSON_502,
    BY_CHANNEL,
    BY_TOKEN,
    EDITS,
    EXPLICIT_CONTENT,
    FIRST_RESPONSE,
    HARMFUL_LINK,
    JSON_WITHOUT_CODE,
    LOST_RESPONSE,
    NO_ANSWER,
    NO_CONNECTION,
    PAGES,
    TOO_LARGE,
    UNREADABLE,
    Answer,
    Call,
    has_file,
    malformed,
    mentions,
    page,
    rate_limited,
)
from tests.system.client import logged_in
from tests.system.discord_stub import DiscordStub, RateLimits

ANSWERS = [
    *(ANNOUNCEMENT_LIMIT, BAD_JSON_502, EXPLICIT_CONTENT, HARMFUL_LINK, JSON_WITHOUT_CODE, TOO_LARGE),
    malformed("embeds.0.image.url"),
    *UNREADABLE,
    *(each for each in PAGES if each.status != 502),  # discord.py tries that again for 25 s
]


async def outcome(request: Awaitable[object]) -> str:
    """What discord.py made of the answer: the exception with its status and code, or none."""
    try:
        await request
    except discord.HTTPException as error:
        return f"{type(error).__name__} {error.status} {error.code} {error.text[:40]}"
    except Exception as error:
        return type(error).__name__
    return "made"


async def over_a_socket() -> dict[str, str]:
    """The outcome of each answer for discord.py itself, which reads it from the Discord stub."""
    client = discord.Client(intents=discord.Intents.none())
    limits = RateLimits(edits=(100, 1.0))
    async with DiscordStub(limits=limits) as stub, logged_in(client, stub) as channel:
        outcomes = {}
        for answer in ANSWERS:
            sent = stub.standing(channel, {"content": "a"})
            message = client.get_partial_messageable(channel.id).get_partial_message(sent.id)
            stub.refuse("PATCH", BY_CHANNEL, answer, times=1)
            outcomes[answer.name] = await outcome(message.edit(content="b"))
    return outcomes


async def sent(harness: BotHarness) -> discord.PartialMessage:
    """A message of the bot, to be edited by channel."""
    place = harness.bot.get_partial_messageable(harness.channel.id)
    return place.get_partial_message((await place.send("a")).id)


def content(harness: BotHarness) -> str:
    return harness.messages[0].content


async def test_discord_py_reads_each_scripted_answer_as_from_a_socket(bot_factory: BotFactory) -> None:
    real = await over_a_socket()
    harness = await bot_factory.open()
    message = await sent(harness)
    simulated = {}
    for answer in ANSWERS:
        refusal = harness.refuse("PATCH", BY_CHANNEL, answer, times=1)
        simulated[answer.name] = await outcome(message.edit(content=answer.name))
        assert refusal.given == 1
        assert (content(harness) == answer.name) == answer.applied
    assert simulated == real
    assert "NotFound 404 0" in real["page 404"]
    assert "JSONDecodeError" in real.values()
    assert len(harness.env.http_requests) >= len(ANSWERS)


@pytest.mark.parametrize(("answer", "shown"), [(LOST_RESPONSE, "b"), (NO_CONNECTION, "a")])
async def test_a_lost_response_takes_effect_and_a_lost_request_does_not(
    harness: BotHarness, answer: Answer, shown: str
) -> None:
    message = await sent(harness)
    harness.refuse("PATCH", BY_CHANNEL, answer, times=1)
    assert await outcome(message.edit(content="b")) == "ServerDisconnectedError"
    assert content(harness) == shown
    assert await outcome(message.edit(content="c")) == "made"


def edits(harness: BotHarness) -> int:
    return sum(entry.method == "PATCH" for entry in harness.env.http_requests)


async def test_an_answer_that_never_comes_ends_after_twenty_seconds_of_silence(harness: BotHarness) -> None:
    await harness.ask(RUNNING)
    refusal = harness.refuse("PATCH", EDITS, NO_ANSWER, times=1)
    while not refusal.given:
        await harness.wait(1)
    shown = harness.card.title
    await harness.wait(18)
    assert (edits(harness), harness.card.title) == (1, shown)
    await harness.wait(30)
    assert edits(harness) > 1
    assert harness.card.title == "Done"


@pytest.mark.parametrize(
    ("answer", "pauses"), [(page(502), [1, 3, 5, 7]), (rate_limited(4, "shared"), [4, 4, 4, 4])]
)
async def test_what_discord_py_sends_again_by_itself_is_sent_again_in_virtual_time(
    harness: BotHarness, answer: Answer, pauses: list[int]
) -> None:
    moments: list[float] = []

    def noted(_: Call) -> bool:
        moments.append(harness.env.now().timestamp())
        return True

    await harness.ask(RUNNING)
    harness.end_tokens()
    refusal = harness.refuse("PATCH", BY_CHANNEL, answer, match=noted, times=5)
    await harness.wait(25)
    assert refusal.given == 5
    assert [round(later - earlier) for earlier, later in pairwise(moments)] == pauses


async def test_only_edits_with_a_file_are_refused(harness: BotHarness) -> None:
    refusal = harness.refuse("PATCH", BY_TOKEN, EXPLICIT_CONTENT, match=has_file)
    await harness.show(GRID)
    assert refusal.given >= 1
    assert harness.messages[0].attachments == []
    assert "Discord refused this picture." in (harness.card.description or "")
    harness.accept_everything()
    assert harness.refusals == []


async def test_only_first_responses_that_hold_a_text_are_refused(harness: BotHarness) -> None:
    other = harness.refuse("POST", FIRST_RESPONSE, HARMFUL_LINK, match=mentions("cdn.bad.example"))
    refusal = harness.refuse("POST", FIRST_RESPONSE, HARMFUL_LINK, match=mentions(RUNNING), times=1)
    await harness.ask(RUNNING)
    assert (refusal.given, other.given) == (1, 0)
    assert harness.card.title == "Queued"


async def test_what_discord_itself_refuses_is_told_and_is_no_lost_success(harness: BotHarness) -> None:
    message = await sent(harness)
    await message.delete()
    refusal = harness.refuse("PATCH", BY_CHANNEL, LOST_RESPONSE)
    assert (await outcome(message.edit(content="b"))).startswith("NotFound 404 10008")
    assert refusal.given == 0
