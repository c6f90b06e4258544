"""The two routes to a message, with the real process: by token while it is valid, by channel at all times."""

from __future__ import annotations

import asyncio

import pytest

from tests.system.conftest import BY_TOKEN, STEPS, TASK, ProcessHarness
from tests.system.discord_stub.log import SECONDS

SECOND = "1730621718151845"


def routes(harness: ProcessHarness) -> list[str]:
    """The route of each edit request, in order."""
    asked = [each for each in harness.stub.log if each.kind == "request" and each.method == "PATCH"]
    return [each.path.split("/")[1] for each in asked]


async def test_a_card_is_edited_by_the_token_of_its_interaction_and_never_by_its_channel(
    harness: ProcessHarness,
) -> None:
    await harness.ask()
    await harness.done()
    assert set(routes(harness)) == {"webhooks"}


async def test_after_a_restart_the_channel_route_takes_over_in_mid_task(harness: ProcessHarness) -> None:
    await harness.ask()
    await harness.stub.until(lambda: harness.title() == "In progress", SECONDS)
    await harness.bot.kill()
    before = len(routes(harness))
    await harness.bot.start()
    await harness.done()
    assert set(routes(harness)[before:]) == {"channels"}


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015), (403, 50001)])
async def test_the_first_refusal_of_a_token_moves_its_message_to_the_channel_route(
    harness: ProcessHarness, status: int, code: int
) -> None:
    harness.stub.fail("PATCH", BY_TOKEN, status=status, code=code, times=99)
    await harness.ask()
    await harness.done()
    assert routes(harness).count("webhooks") == 1
    assert routes(harness)[0] == "webhooks"


@pytest.mark.parametrize("scope", ["user", "shared"])
async def test_the_first_429_of_a_token_moves_its_message_or_channel_to_the_channel_route(
    harness: ProcessHarness, scope: str
) -> None:
    harness.upstream.world.add(SECOND, STEPS)
    headers = {"X-RateLimit-Scope": scope}
    harness.stub.fail("PATCH", BY_TOKEN, status=429, retry_after=600, times=1, headers=headers)
    for task in (SECOND, TASK):
        await harness.stub.slash(harness.channel, harness.user, "status", task_id=task)
    await harness.finish()
    await harness.stub.until(lambda: [*map(title, harness.messages)] == ["Done"] * 2, SECONDS)
    by_token = {each.path for each in harness.stub.log if each.method == "PATCH" and "webhooks" in each.path}
    last = {
        each.message_id: each.path.split("/")[1]
        for each in harness.stub.log
        if each.kind == "applied" and each.method == "PATCH"
    }
    assert harness.stub.count_429 == 1
    assert sorted(last.values()) == ["channels", "channels" if scope == "shared" else "webhooks"]
    assert len(by_token) <= 2


async def test_a_token_edit_that_fails_goes_by_the_channel_at_once(harness: ProcessHarness) -> None:
    harness.stub.fail("PATCH", BY_TOKEN, status=503, times=99)
    await harness.ask()
    await harness.done()
    assert routes(harness).count("webhooks") == 1


async def test_the_final_card_is_shown_although_a_token_edit_gets_no_response(
    harness: ProcessHarness,
) -> None:
    held = harness.stub.hold("PATCH", BY_TOKEN, "before", times=1)
    await harness.ask()
    await asyncio.wait_for(held.arrived(), SECONDS)
    await harness.done(3 * SECONDS)
    assert set(routes(harness)[1:]) == {"channels"}


async def test_a_first_answer_that_discord_limits_reaches_its_message_by_the_channel(
    harness: ProcessHarness,
) -> None:
    slow = harness.upstream.hold("/mj/task/*/fetch", times=1)
    harness.stub.fail("PATCH", "/webhooks/*/*/messages/@original", status=429, retry_after=600)
    await harness.ask()
    await asyncio.wait_for(slow.arrived(), SECONDS)
    await harness.stub.until(lambda: harness.messages and harness.messages[0].thinking, SECONDS)
    slow.release()
    await harness.finish()
    await harness.stub.until(lambda: harness.title() == "Done", SECONDS)
    assert harness.stub.count_429 == 1


def title(message: object) -> str:
    embeds = getattr(message, "embeds", [])
    return str(embeds[0].get("title")) if embeds else ""
