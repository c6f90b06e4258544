"""Scripted answers are what Discord, or what stands before it, sends; and they match by the body."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.discord_answers import (
    ANNOUNCEMENT_LIMIT,
    BAD_JSON_502,
    BY_CHANNEL,
    EDITS,
    EXPLICIT_CONTENT,
    GATEWAY,
    HARMFUL_LINK,
    JSON_WITHOUT_CODE,
    LOGIN,
    LOST_RESPONSE,
    MISSING_ACCESS,
    NO_ANSWER,
    NO_CONNECTION,
    PAGES,
    TOO_LARGE,
    UNREADABLE,
    has_file,
    malformed,
    mentions,
    page,
    rate_limited,
)
from tests.system.discord_stub import DiscordStub
from tests.system.discord_stub.log import SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.discord_answers import Answer
    from tests.system.discord_stub import Message

BAD = "cdn.bad.example"


@dataclass
class Client:
    """Bare requests: the status, the headers and the text of each answer."""

    stub: DiscordStub
    session: aiohttp.ClientSession
    message: Message

    async def __call__(self, method: str, path: str, body: Any = None, *, file: bool = False) -> Sent:
        headers = {"Authorization": f"Bot {self.stub.token}"}
        given: dict[str, Any] = {"json": body}
        if file:
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", json.dumps(body))
            form.add_field("files[0]", b"picture", filename="grid.png", content_type="image/png")
            given = {"data": form}
        address = self.stub.api_url + path
        async with self.session.request(method, address, headers=headers, **given) as reply:
            return Sent(reply.status, dict(reply.headers), await reply.text())

    async def edit(self, *, file: bool = False, **body: Any) -> Sent:
        path = f"/channels/{self.message.channel.id}/messages/{self.message.id}"
        return await self("PATCH", path, body, file=file)


@dataclass(frozen=True)
class Sent:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def code(self) -> int:
        return int(json.loads(self.text)["code"])


@asynccontextmanager
async def client() -> AsyncIterator[Client]:
    async with DiscordStub() as stub, aiohttp.ClientSession() as session:
        channel = stub.add_channel(stub.add_guild("Team"), "general")
        yield Client(stub, session, stub.standing(channel, {"content": "a"}))


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (EXPLICIT_CONTENT, 400, 20009),
        (HARMFUL_LINK, 400, 240000),
        (malformed("embeds.0.image.url"), 400, 50035),
        (TOO_LARGE, 413, 40005),
        (MISSING_ACCESS, 403, 50001),
        (ANNOUNCEMENT_LIMIT, 403, 20022),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
async def test_an_error_of_the_api_is_json_with_its_code_and_changes_nothing(
    answer: Answer, status: int, code: int
) -> None:
    async with client() as discord:
        refusal = discord.stub.refuse("PATCH", EDITS, answer)
        sent = await discord.edit(content="b")
        assert (sent.status, sent.code) == (status, code)
        assert sent.headers["Content-Type"] == "application/json"  # exactly: discord.py compares it
        assert discord.message.content == "a"
        assert refusal.given == 1


def test_a_scripted_50035_has_the_shape_of_one_that_the_stub_finds_by_itself() -> None:
    leaf = json.loads(malformed("embeds.0.image.url").body)["errors"]["embeds"]["0"]["image"]["url"]
    assert leaf == {"_errors": [{"code": "URL_TYPE_INVALID_URL", "message": "Not a well formed URL."}]}


@pytest.mark.parametrize("answer", PAGES, ids=lambda each: each.name)
async def test_a_page_is_html_and_changes_nothing(answer: Answer) -> None:
    async with client() as discord:
        discord.stub.refuse("PATCH", EDITS, answer)
        sent = await discord.edit(content="b")
        assert sent.status == answer.status
        assert sent.headers["Content-Type"].startswith("text/html")
        assert "Via" not in sent.headers
        assert sent.text.startswith("<!DOCTYPE html>")
        assert discord.message.content == "a"
        assert discord.stub.count_429 == (answer.status == 429)


@pytest.mark.parametrize("answer", [JSON_WITHOUT_CODE, BAD_JSON_502], ids=lambda each: each.name)
async def test_what_is_declared_as_json_may_lack_a_code_or_be_cut(answer: Answer) -> None:
    async with client() as discord:
        discord.stub.refuse("PATCH", EDITS, answer)
        sent = await discord.edit(content="b")
        assert (sent.status, sent.text) == (answer.status, answer.body)
        assert sent.headers["Content-Type"] == "application/json"
        assert discord.message.content == "a"


@pytest.mark.parametrize("answer", UNREADABLE, ids=lambda each: each.name)
async def test_an_unreadable_answer_comes_after_the_edit_was_made(answer: Answer) -> None:
    async with client() as discord:
        discord.stub.refuse("PATCH", EDITS, answer)
        sent = await discord.edit(content="b")
        assert (sent.status, sent.text) == (200, answer.body)
        assert discord.message.content == "b"


@pytest.mark.parametrize(("answer", "content"), [(LOST_RESPONSE, "b"), (NO_CONNECTION, "a")])
async def test_a_lost_response_takes_effect_and_a_lost_request_does_not(answer: Answer, content: str) -> None:
    async with client() as discord:
        refusal = discord.stub.refuse("PATCH", EDITS, answer, times=1)
        with pytest.raises(aiohttp.ClientConnectionError):
            await discord.edit(content="b")
        assert discord.message.content == content
        assert refusal.given == 1
        assert (await discord.edit(content="c")).status == 200


async def test_an_answer_that_never_comes_holds_up_neither_others_nor_the_end_of_the_stub() -> None:
    async with asyncio.timeout(SECONDS), client() as discord:
        discord.stub.refuse("PATCH", EDITS, NO_ANSWER, times=1)
        silent = asyncio.create_task(discord.edit(content="b"))
        await discord.stub.until(lambda: discord.message.content == "b")
        assert (await discord.edit(content="c")).status == 200
        assert not silent.done()
        discord.stub.accept_everything()
        assert not silent.done()
        await discord.stub.__aexit__()
        with pytest.raises(aiohttp.ClientConnectionError):
            await silent


async def test_only_bodies_with_a_file_are_refused() -> None:
    async with client() as discord:
        refusal = discord.stub.refuse("PATCH", BY_CHANNEL, EXPLICIT_CONTENT, match=has_file)
        assert (await discord.edit(content="b", file=True)).code == 20009
        assert (await discord.edit(content="b")).status == 200
        assert discord.message.attachments == []
        assert refusal.given == 1


@pytest.mark.parametrize(
    "body",
    [
        {"embeds": [{"title": "a", "image": {"url": f"https://{BAD}/a.png"}}]},
        {"embeds": [{"description": f"图 [a](https://{BAD}/a.png)"}]},
        {"components": [{"type": 1, "components": [{"type": 2, "style": 5, "url": f"https://{BAD}"}]}]},
        {"content": BAD},
    ],
    ids=["image", "description", "button", "content"],
)
async def test_only_bodies_that_hold_a_host_anywhere_are_refused(body: dict[str, Any]) -> None:
    async with client() as discord:
        discord.stub.refuse("*", "/**", HARMFUL_LINK, match=mentions(BAD))
        assert (await discord.edit(**body)).code == 240000
        assert (await discord.edit(content="cdn.good.example")).status == 200


async def test_a_refusal_ends_after_its_times_or_when_everything_is_accepted() -> None:
    async with client() as discord:
        twice = discord.stub.refuse("PATCH", EDITS, EXPLICIT_CONTENT, times=2)
        always = discord.stub.refuse("PATCH", EDITS, page(403))
        assert [(await discord.edit(content="b")).status for _ in range(4)] == [400, 400, 403, 403]
        assert (twice.given, always.given) == (2, 2)
        discord.stub.accept_everything()
        assert (await discord.edit(content="b")).status == 200
        assert (twice.given, always.given) == (2, 2)


@pytest.mark.parametrize("answer", [UNREADABLE[0], LOST_RESPONSE], ids=lambda each: each.name)
async def test_what_discord_itself_refuses_is_told_and_is_no_lost_or_unreadable_success(
    answer: Answer,
) -> None:
    async with client() as discord:
        refusal = discord.stub.refuse("PATCH", EDITS, answer)
        discord.stub.delete_message(discord.message)
        assert (await discord.edit(content="b")).code == 10008
        assert refusal.given == 0


@pytest.mark.parametrize("path", [LOGIN, GATEWAY])
async def test_a_login_meets_the_limit_of_the_api_or_of_cloudflare_or_silence(path: str) -> None:
    async with asyncio.timeout(SECONDS), client() as discord:
        discord.stub.refuse("GET", path, rate_limited(60, "global"), times=1)
        sent = await discord("GET", path)
        assert (sent.status, sent.headers["Via"], sent.headers["Retry-After"]) == (429, "1.1 google", "60")
        assert json.loads(sent.text) == {
            "message": "You are being rate limited.",
            "retry_after": 60,
            "global": True,
        }
        discord.stub.refuse("GET", path, page(429, retry_after=900), times=1)
        sent = await discord("GET", path)
        assert (sent.status, sent.headers["Retry-After"], "Via" in sent.headers) == (429, "900", False)
        assert discord.stub.count_429 == 2
        silence = discord.stub.refuse("GET", path, NO_ANSWER, times=1)
        silent = asyncio.create_task(discord("GET", path))
        await discord.stub.until(lambda: silence.given)
        assert (await discord("GET", path)).status == 200
        assert not silent.done()
        silent.cancel()


async def identify(discord: Client, **data: Any) -> aiohttp.ClientWebSocketResponse:
    """A connection to the gateway that has asked for a session."""
    socket = await discord.session.ws_connect(f"{discord.stub.base_url}/gateway")
    await socket.receive_json()  # HELLO
    op = 6 if data else 2
    await socket.send_json({"op": op, "d": {"token": discord.stub.token, "intents": 1, **data}})
    return socket


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (4000, "Unknown error."),
        (4004, "Authentication failed."),
        (4009, "Session timed out."),
        (4013, "Invalid intent(s)."),
        (4014, "Disallowed intent(s)."),
    ],
)
async def test_the_gateway_closes_with_a_code_in_place_of_a_session(code: int, reason: str) -> None:
    async with client() as discord:
        refusal = discord.stub.gateway.refuse(code, times=1)
        closed = await (await identify(discord)).receive()
        assert (closed.type, closed.data, closed.extra) == (aiohttp.WSMsgType.CLOSE, code, reason)
        assert refusal.given == 1
        ready = await (await identify(discord)).receive_json()
        assert ready["t"] == "READY"


@pytest.mark.parametrize(("code", "kept"), [(4000, True), (4009, False)])
async def test_only_a_session_that_timed_out_cannot_be_resumed(code: int, kept: bool) -> None:
    async with client() as discord:
        socket = await identify(discord)
        session = (await socket.receive_json())["d"]["session_id"]
        closing = asyncio.create_task(discord.stub.gateway.close(code))
        while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
            pass
        await closing
        assert socket.close_code == code
        resumed = await (await identify(discord, session_id=session, seq=2)).receive_json()
        assert (resumed["op"], resumed["t"] if kept else None) == ((0, "RESUMED") if kept else (9, None))


async def test_a_gateway_that_refuses_accepts_again_with_everything_else() -> None:
    async with client() as discord:
        refusal = discord.stub.gateway.refuse(4014)
        for _ in range(2):
            assert (await (await identify(discord)).receive()).data == 4014
        discord.stub.accept_everything()
        assert (await (await identify(discord)).receive_json())["t"] == "READY"
        assert refusal.given == 2
