"""`mjbot run` as a process: killed at the worst times, and terminated. Judged by Discord's log."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mjbot.sandbox.faults import Hold
from mjbot.service.guilds.help import COMMANDS
from tests.system.conftest import EDITS, TASK, ProcessHarness, custom_id, disabled, finished
from tests.system.discord_stub import Message
from tests.system.discord_stub.log import SECONDS
from tests.system.process import BotProcess


async def press_in_flight(harness: ProcessHarness, parent: Message) -> Hold:
    """Press U1 of a finished task, and hold its submit."""
    submit = harness.upstream.hold("/mj/submit/action")
    await harness.stub.press(parent, custom_id(parent, "U1"), harness.user)
    await asyncio.wait_for(submit.arrived(), SECONDS)
    return submit


async def until_row(harness: ProcessHarness, query: str) -> None:
    """Wait until a query has a row; only the database file shows when."""
    with closing(sqlite3.connect(harness.bot.database)) as connection:
        async with asyncio.timeout(SECONDS):
            while not connection.execute(query).fetchall():
                await asyncio.sleep(0.01)


async def test_a_task_is_followed_to_its_end_without_a_429(harness: ProcessHarness) -> None:
    await harness.ask()
    await harness.done()


async def test_killed_after_the_defer_and_before_the_commit_the_next_status_repairs_it(
    harness: ProcessHarness,
) -> None:
    reading = harness.upstream.hold("*/fetch")
    answer = harness.stub.hold("POST", "/interactions/**", "after", times=1)
    await harness.ask()
    await asyncio.wait_for(answer.arrived(), SECONDS)
    await harness.bot.kill()
    reading.release()
    assert harness.watches() == []
    await harness.bot.start()
    await harness.ask()
    await harness.stub.until(lambda: len(harness.messages) == 2 and harness.messages[1].embeds, SECONDS)
    await harness.finish()
    await harness.stub.until(lambda: harness.messages[1].embeds[0]["title"] == "Done", SECONDS)


async def test_killed_after_the_commit_and_before_the_first_card(harness: ProcessHarness) -> None:
    reading = harness.upstream.hold("*/fetch")
    await harness.ask()
    await harness.stub.until(lambda: harness.messages and harness.messages[0].thinking, SECONDS)
    async with asyncio.timeout(SECONDS):
        while not harness.watches():  # the commit follows the defer; only the database file shows when
            await asyncio.sleep(0.01)
    assert harness.watches()[0][0] == "opening"
    await harness.bot.kill()
    reading.release()
    await harness.bot.start()
    await harness.done()


async def test_killed_in_mid_progress(harness: ProcessHarness) -> None:
    await harness.ask()
    await harness.stub.until(lambda: harness.messages and harness.title() == "In progress", SECONDS)
    await harness.bot.kill()
    await harness.bot.start()
    await harness.done()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_around_the_final_edit(harness: ProcessHarness, when: str) -> None:
    final = harness.stub.hold(
        "PATCH",
        EDITS,
        "before" if when == "before" else "after",
        match=lambda call: "Done" in str(call.body),
        times=1,
    )
    await harness.ask()
    await harness.finish()
    await asyncio.wait_for(final.arrived(), SECONDS)
    assert (harness.title() == "Done") == (when == "after")
    await harness.bot.kill()
    assert harness.watches()[0][0] == "open"
    await harness.bot.start()
    await harness.done()


async def test_sigterm_delivers_the_final_card_that_waits_and_exits_0(harness: ProcessHarness) -> None:
    final = harness.stub.hold("PATCH", EDITS, "before", match=lambda call: "Done" in str(call.body), times=1)
    await harness.ask()
    await harness.finish()
    await asyncio.wait_for(final.arrived(), SECONDS)
    ending = asyncio.ensure_future(harness.bot.terminate())
    final.release()
    assert await ending == 0
    await harness.done()
    assert harness.watches()[0][0] == "closed"


async def test_commands_are_sent_to_discord_once_and_not_again(harness: ProcessHarness) -> None:
    def syncs() -> int:
        return sum(
            e.kind == "applied" and e.method == "PUT" and e.path.endswith("/commands")
            for e in harness.stub.log
        )

    assert await harness.bot.terminate() == 0
    named = {name.partition(" ")[0] for name in COMMANDS} | {"help"}
    slash = [each for each in harness.stub.commands if each.get("type", 1) == 1]
    assert {command["name"] for command in slash} == named
    before = syncs()
    await harness.bot.start()
    assert syncs() == before


async def test_a_second_process_on_the_same_database_is_refused(
    harness: ProcessHarness, tmp_path: Path
) -> None:
    other = BotProcess(harness.stub, harness.upstream, tmp_path, counted=True)
    await other.launch()
    assert await other.exited() == 69
    assert "Another mjbot" in other.log.read_text()


async def test_a_chinese_server_gets_chinese_cards_and_a_chinese_reader_chinese_answers(
    harness: ProcessHarness,
) -> None:
    channel = harness.chinese_channel
    asked = await harness.stub.slash(channel, harness.user, "status", locale="zh-CN", task_id="hello")
    await asked.answered(SECONDS)
    assert asked.ephemeral is not None
    assert asked.ephemeral.content.startswith("这不是任务 ID")
    await harness.stub.slash(channel, harness.user, "status", locale="zh-CN", task_id=TASK)
    await harness.finish()
    await harness.stub.until(
        lambda: (
            harness.stub.messages(channel)
            and harness.stub.messages(channel)[0].embeds
            and harness.stub.messages(channel)[0].embeds[0]["title"] == "已完成"
        ),
        SECONDS,
    )


async def test_a_slow_service_is_waited_for_in_public_and_the_same_message_gets_the_card(
    harness: ProcessHarness,
) -> None:
    reading = harness.upstream.hold("*/fetch")
    await harness.ask()
    await harness.stub.until(lambda: harness.messages and harness.messages[0].thinking, SECONDS)
    reading.release()
    await harness.done()


async def test_an_error_after_a_public_defer_deletes_it_and_is_sent_privately(
    harness: ProcessHarness,
) -> None:
    reading = harness.upstream.hold("*/fetch")
    harness.upstream.fail("*/fetch", status=500)
    asked = await harness.stub.slash(harness.channel, harness.user, "status", task_id=TASK)
    await harness.stub.until(lambda: harness.messages and harness.messages[0].thinking, SECONDS)
    reading.release()
    await harness.stub.until(lambda: asked.ephemeral, SECONDS)
    assert asked.ephemeral is not None
    assert asked.ephemeral.content.startswith("The image service isn't answering at the moment.")
    assert all(message.deleted for message in harness.messages)
    assert [state for state, _ in harness.watches()] == ["closed"]


async def test_a_refused_token_is_named_and_the_process_ends(harness: ProcessHarness, tmp_path: Path) -> None:
    assert await harness.bot.terminate() == 0
    harness.stub.fail("GET", "/users/@me", status=401, code=0, times=1)
    other = BotProcess(harness.stub, harness.upstream, tmp_path, counted=True)
    await other.launch()
    assert await other.exited() == 78
    assert "Discord refused the token" in other.log.read_text()


async def test_a_revoked_token_ends_the_loop_and_the_loop_ends_the_process(harness: ProcessHarness) -> None:
    harness.stub.fail("PATCH", EDITS, status=401, message="401: Unauthorized", times=99)
    await harness.ask()
    assert await harness.bot.exited() == 70


async def test_killed_during_a_press_the_button_comes_back_and_the_next_press_is_warned(
    harness: ProcessHarness,
) -> None:
    parent = await finished(harness)
    await press_in_flight(harness, parent)
    await harness.stub.until(lambda: disabled(parent, "U1"), SECONDS)
    await harness.bot.kill()
    harness.upstream.clear_faults()
    await harness.bot.start()
    await harness.stub.until(lambda: not disabled(parent, "U1"), SECONDS)
    again = await harness.stub.press(parent, custom_id(parent, "U1"), harness.user)
    await again.answered(SECONDS)
    assert again.ephemeral is not None
    assert "may or may not have started" in again.ephemeral.content


async def test_sigterm_waits_for_a_press_in_flight_and_the_next_start_follows_its_child(
    harness: ProcessHarness,
) -> None:
    submit = await press_in_flight(harness, await finished(harness))
    ending = asyncio.ensure_future(harness.bot.terminate())
    submit.release()
    assert await ending == 0
    assert len(harness.upstream.world.log) == 1
    await harness.bot.start()
    await harness.stub.until(lambda: len(harness.messages) == 2 and harness.messages[1].embeds, SECONDS)
    await harness.finish()
    await harness.stub.until(lambda: harness.messages[1].embeds[0]["title"] == "Done", SECONDS)
    assert len(harness.upstream.world.log) == 1


async def test_sigterm_stops_retrying_a_press_at_a_full_queue_and_says_so(harness: ProcessHarness) -> None:
    parent = await finished(harness)
    harness.upstream.world.full = True
    press = await harness.stub.press(parent, custom_id(parent, "U1"), harness.user)
    await harness.stub.until(lambda: len(harness.messages) == 2 and harness.messages[1].embeds, SECONDS)
    assert harness.messages[1].embeds[0]["title"] == "Queue full, retrying"
    assert await harness.bot.terminate() == 0
    assert press.ephemeral is not None
    assert "Stopped trying *U1*. Nothing was started." in press.ephemeral.content
    assert [each.deleted for each in harness.messages] == [False, True]
    with closing(sqlite3.connect(harness.bot.database)) as connection:
        assert connection.execute("select state from presses").fetchall() == [("refused",)]


async def test_sigterm_during_the_login_ends_the_process_with_0(
    harness: ProcessHarness, tmp_path: Path
) -> None:
    assert await harness.bot.terminate() == 0
    login = harness.stub.hold("GET", "/users/@me", "before")
    await harness.bot.launch()
    await asyncio.wait_for(login.arrived(), SECONDS)
    assert await harness.bot.terminate() == 0


async def test_two_slow_commands_at_the_same_time_leave_one_live_card(harness: ProcessHarness) -> None:
    reading = harness.upstream.hold("*/fetch")
    await harness.ask()
    await harness.ask()
    await harness.stub.until(lambda: [each.thinking for each in harness.messages] == [True, True], SECONDS)
    reading.release()
    await harness.finish()
    await harness.stub.until(
        lambda: (
            sorted(str(each.embeds[0]["title"]) for each in harness.messages if each.embeds)
            == ["Continues below", "Done"]
        ),
        SECONDS,
    )


async def test_a_session_that_cannot_be_resumed_begins_anew_on_the_same_server(
    harness: ProcessHarness,
) -> None:
    await harness.stub.gateway.invalidate()
    await harness.stub.gone(SECONDS)
    await harness.stub.ready(SECONDS)
    await harness.ask()
    await harness.done()


@pytest.mark.parametrize("written", ["before the press", "after the press"])
async def test_killed_before_the_end_of_a_press_is_shown_the_button_works_after_the_next_start(
    harness: ProcessHarness, written: str
) -> None:
    closed = "select 1 from watches where state = 'closed'"
    parent = await finished(harness)
    if written == "before the press":
        await until_row(harness, closed)
    banned = '{"code":24,"description":"banned","result":null,"properties":{"bannedWord":"x"}}'
    json = "application/json"
    harness.upstream.fail("/mj/submit/action", status=200, body=banned, content_type=json, times=1)
    dimmed = harness.stub.hold("PATCH", f"/**/messages/{parent.id}", "after")
    await harness.stub.press(parent, custom_id(parent, "U1"), harness.user)
    await asyncio.wait_for(dimmed.arrived(), SECONDS)
    await harness.stub.until(lambda: disabled(parent, "U1"), SECONDS)
    await until_row(harness, "select 1 from presses where state = 'refused'")
    await until_row(harness, closed)
    await harness.bot.kill()
    dimmed.drop()
    await harness.bot.start()
    await harness.stub.until(lambda: not disabled(parent, "U1"), SECONDS)


async def test_a_button_whose_press_ends_during_the_shutdown_is_no_longer_dimmed(
    harness: ProcessHarness,
) -> None:
    parent = await finished(harness)
    submit = await press_in_flight(harness, parent)
    await harness.stub.until(lambda: disabled(parent, "U1"), SECONDS)
    slow = harness.stub.hold("PATCH", f"/**/messages/{parent.id}", "before")
    ending = asyncio.ensure_future(harness.bot.terminate())
    await asyncio.sleep(1)  # the shutdown has begun: nothing else can tell
    submit.release()
    await asyncio.wait_for(slow.arrived(), SECONDS)
    await asyncio.sleep(0.5)  # Discord needs a moment
    slow.release()
    assert await ending == 0
    await harness.bot.start()
    await harness.stub.until(lambda: not disabled(parent, "U1"), SECONDS)
