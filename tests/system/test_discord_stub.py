"""The Discord stub, tried on stock discord.py in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.system.discord_stub import DiscordStub
from tests.system.discord_stub.log import SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.system.discord_stub import Channel, Message, User

BOT = Path(__file__).with_name("stock_bot.py")
EDIT = ("PATCH", "/channels/*/messages/*")


@asynccontextmanager
async def stock_bot(stub: DiscordStub, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    env = {**os.environ, "API_URL": stub.api_url, "TOKEN": stub.token, **more}
    env["PYTHONWARNINGS"] = "ignore"
    process = await asyncio.create_subprocess_exec(sys.executable, str(BOT), env=env)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.wait_for(process.wait(), SECONDS)


def place(stub: DiscordStub, locale: str = "en-US") -> tuple[Channel, User]:
    return stub.add_channel(stub.add_guild("Team", locale), "general"), stub.add_user("Ann")


def title(message: Message) -> str:
    return str(message.embeds[0]["title"]) if message.embeds else ""


async def delivered(stub: DiscordStub, channel: Channel, text: str) -> Message:
    def found() -> Message | None:
        return next((each for each in stub.messages(channel) if title(each) == text), None)

    return await stub.until(found)


async def test_a_stock_bot_defers_edits_by_both_routes_and_answers_a_press() -> None:
    async with DiscordStub() as stub:
        channel, user = place(stub)
        async with stock_bot(stub):
            await stub.ready()
            asked = await stub.slash(channel, user, "status", task_id="t1")
            await asked.answered()
            message = await delivered(stub, channel, "t1 2")
            assert message is asked.message
            assert [version.thinking for version in message.history] == [True, False, False]
            assert [version.route for version in message.history] == [
                "callback",
                "token",
                "channel",
            ]
            assert [(each.name, each.data) for each in message.attachments] == [("grid.png", b"picture")]
            press = await stub.press(message, "again:t1", user, locale="zh-CN")
            await press.answered()
            assert press.ephemeral is not None
            assert press.ephemeral.content == "again t1 zh-CN on t1 2"
            assert press.message is None
            assert stub.messages(channel) == [message]
        await stub.gone()
        assert [each["name"] for each in stub.commands][:2] == ["status", "flood"]
        assert [event.status for event in stub.log if event.kind == "rejected"] == []


async def test_an_edit_held_before_is_not_applied_when_its_bot_is_killed() -> None:
    async with DiscordStub() as stub:
        channel, user = place(stub)
        async with stock_bot(stub) as process:
            await stub.ready()
            hold = stub.hold(*EDIT, when="before")
            asked = await stub.slash(channel, user, "status", task_id="t1")
            call = await hold.arrived()
            process.kill()
            await asyncio.wait_for(process.wait(), SECONDS)
            hold.release()
            await stub.until(lambda: any(event.kind == "rejected" for event in stub.log))
        message = asked.message
        assert message is not None
        assert call.form["embeds"][0]["title"] == "t1 2"
        assert title(message) == "t1 1"
        async with stock_bot(stub, RESUME=f"{channel.id} {message.id} resumed"):
            await stub.ready()
            assert title(message) == "resumed"
            press = await (await stub.press(message, "again:t1", user)).answered()
            assert press.ephemeral is not None


async def test_an_edit_held_after_is_applied_though_its_bot_gets_no_response() -> None:
    async with DiscordStub() as stub:
        channel, user = place(stub)
        async with stock_bot(stub) as process:
            await stub.ready()
            hold = stub.hold(*EDIT, when="after", times=1)
            await stub.slash(channel, user, "status", task_id="t1")
            await hold.arrived()
            process.kill()
            await asyncio.wait_for(process.wait(), SECONDS)
            message = stub.messages(channel)[0]
            assert title(message) == "t1 2"
        await stub.gone()
        async with stock_bot(stub, RESUME=f"{channel.id} {message.id} resumed"):
            await stub.ready()
            assert title(message) == "resumed"
            assert [event.kind for event in stub.log].count("dispatch") == 1
    # The held request of the dead bot was still there: closing the stub did not wait for it.


async def test_the_headers_keep_discord_py_from_ever_seeing_a_429() -> None:
    async with DiscordStub(edit_window=1.0) as stub:
        channel, user = place(stub)
        async with stock_bot(stub):
            await stub.ready()
            asked = await stub.slash(channel, user, "flood")
            message = await delivered(stub, channel, "7")
            assert asked.message is message
            edits = [version for version in message.history if version.route == "channel"]
            assert [version.embeds[0]["title"] for version in edits] == [str(n) for n in range(8)]
            asked_at = [each.at for each in stub.log if each.kind == "request" and each.method == "PATCH"]
            assert edits[5].at - asked_at[0] >= 1.0  # five, and the rest of the window
            assert stub.count_429 == 0


async def test_an_injected_429_is_counted_and_the_edit_still_arrives() -> None:
    async with DiscordStub() as stub:
        channel, user = place(stub)
        async with stock_bot(stub):
            await stub.ready()
            stub.fail(*EDIT, status=429, code=30046, times=2, retry_after=0.05)
            await stub.slash(channel, user, "status", task_id="t1")
            await delivered(stub, channel, "t1 2")
            assert stub.count_429 == 2


async def test_the_token_of_an_interaction_dies() -> None:
    async with DiscordStub() as stub:
        channel, user = place(stub)
        async with stock_bot(stub):
            await stub.ready()
            hold = stub.hold("PATCH", "/webhooks/*/*/messages/@original")
            asked = await stub.slash(channel, user, "late")
            await hold.arrived()
            asked.expire()
            hold.release()
            await stub.until(lambda: len(stub.messages(channel)) == 2)
            assert [each.content for each in stub.messages(channel)] == ["first", "401 50027"]


async def test_a_second_response_is_refused() -> None:
    async with DiscordStub() as stub:
        channel, user = place(stub)
        async with stock_bot(stub):
            await stub.ready()
            asked = await stub.slash(channel, user, "twice")
            await stub.until(lambda: len(asked.messages) == 2)
            assert [each.content for each in asked.messages] == ["one", "400 40060"]
            assert [each.ephemeral for each in asked.messages] == [True, False]


async def test_a_form_opens_and_is_submitted_in_a_direct_message() -> None:
    async with DiscordStub() as stub:
        user = stub.add_user("Ann")
        channel = stub.add_dm(user)
        async with stock_bot(stub):
            await stub.ready()
            opened = await (await stub.slash(channel, user, "note")).answered()
            sent = await (await stub.submit(opened, {"text": "hello"})).answered()
            assert sent.message is not None
            assert sent.message.content == "noted hello"


async def test_a_dropped_gateway_connection_is_resumed_and_misses_nothing() -> None:
    async with DiscordStub() as stub:
        channel, user = place(stub)
        async with stock_bot(stub):
            await stub.ready()
            await stub.gateway.reconnect()
            await stub.until(lambda: any(event.summary == "resumed" for event in stub.log))
            asked = await stub.slash(channel, user, "status", task_id="t1")
            await asked.answered()
            await delivered(stub, channel, "t1 2")


@pytest.mark.parametrize("kind", ["thread", "direct message"])
async def test_the_whole_flow_works_in_threads_and_direct_messages(kind: str) -> None:
    async with DiscordStub() as stub:
        parent, user = place(stub)
        channel = stub.add_thread(parent, "t") if kind == "thread" else stub.add_dm(user)
        async with stock_bot(stub):
            await stub.ready()
            await stub.slash(channel, user, "status", task_id="t1")
            message = await delivered(stub, channel, "t1 2")
            press = await (await stub.press(message, "again:t1", user)).answered()
            assert press.ephemeral is not None


async def test_a_bot_outlives_losing_channels_and_guilds_and_still_autocompletes() -> None:
    async with DiscordStub() as stub:
        gone, user = place(stub)
        channel, lost = place(stub)[0], place(stub)[0]
        assert lost.guild is not None
        async with stock_bot(stub):
            await stub.ready()
            await stub.delete_channel(gone)
            await stub.remove_bot(lost.guild)
            typed = await stub.autocomplete(channel, user, "status", focused="task_id", task_id="t")
            await typed.answered()
            assert typed.choices == [{"name": "t!", "value": "t"}]
