"""Fetching images from real servers: the requests, what is rejected, and when a download is cancelled."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from mjbot.clock import Clock
from mjbot.core.card.card import Picture
from mjbot.pictures import DEFAULT_LIMITS, ImageLimits, ImageMode, Pictures, picture_session
from mjbot.ports import is_smaller_copy
from tests.pictures.test_raster import noise, png_of
from tests.pictures.web import Web, drawn, final, load, ok, redirect

MIB = 1024 * 1024
Open = Callable[..., Awaitable[Pictures]]


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web(ok(drawn())) as web:
        yield web


@pytest.fixture
async def opened(web: Web) -> AsyncIterator[Open]:
    """`Pictures` of an image service at ``web``."""
    async with AsyncExitStack() as stack:

        async def pictures(mode: ImageMode = "auto", limits: ImageLimits = DEFAULT_LIMITS) -> Pictures:
            session = await stack.enter_async_context(picture_session(web.url))
            pictures = Pictures(session, Clock(), mode, f"{web.url}/mj", limits)
            stack.push_async_callback(pictures.close)
            return pictures

        yield pictures


@pytest.mark.parametrize(
    "target",
    [
        "/a.png?ex=68f0&is=67ee&hm=0a1b&",
        "/a%2fb/%E4%BD%A0.png?x=%7e&y=a+b&&z",
        "/%zz?sig=aB%2F%2f==",
        "//a/../b.png;v=1?q='\"|^`{}",
    ],
)
async def test_the_query_is_kept_byte_for_byte(web: Web, opened: Open, target: str) -> None:
    pictures = await opened()
    assert await load(pictures, final(web.url + target)) is not None
    web.answers["/moved"] = redirect(web.url + target)
    assert await load(pictures, final(f"{web.url}/moved")) is not None
    assert web.targets == [target, "/moved", target]


async def test_an_image_url_with_a_private_host_is_fetched_from_the_service(web: Web, opened: Open) -> None:
    pictures = await opened()
    assert await load(pictures, final("http://localhost:1/mj-fast/mj/image/17?rand=%2f&")) is not None
    assert web.targets == ["/mj/image/17?rand=%2f&"]


async def test_a_rebased_link_is_shown_if_the_service_is_public(opened: Open) -> None:
    async with picture_session("https://gw.example.com") as session:
        pictures = Pictures(session, Clock(), "auto", "https://gw.example.com/mj")
        preview = Picture("http://localhost:8080/mj/image/17?rand=1&", final=False)
        assert pictures.link(preview) == "https://gw.example.com/mj/image/17?rand=1&"
        assert not pictures.attaches(preview)
        assert pictures.link(Picture(f"https://h.example/{'a' * 2050}", final=False)) is None
    assert (await opened()).link(preview) is None


@pytest.mark.parametrize(
    ("mode", "url", "is_final", "attached"),
    [
        ("auto", "https://cdn.example.com/a.png", True, True),
        ("auto", "https://cdn.example.com/a.png", False, False),
        ("auto", "http://10.0.0.1/a.png", False, True),
        ("link", "http://10.0.0.1/a.png", True, False),
        ("attach", "https://cdn.example.com/a.png", False, True),
    ],
)
async def test_the_setting_decides_what_is_attached(
    opened: Open, mode: ImageMode, url: str, is_final: bool, attached: bool
) -> None:
    assert (await opened(mode)).attaches(Picture(url, final=is_final)) is attached


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_the_file_extension_follows_the_bytes_not_the_server(web: Web, opened: Open, kind: str) -> None:
    data = drawn(kind)
    web.answer = ok(data, "application/octet-stream")
    file = await load(await opened(), final(f"{web.url}/a.svg"))
    assert file is not None
    assert file.name.rpartition(".")[2] == {"JPEG": "jpg"}.get(kind, kind.lower())
    assert (file.data, file.alt, is_smaller_copy(file.url)) == (data, "a cat", False)


@pytest.mark.parametrize(
    "answer",
    [
        ok(b""),
        ok(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ok(b"<!DOCTYPE html>", "text/html"),
        ok(b'{"error":"gone"}', "application/json"),
        ok(gzip.compress(drawn())).replace(b"\r\n", b"\r\nContent-Encoding: gzip\r\n", 1),
        ok(png_of(60_000, 60_000)),
        ok(drawn()).replace(b"200 OK", b"403 Forbidden"),
        ok(drawn())[:-10],
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"not http at all\r\n\r\n",
        b"",
        redirect("ftp://example.com/a.png"),
        redirect("file:///etc/passwd"),
        redirect("http://[x/"),
        redirect("/a.png"),  # endless
    ],
    ids=lambda answer: repr(answer[:15] + answer[-15:]),
)
async def test_anything_but_an_image_is_not_attached(web: Web, opened: Open, answer: bytes) -> None:
    web.answer = answer
    assert await load(await opened(), final(f"{web.url}/a.png")) is None
    assert len(web.heads) <= 5


@pytest.mark.parametrize("url", ["", "a.png", "ftp://h/a", "http://[x/a.png", "http://", "http://h/\ud83d"])
async def test_an_invalid_url_is_not_fetched(opened: Open, url: str) -> None:
    assert await load(await opened(), final(url)) is None


@pytest.mark.parametrize("is_final", [True, False])
async def test_an_endless_body_is_cut_off(web: Web, opened: Open, is_final: bool) -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + drawn())
        while True:
            writer.write(bytes(MIB))
            await writer.drain()
            sent += MIB

    web.answer = endless
    pictures = await opened()
    assert await load(pictures, Picture(f"{web.url}/a.png", final=is_final)) is None
    # Socket buffers come on top.
    max_bytes = DEFAULT_LIMITS.final_bytes if is_final else DEFAULT_LIMITS.preview_bytes
    assert sent < max_bytes + 16 * MIB


async def test_a_trickling_body_ends_at_the_timeout(web: Web, opened: Open) -> None:
    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + drawn())
        while True:
            writer.write(b"\0")
            await writer.drain()
            await asyncio.sleep(0)

    web.answer = trickle
    pictures = await opened(limits=replace(DEFAULT_LIMITS, final_seconds=0.3))
    async with asyncio.timeout(5):
        assert await load(pictures, final(f"{web.url}/a.png")) is None


async def test_a_result_too_large_for_discord_is_attached_as_a_smaller_copy(web: Web, opened: Open) -> None:
    data = noise("RGB", 256, "PNG")
    web.answer = ok(data)
    pictures = await opened(limits=replace(DEFAULT_LIMITS, attached_bytes=len(data) - 1))
    file = await load(pictures, final(f"{web.url}/a.png"))
    assert file is not None
    assert is_smaller_copy(file.url)
    assert file.name.endswith(".webp")
    assert len(file.data) < len(data)
    whole = await opened(limits=replace(DEFAULT_LIMITS, attached_bytes=len(data)))
    file = await load(whole, final(f"{web.url}/a.png"))
    assert file is not None
    assert (is_smaller_copy(file.url), file.data) == (False, data)


async def test_an_image_is_fetched_once_for_all_its_cards(web: Web, opened: Open) -> None:
    pictures = await opened()
    files = await asyncio.gather(*(load(pictures, final(f"{web.url}/a.png")) for _ in range(5)))
    assert len({id(file) for file in files}) == len(web.heads) == 1
