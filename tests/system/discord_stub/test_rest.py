"""The REST side of the stub, by bare requests that no well-behaved library would send."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.system.discord_stub import DiscordStub, RateLimits
from tests.system.discord_stub.log import SECONDS
from tests.system.discord_stub.state import HISTORY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.system.discord_stub import Channel, Message

EDIT = ("PATCH", "/channels/*/messages/*")


def place(stub: DiscordStub) -> Channel:
    return stub.add_channel(stub.add_guild("Team"), "general")


class Client:
    def __init__(self, stub: DiscordStub, session: aiohttp.ClientSession) -> None:
        self._stub, self._session = stub, session

    async def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any, dict[str, str]]:
        headers = {"Authorization": f"Bot {self._stub.token}"}
        url = self._stub.api_url + path
        async with self._session.request(method, url, json=body, headers=headers) as reply:
            data = await reply.json() if reply.status != 204 else None
            return reply.status, data, dict(reply.headers)

    async def send(self, channel: Channel, text: str) -> Message:
        status, _, _ = await self("POST", f"/channels/{channel.id}/messages", {"content": text})
        assert status == 200
        return self._stub.messages(channel)[-1]

    async def edit(self, message: Message, **body: Any) -> tuple[int, Any, dict[str, str]]:
        path = f"/channels/{message.channel.id}/messages/{message.id}"
        return await self("PATCH", path, body)


@asynccontextmanager
async def bare(stub: DiscordStub) -> AsyncIterator[Client]:
    async with stub, aiohttp.ClientSession() as session:
        yield Client(stub, session)


async def test_sends_and_edits_of_one_channel_share_five_per_window() -> None:
    stub = DiscordStub()
    async with bare(stub) as client:
        channel, other = place(stub), place(stub)
        message = await client.send(channel, "a")
        for left in (3, 2, 1, 0):
            status, _, headers = await client.edit(message, content=str(left))
            assert (status, headers["X-RateLimit-Remaining"]) == (200, str(left))
            assert headers["Content-Type"] == "application/json"
        status, body, headers = await client.edit(message, content="too much")
        assert (status, body["global"], headers["X-RateLimit-Scope"]) == (429, False, "user")
        assert 0 < body["retry_after"] <= 5
        assert headers["Via"]
        assert message.content == "0"
        assert stub.count_429 == 1
        await client.send(other, "another channel has its own window")


async def test_a_channel_lists_its_messages_newest_first_and_none_without_the_permission() -> None:
    stub = DiscordStub()
    async with bare(stub) as client:
        channel = place(stub)
        first, *others = [await client.send(channel, text) for text in "abcd"]
        others[1].deleted = True

        async def listed(query: str) -> list[str]:
            _, body, _ = await client("GET", f"/channels/{channel.id}/messages{query}")
            return [each["content"] for each in body]

        assert await listed("") == ["d", "b", "a"]
        assert await listed("?limit=2") == ["d", "b"]
        assert await listed(f"?limit=1&after={first.id}") == ["b"]
        channel.app_permissions &= ~HISTORY
        assert await listed("") == []


async def test_fifty_requests_are_the_limit_of_all_channels_together() -> None:
    stub = DiscordStub(limits=RateLimits(overall=(50, 10.0)))
    async with bare(stub) as client:
        guild = stub.add_guild("Team")
        channels = [stub.add_channel(guild, f"c{n}") for n in range(60)]
        calls = (client("GET", f"/channels/{channel.id}") for channel in channels)
        answers = await asyncio.gather(*calls)
        refused = [body for status, body, _ in answers if status == 429]
        assert len(refused) == 10
        assert all(body["global"] for body in refused)
        assert stub.count_429 == len(refused)


async def test_the_tokens_of_one_channel_may_share_a_limit_that_no_header_reports() -> None:
    stub = DiscordStub(limits=RateLimits(shared_tokens=(3, 10.0)))
    async with bare(stub) as client:
        channel, user = place(stub), stub.add_user("ann")
        tokens = [stub.answered(channel, user).token for _ in range(4)]
        other = stub.answered(place(stub), user).token
        answers = [
            await client("PATCH", f"/webhooks/1/{token}/messages/@original", {"content": "b"})
            for token in (*tokens, other)
        ]
        assert [status for status, _, _ in answers] == [200, 200, 200, 429, 200]
        _, body, headers = answers[3]
        assert (headers["X-RateLimit-Scope"], headers["X-RateLimit-Remaining"]) == ("shared", "4")
        assert 0 < body["retry_after"] <= 10
        assert stub.count_429 == 1


async def test_a_message_older_than_an_hour_takes_three_edits() -> None:
    stub = DiscordStub(limits=RateLimits(edits=(20, 5.0)))
    async with bare(stub) as client:
        message = await client.send(place(stub), "a")
        stub.age(message, 3700)
        statuses = [(await client.edit(message, content=str(n)))[0] for n in range(3)]
        status, body, headers = await client.edit(message, content="3")
        assert [*statuses, status] == [200, 200, 200, 429]
        assert body["code"] == 30046
        # The sub-limit cannot be seen in the headers, which is what makes it dangerous.
        assert headers["X-RateLimit-Remaining"] == "15"
        assert message.content == "2"


async def test_what_is_gone_or_out_of_reach_is_refused_by_its_own_code() -> None:
    stub = DiscordStub()
    async with bare(stub) as client:
        channel = place(stub)
        message = await client.send(channel, "a")
        stub.delete_message(message)
        assert (await client.edit(message, content="b"))[1]["code"] == 10008
        channel.app_permissions = 0
        assert (await client.edit(message, content="b"))[1]["code"] == 50001
        channel.deleted = True
        assert (await client.edit(message, content="b"))[1]["code"] == 10003
        thread = stub.add_thread(stub.add_channel(stub.add_guild("Other"), "c"), "t")
        message = await client.send(thread, "a")
        thread.archived = True
        assert (await client.edit(message, content="b"))[1]["code"] == 50083
        assert (await client.edit(message, content=""))[0] == 400


async def test_a_dropped_request_breaks_the_connection_and_changes_nothing() -> None:
    stub = DiscordStub()
    async with bare(stub) as client:
        message = await client.send(place(stub), "a")
        hold = stub.hold(*EDIT)
        edit = asyncio.create_task(client.edit(message, content="b"))
        await hold.arrived()
        hold.drop()
        with pytest.raises(aiohttp.ClientConnectionError):
            await edit
        assert message.content == "a"
        assert (await client.edit(message, content="c"))[0] == 200


async def test_closing_the_stub_waits_neither_for_held_requests_nor_for_silent_sockets() -> None:
    stub = DiscordStub()
    async with asyncio.timeout(SECONDS), aiohttp.ClientSession() as session:
        async with stub:
            client = Client(stub, session)
            message = await client.send(place(stub), "a")
            await session.ws_connect(f"{stub.base_url}/gateway")  # and never reads from it
            hold = stub.hold(*EDIT, when="after")
            edit = asyncio.create_task(client.edit(message, content="b"))
            await hold.arrived()
        with pytest.raises(aiohttp.ClientConnectionError):
            await edit
        assert message.content == "b"


async def test_a_wait_that_fails_reports_the_last_events() -> None:
    stub = DiscordStub()
    async with bare(stub) as client:
        await client.send(place(stub), "a")
        with pytest.raises(TimeoutError, match="answered POST /channels"):
            await stub.until(lambda: False, timeout=0.01)
