"""Discord in trouble, before the real process: nothing is lost, and it heals by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from tests.system.conftest import BY_CHANNEL, BY_TOKEN, EDITS, Scene, custom_id, finished
from tests.system.process import SECONDS


@pytest.mark.parametrize("trouble", ["dropped", "reconnect", "invalidated"])
async def test_a_gateway_that_breaks_in_mid_task_loses_no_edit_and_takes_commands_again(
    scene: Scene, trouble: str
) -> None:
    await scene.ask()
    await scene.stub.until(lambda: scene.title() == "In progress", SECONDS)
    gateway = scene.stub.gateway
    await {"dropped": gateway.close, "reconnect": gateway.reconnect, "invalidated": gateway.invalidate}[
        trouble
    ]()
    card = await scene.done()
    await scene.stub.ready(SECONDS)
    pressed = await scene.stub.press(card, custom_id(card, "U1"), scene.user)
    await pressed.answered(SECONDS)
    await scene.stub.until(lambda: len(scene.upstream.world.log) == 1, SECONDS)


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_a_429_of_any_scope_is_waited_out_and_the_end_is_shown(scene: Scene, scope: str) -> None:
    headers = {"X-RateLimit-Scope": scope} | ({"X-RateLimit-Global": "true"} if scope == "global" else {})
    scene.end_tokens()
    fault = scene.stub.fail("PATCH", BY_CHANNEL, status=429, retry_after=1.5, times=2, headers=headers)
    fault.body["global"] = scope == "global"
    await scene.ask()
    await scene.stub.until(lambda: scene.title() == "Done" and scene.messages[0].attachments, SECONDS)
    assert scene.stub.count_429 == 2
    refused = [each.at for each in scene.stub.log if each.kind == "rejected" and each.status == 429]
    edits = [each.at for each in scene.stub.log if each.kind == "request" and each.method == "PATCH"]
    for moment in refused:
        assert not any(moment < at < moment + 1.4 for at in edits)


@pytest.mark.parametrize("status", [502, 503])
@pytest.mark.parametrize(("route", "times"), [(BY_CHANNEL, 4), (BY_TOKEN, 2)])
async def test_edits_that_discord_cannot_take_for_a_while_are_made_when_it_can(
    scene: Scene, status: int, route: str, times: int
) -> None:
    if route == BY_CHANNEL:
        scene.end_tokens()
    scene.stub.fail("PATCH", route, status=status, code=0, times=times)
    await scene.ask()
    await scene.done()


async def test_a_connection_that_breaks_during_an_edit_is_no_loss(scene: Scene) -> None:
    held = scene.stub.hold("PATCH", EDITS, "after", times=1)
    await scene.ask()
    await asyncio.wait_for(held.arrived(), SECONDS)
    held.drop()
    await scene.done()


async def test_a_press_whose_first_answer_discord_refuses_is_not_sent(scene: Scene) -> None:
    card = await finished(scene)
    scene.stub.fail("POST", "/interactions/**", status=404, code=10062)
    await scene.stub.press(card, custom_id(card, "U1"), scene.user)
    async with asyncio.timeout(SECONDS):
        while states(scene) != {"refused"}:
            await asyncio.sleep(0.05)  # only the file can tell
    assert scene.upstream.world.log == []
    await scene.stub.press(card, custom_id(card, "U1"), scene.user)
    await scene.stub.until(lambda: len(scene.upstream.world.log) == 1, SECONDS)


async def test_a_database_that_somebody_locks_for_seconds_stops_no_card(scene: Scene) -> None:
    await scene.ask()
    await scene.stub.until(lambda: scene.title() == "In progress", SECONDS)
    with closing(sqlite3.connect(scene.bot.database, isolation_level=None)) as other:
        other.execute("begin immediate")
        await scene.stub.until(lambda: scene.title() == "Done", 3 * SECONDS)
        other.execute("rollback")
    await scene.done()
    async with asyncio.timeout(SECONDS):
        while {state for state, _ in scene.watches()} != {"closed"}:
            await asyncio.sleep(0.1)  # only the file can tell


def states(scene: Scene) -> set[str]:
    with closing(sqlite3.connect(scene.bot.database)) as connection:
        return {row[0] for row in connection.execute("select state from presses")}
