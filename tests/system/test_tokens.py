"""Two routes to one message, before the real process: by token while that does, by channel at all times."""

from __future__ import annotations

import asyncio

import pytest

from tests.system.conftest import BY_TOKEN, STEPS, TASK, Scene
from tests.system.process import SECONDS

SECOND = "1730621718151845"


def routes(scene: Scene) -> list[str]:
    """By which route each edit was asked for, in order."""
    asked = [each for each in scene.stub.log if each.kind == "request" and each.method == "PATCH"]
    return [each.path.split("/")[1] for each in asked]


async def test_a_card_is_edited_by_the_token_of_its_interaction_and_never_by_its_channel(
    scene: Scene,
) -> None:
    await scene.ask()
    await scene.done()
    assert set(routes(scene)) == {"webhooks"}


async def test_after_a_restart_the_channel_route_takes_over_in_mid_task(scene: Scene) -> None:
    await scene.ask()
    await scene.stub.until(lambda: scene.title() == "In progress", SECONDS)
    await scene.bot.kill()
    before = len(routes(scene))
    await scene.bot.start()
    await scene.done()
    assert set(routes(scene)[before:]) == {"channels"}


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015), (403, 50001)])
async def test_the_first_refusal_of_a_token_gives_its_message_to_the_channel_route(
    scene: Scene, status: int, code: int
) -> None:
    scene.stub.fail("PATCH", BY_TOKEN, status=status, code=code, times=99)
    await scene.ask()
    await scene.done()
    assert routes(scene).count("webhooks") == 1
    assert routes(scene)[0] == "webhooks"


@pytest.mark.parametrize("scope", ["user", "shared"])
async def test_the_first_429_of_a_token_gives_its_message_or_its_channel_to_the_channel_route(
    scene: Scene, scope: str
) -> None:
    scene.upstream.world.add(SECOND, STEPS)
    headers = {"X-RateLimit-Scope": scope}
    scene.stub.fail("PATCH", BY_TOKEN, status=429, retry_after=600, times=1, headers=headers)
    for task in (SECOND, TASK):
        await scene.stub.slash(scene.channel, scene.user, "status", task_id=task)
    await scene.stub.until(lambda: [*map(title, scene.messages)] == ["Done"] * 2, SECONDS)
    by_token = {each.path for each in scene.stub.log if each.method == "PATCH" and "webhooks" in each.path}
    messages = {
        each.message_id for each in scene.stub.log if each.kind == "applied" and each.method == "PATCH"
    }
    assert len(messages) == 2
    assert scene.stub.count_429 == 1
    last = [each.path.split("/")[1] for each in scene.stub.log if each.kind == "applied"][-2:]
    assert sorted(last) == (["channels", "channels"] if scope == "shared" else ["channels", "webhooks"])
    assert len(by_token) <= 2


async def test_a_token_edit_that_fails_goes_by_the_channel_at_once(scene: Scene) -> None:
    scene.stub.fail("PATCH", BY_TOKEN, status=503, times=99)
    await scene.ask()
    await scene.done()
    assert routes(scene).count("webhooks") == 1


async def test_a_token_edit_that_is_never_answered_does_not_keep_the_end_away(
    scene: Scene,
) -> None:
    held = scene.stub.hold("PATCH", BY_TOKEN, "before", times=1)
    await scene.ask()
    await asyncio.wait_for(held.arrived(), SECONDS)
    await scene.done(3 * SECONDS)
    assert set(routes(scene)[1:]) == {"channels"}


async def test_a_first_answer_that_discord_limits_reaches_its_message_by_the_channel(scene: Scene) -> None:
    slow = scene.upstream.hold("/mj/task/*/fetch", times=1)
    scene.stub.fail("PATCH", "/webhooks/*/*/messages/@original", status=429, retry_after=600)
    await scene.ask()
    await asyncio.wait_for(slow.arrived(), SECONDS)
    await scene.stub.until(lambda: scene.messages and scene.messages[0].thinking, SECONDS)
    slow.release()
    await scene.stub.until(lambda: scene.title() == "Done", SECONDS)
    assert scene.stub.count_429 == 1


def title(message: object) -> str:
    embeds = getattr(message, "embeds", [])
    return str(embeds[0].get("title")) if embeds else ""
