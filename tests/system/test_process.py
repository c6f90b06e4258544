"""`mjbot run` as a process: killed at the worst moments, and ended politely. Judged by Discord's log."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.system.conftest import EDITS, TASK, Scene, custom_id, disabled, finished
from tests.system.process import SECONDS, BotProcess


async def test_a_task_is_followed_to_its_end_without_a_429(scene: Scene) -> None:
    await scene.ask()
    await scene.done()


async def test_killed_after_the_defer_and_before_the_commit_the_next_status_repairs_it(scene: Scene) -> None:
    reading = scene.upstream.hold("*/fetch")
    answer = scene.stub.hold("POST", "/interactions/**", "after", times=1)
    await scene.ask()
    await asyncio.wait_for(answer.arrived(), SECONDS)
    await scene.bot.kill()
    reading.release()
    assert scene.watches() == []
    await scene.bot.start()
    await scene.ask()
    await scene.stub.until(lambda: len(scene.messages) == 2 and scene.messages[1].embeds, SECONDS)
    await scene.stub.until(lambda: scene.messages[1].embeds[0]["title"] == "Done", SECONDS)


async def test_killed_after_the_commit_and_before_the_first_card(scene: Scene) -> None:
    reading = scene.upstream.hold("*/fetch")
    await scene.ask()
    await scene.stub.until(lambda: scene.messages and scene.messages[0].thinking, SECONDS)
    async with asyncio.timeout(SECONDS):
        while not scene.watches():  # the commit follows the defer; only the file can tell when
            await asyncio.sleep(0.01)
    assert scene.watches()[0][0] == "opening"
    await scene.bot.kill()
    reading.release()
    await scene.bot.start()
    await scene.done()


async def test_killed_in_mid_progress(scene: Scene) -> None:
    await scene.ask()
    await scene.stub.until(lambda: scene.messages and scene.title() == "In progress", SECONDS)
    await scene.bot.kill()
    await scene.bot.start()
    await scene.done()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_around_the_final_edit(scene: Scene, when: str) -> None:
    final = scene.stub.hold(
        "PATCH",
        EDITS,
        "before" if when == "before" else "after",
        match=lambda call: "Done" in str(call.body),
        times=1,
    )
    await scene.ask()
    await asyncio.wait_for(final.arrived(), SECONDS)
    assert (scene.title() == "Done") == (when == "after")
    await scene.bot.kill()
    assert scene.watches()[0][0] == "open"
    await scene.bot.start()
    await scene.done()


async def test_sigterm_delivers_the_final_card_that_waits_and_exits_0(scene: Scene) -> None:
    final = scene.stub.hold("PATCH", EDITS, "before", match=lambda call: "Done" in str(call.body), times=1)
    await scene.ask()
    await asyncio.wait_for(final.arrived(), SECONDS)
    ending = asyncio.ensure_future(scene.bot.terminate())
    final.release()
    assert await ending == 0
    await scene.done()
    assert scene.watches()[0][0] == "closed"


async def test_commands_are_sent_to_discord_once_and_not_again(scene: Scene) -> None:
    def syncs() -> int:
        return sum(
            e.kind == "applied" and e.method == "PUT" and e.path.endswith("/commands") for e in scene.stub.log
        )

    assert await scene.bot.terminate() == 0
    assert {command["name"] for command in scene.stub.commands} == {"status", "settings"}
    before = syncs()
    await scene.bot.start()
    assert syncs() == before


async def test_a_second_process_on_the_same_database_is_refused(scene: Scene, tmp_path: Path) -> None:
    other = BotProcess(scene.stub, scene.upstream, tmp_path)
    await other.launch()
    assert await other.exited() == 78
    assert "Another mjbot" in other.log.read_text()


async def test_a_chinese_server_gets_chinese_cards_and_a_chinese_reader_chinese_answers(scene: Scene) -> None:
    channel = scene.chinese_channel
    asked = await scene.stub.slash(channel, scene.user, "status", locale="zh-CN", task_id="hello")
    await asked.answered(SECONDS)
    assert asked.ephemeral is not None
    assert asked.ephemeral.content.startswith("这不像任务编号")
    await scene.stub.slash(channel, scene.user, "status", locale="zh-CN", task_id=TASK)
    await scene.stub.until(
        lambda: (
            scene.stub.messages(channel)
            and scene.stub.messages(channel)[0].embeds
            and scene.stub.messages(channel)[0].embeds[0]["title"] == "已完成"
        ),
        SECONDS,
    )


async def test_a_slow_service_is_waited_for_in_public_and_the_same_message_gets_the_card(
    scene: Scene,
) -> None:
    reading = scene.upstream.hold("*/fetch")
    await scene.ask()
    await scene.stub.until(lambda: scene.messages and scene.messages[0].thinking, SECONDS)
    reading.release()
    await scene.done()


async def test_an_error_after_a_public_thinking_takes_it_away_and_is_told_in_private(scene: Scene) -> None:
    reading = scene.upstream.hold("*/fetch")
    scene.upstream.fail("*/fetch", status=500)
    asked = await scene.stub.slash(scene.channel, scene.user, "status", task_id=TASK)
    await scene.stub.until(lambda: scene.messages and scene.messages[0].thinking, SECONDS)
    reading.release()
    await scene.stub.until(lambda: asked.ephemeral, SECONDS)
    assert asked.ephemeral is not None
    assert asked.ephemeral.content.startswith("The image service is not answering at the moment.")
    assert all(message.deleted for message in scene.messages)
    assert [state for state, _ in scene.watches()] == ["closed"]


async def test_a_refused_token_is_named_and_the_process_ends(scene: Scene, tmp_path: Path) -> None:
    assert await scene.bot.terminate() == 0
    scene.stub.fail("GET", "/users/@me", status=401, code=0, times=1)
    other = BotProcess(scene.stub, scene.upstream, tmp_path)
    await other.launch()
    assert await other.exited() == 78
    assert "Discord refused the token" in other.log.read_text()


async def test_a_revoked_token_ends_the_loop_and_the_loop_ends_the_process(scene: Scene) -> None:
    scene.stub.fail("PATCH", EDITS, status=401, code=0, times=99)
    await scene.ask()
    assert await scene.bot.exited() == 70


async def test_killed_during_a_press_the_button_comes_back_and_the_next_press_is_warned(scene: Scene) -> None:
    parent = await finished(scene)
    submit = scene.upstream.hold("/mj/submit/action")
    await scene.stub.press(parent, custom_id(parent, "U1"), scene.user)
    await asyncio.wait_for(submit.arrived(), SECONDS)
    await scene.stub.until(lambda: disabled(parent, "U1"), SECONDS)
    await scene.bot.kill()
    scene.upstream.clear_faults()
    await scene.bot.start()
    await scene.stub.until(lambda: not disabled(parent, "U1"), SECONDS)
    again = await scene.stub.press(parent, custom_id(parent, "U1"), scene.user)
    await again.answered(SECONDS)
    assert again.ephemeral is not None
    assert "may or may not have started" in again.ephemeral.content


async def test_sigterm_waits_for_a_press_on_its_way_and_its_child_is_followed_after_the_start(
    scene: Scene,
) -> None:
    parent = await finished(scene)
    submit = scene.upstream.hold("/mj/submit/action")
    await scene.stub.press(parent, custom_id(parent, "U1"), scene.user)
    await asyncio.wait_for(submit.arrived(), SECONDS)
    ending = asyncio.ensure_future(scene.bot.terminate())
    submit.release()
    assert await ending == 0
    assert len(scene.upstream.world.log) == 1
    await scene.bot.start()
    await scene.stub.until(
        lambda: (
            len(scene.messages) == 2
            and scene.messages[1].embeds
            and scene.messages[1].embeds[0]["title"] == "Done"
        ),
        SECONDS,
    )
    assert len(scene.upstream.world.log) == 1


async def test_sigterm_gives_up_a_press_that_waits_for_room_and_says_so(scene: Scene) -> None:
    parent = await finished(scene)
    scene.upstream.world.full = True
    press = await scene.stub.press(parent, custom_id(parent, "U1"), scene.user)
    await scene.stub.until(lambda: len(scene.messages) == 2 and scene.messages[1].embeds, SECONDS)
    assert scene.messages[1].embeds[0]["title"] == "Waiting for room"
    assert await scene.bot.terminate() == 0
    assert press.ephemeral is not None
    assert "no longer trying. Nothing was started." in press.ephemeral.content
    assert [each.deleted for each in scene.messages] == [False, True]
    with closing(sqlite3.connect(scene.bot.database)) as connection:
        assert connection.execute("select state from presses").fetchall() == [("refused",)]


async def test_sigterm_during_the_login_ends_the_process_with_0(scene: Scene, tmp_path: Path) -> None:
    assert await scene.bot.terminate() == 0
    login = scene.stub.hold("GET", "/users/@me", "before")
    await scene.bot.launch()
    await asyncio.wait_for(login.arrived(), SECONDS)
    assert await scene.bot.terminate() == 0


async def test_two_slow_askers_at_one_moment_leave_one_live_card(scene: Scene) -> None:
    reading = scene.upstream.hold("*/fetch")
    await scene.ask()
    await scene.ask()
    await scene.stub.until(lambda: [each.thinking for each in scene.messages] == [True, True], SECONDS)
    reading.release()
    await scene.stub.until(
        lambda: (
            sorted(str(each.embeds[0]["title"]) for each in scene.messages if each.embeds)
            == ["Continues below", "Done"]
        ),
        SECONDS,
    )


async def test_a_session_that_cannot_be_resumed_begins_anew_on_the_same_server(scene: Scene) -> None:
    await scene.stub.gateway.invalidate()
    await scene.stub.gone(SECONDS)
    await scene.stub.ready(SECONDS)
    await scene.ask()
    await scene.done()
