"""Discord fails while the real process runs: nothing is lost, and the bot recovers by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.discord_answers import Answer
from tests.system.conftest import BY_CHANNEL, BY_TOKEN, EDITS, ProcessHarness, custom_id, finished
from tests.system.discord_stub.log import SECONDS


@pytest.mark.parametrize("problem", ["dropped", "reconnect", "invalidated"])
async def test_a_gateway_that_breaks_in_mid_task_loses_no_edit_and_takes_commands_again(
    harness: ProcessHarness, problem: str
) -> None:
    await harness.ask()
    await harness.stub.until(lambda: harness.title() == "In progress", SECONDS)
    gateway = harness.stub.gateway
    await {"dropped": gateway.close, "reconnect": gateway.reconnect, "invalidated": gateway.invalidate}[
        problem
    ]()
    card = await harness.done()
    await harness.stub.ready(SECONDS)
    pressed = await harness.stub.press(card, custom_id(card, "U1"), harness.user)
    await pressed.answered(SECONDS)
    await harness.stub.until(lambda: len(harness.upstream.world.log) == 1, SECONDS)


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_a_429_of_any_scope_is_waited_out_and_the_end_is_shown(
    harness: ProcessHarness, scope: str
) -> None:
    headers = {"X-RateLimit-Scope": scope} | ({"X-RateLimit-Global": "true"} if scope == "global" else {})
    harness.end_tokens()
    fault = harness.stub.fail("PATCH", BY_CHANNEL, status=429, retry_after=1.5, times=2, headers=headers)
    fault.body["global"] = scope == "global"
    await harness.ask()
    await harness.finish()
    await harness.stub.until(lambda: harness.title() == "Done" and harness.messages[0].attachments, SECONDS)
    assert harness.stub.count_429 == 2
    refused = [each.at for each in harness.stub.log if each.kind == "rejected" and each.status == 429]
    edits = [each.at for each in harness.stub.log if each.kind == "request" and each.method == "PATCH"]
    for moment in refused:
        assert not any(moment < at < moment + 1.4 for at in edits)


@pytest.mark.parametrize("seconds", ["null", '"5"', "NaN", "[]", "1e30"])
async def test_a_global_429_without_a_time_stops_no_other_request(
    harness: ProcessHarness, seconds: str
) -> None:
    await harness.ask()
    headers = {"Via": "1.1 google", "X-RateLimit-Scope": "global", "X-RateLimit-Global": "true"}
    body = f'{{"message": "You are being rate limited.", "retry_after": {seconds}, "global": true}}'
    harness.end_tokens()
    odd = harness.stub.refuse("PATCH", BY_CHANNEL, Answer("odd 429", 429, body, headers=headers), times=1)
    await harness.finish()
    await harness.stub.until(lambda: odd.given, SECONDS)
    await harness.stub.until(lambda: harness.title() == "Done", SECONDS)


@pytest.mark.parametrize("status", [502, 503])
@pytest.mark.parametrize(("route", "times"), [(BY_CHANNEL, 3), (BY_TOKEN, 2)])
async def test_edits_that_discord_cannot_take_for_a_while_are_made_when_it_can(
    harness: ProcessHarness, status: int, route: str, times: int
) -> None:
    if route == BY_CHANNEL:
        harness.end_tokens()
    harness.stub.fail("PATCH", route, status=status, code=0, times=times)
    await harness.ask()
    await harness.done()


async def test_an_event_that_discord_py_cannot_read_ends_neither_the_process_nor_the_session(
    harness: ProcessHarness,
) -> None:
    await harness.ask()
    (session,) = harness.stub.gateway.connected
    events: list[tuple[str, dict[str, Any]]] = [
        ("CHANNEL_UPDATE", {}),
        ("THREAD_UPDATE", {"guild_id": "new"}),
        ("INTERACTION_CREATE", {"id": "1", "type": 2}),
        ("GUILD_CREATE", {}),
        ("GUILD_DELETE", {"id": None}),
    ]
    for name, data in events:
        await harness.stub.gateway.dispatch(name, data)
    await harness.done()
    assert harness.stub.gateway.connected == [session]


async def test_a_connection_that_breaks_during_an_edit_is_no_loss(harness: ProcessHarness) -> None:
    held = harness.stub.hold("PATCH", EDITS, "after", times=1)
    await harness.ask()
    await asyncio.wait_for(held.arrived(), SECONDS)
    held.drop()
    await harness.done()


async def test_a_press_whose_first_answer_discord_refuses_is_not_sent(harness: ProcessHarness) -> None:
    card = await finished(harness)
    harness.stub.fail("POST", "/interactions/**", status=404, code=10062)
    await harness.stub.press(card, custom_id(card, "U1"), harness.user)
    async with asyncio.timeout(SECONDS):
        while states(harness) != {"refused"}:
            await asyncio.sleep(0.05)  # only the file can tell
    assert harness.upstream.world.log == []
    await harness.stub.press(card, custom_id(card, "U1"), harness.user)
    await harness.stub.until(lambda: len(harness.upstream.world.log) == 1, SECONDS)


async def test_a_database_locked_for_seconds_stops_no_card(harness: ProcessHarness) -> None:
    await harness.ask()
    await harness.stub.until(lambda: harness.title() == "In progress", SECONDS)
    with closing(sqlite3.connect(harness.bot.database, isolation_level=None)) as other:
        other.execute("begin immediate")
        await harness.finish()
        await harness.stub.until(lambda: harness.title() == "Done", 3 * SECONDS)
        other.execute("rollback")
    await harness.done()
    async with asyncio.timeout(SECONDS):
        while {state for state, _ in harness.watches()} != {"closed"}:
            await asyncio.sleep(0.1)  # only the file can tell


def states(harness: ProcessHarness) -> set[str]:
    with closing(sqlite3.connect(harness.bot.database)) as connection:
        return {row[0] for row in connection.execute("select state from presses")}
