"""What a person is told in private, whatever becomes of Discord's answer to the request that tells it."""

from __future__ import annotations

import logging

import discord
import pytest
import simcord

from tests.bot.conftest import GRID, RUNNING, SINGLE, BotHarness
from tests.discord_answers import (
    BAD_JSON_502,
    FIRST_RESPONSE,
    LOST_RESPONSE,
    NO_ANSWER,
    NO_CONNECTION,
    UNREADABLE,
    Answer,
    api_error,
    page,
    unreadable,
)

ODD_ERRORS = Answer("odd errors", 400, '{"code": 50035, "message": "Invalid Form Body", "errors": "x"}')
ORIGINAL, FOLLOW_UP = "/webhooks/*/*/messages/@original", "/webhooks/*/*"
EACH_KIND = [unreadable("{}"), LOST_RESPONSE, page(404)]
ODD = [*UNREADABLE, BAD_JSON_502, ODD_ERRORS, LOST_RESPONSE, NO_CONNECTION, NO_ANSWER, page(404)]
BANNED = '{"code":24,"description":"banned","result":null,"properties":{"bannedWord":"x"}}'


def told(result: simcord.InteractionResult) -> set[str]:
    """The texts that the person has read, each once."""
    shown = [result.response] if result.response else []
    return {each.content for each in (*shown, *result.followups) if each.content}


async def refused_press(harness: BotHarness) -> simcord.InteractionResult:
    harness.server.fail(
        "/mj/submit/action", status=200, body=BANNED, content_type="application/json", times=1
    )
    return await harness.press(harness.messages[0], "U1")


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        *(("POST", FOLLOW_UP, each) for each in ODD),
        *((method, ORIGINAL, each) for method in ("PATCH", "DELETE") for each in EACH_KIND),
    ],
    ids=lambda each: getattr(each, "name", None),
)
async def test_a_refusal_is_told_whatever_discord_answers(
    harness: BotHarness, method: str, path: str, answer: Answer
) -> None:
    await harness.show(GRID)
    given = harness.refuse(method, path, answer, times=1)
    result = await refused_press(harness)
    await harness.wait(60)
    assert given.given == 1
    assert told(result) == {'The image service rejects the word "x". Nothing was started.'}
    assert len(harness.messages) == 1


@pytest.mark.parametrize("answer", EACH_KIND, ids=lambda each: each.name)
async def test_what_was_done_is_not_told_as_a_failure_because_of_discord_s_answer(
    harness: BotHarness, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    await harness.ask(RUNNING)
    given = harness.refuse("POST", FOLLOW_UP, answer, times=1)
    result = await harness.press(harness.messages[0], "Cancel")
    await harness.wait(60)
    assert given.given == 1
    (text,) = told(result)
    assert text.startswith("The image service was asked to cancel this task.")
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("answer", EACH_KIND, ids=lambda each: each.name)
async def test_a_private_menu_is_shown_whatever_discord_answers(harness: BotHarness, answer: Answer) -> None:
    await harness.show(GRID)
    given = harness.refuse("PATCH", ORIGINAL, answer, times=1)
    result = await harness.press(harness.messages[0], "More…")
    await harness.wait(60)
    assert given.given == 1
    assert told(result) == {"More actions:"}


@pytest.mark.parametrize("answer", EACH_KIND, ids=lambda each: each.name)
async def test_a_first_response_in_private_is_told_whatever_discord_answers(
    harness: BotHarness, answer: Answer
) -> None:
    await harness.show(GRID)
    card = harness.messages[0]
    await harness.press(card, "U1")
    given = harness.refuse("POST", FIRST_RESPONSE, answer, times=1)
    (text,) = told(await harness.press(card, "U1"))
    assert given.given == 1
    assert text.startswith("*U1* already exists")


@pytest.mark.parametrize("answer", ODD, ids=lambda each: each.name)
async def test_a_modal_that_was_opened_is_not_told_as_a_failure(
    harness: BotHarness, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    await harness.show(SINGLE)
    given = harness.refuse("POST", FIRST_RESPONSE, answer, times=1)
    result = await harness.press(harness.messages[0], "Custom Zoom")
    assert given.given == 1
    assert result.modal is not None
    assert told(result) == set()
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


async def test_a_refusal_is_told_although_the_message_that_waited_was_deleted(harness: BotHarness) -> None:
    await harness.show(GRID)
    gone = api_error("unknown message", 404, 10008, "Unknown Message")
    deleted = harness.refuse("PATCH", ORIGINAL, gone)
    harness.refuse("PATCH", "/channels/*/messages/*", gone)
    assert told(await refused_press(harness)) == {
        'The image service rejects the word "x". Nothing was started.'
    }
    assert deleted.given


@pytest.mark.parametrize("answer", [page(403), api_error("too many", 400, 30000, "Maximum")])
async def test_a_card_is_no_failure_because_a_hint_about_it_cannot_be_told(
    harness: BotHarness, answer: Answer
) -> None:
    guild = harness.env.backend.get_guild(harness.guild.id)
    role = next(each for each in guild.roles.values() if each.managed)
    for each in (role, guild.everyone_role):
        each.permissions &= ~discord.Permissions(attach_files=True).value
    refused = harness.refuse("POST", FOLLOW_UP, answer, times=1)
    result = await harness.ask(GRID)
    assert refused.given == 1
    assert told(result) == set()
    assert harness.card.title == "Done"
