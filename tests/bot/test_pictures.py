"""Results in the simulated Discord: attached, described, fetched from the service and without its key."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Self
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from tests.bot.conftest import GRID, RUNNING, BotFactory, BotHarness

KEY = "sandbox-key"


class Wiretap:
    """Passes bytes on to a server, and keeps what was said to it."""

    def __init__(self, url: str) -> None:
        self._port = urlsplit(url).port
        self._heard: list[bytearray] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def requests(self) -> list[str]:
        """Every request, from its first line on; a connection may carry several."""
        said = [each.decode("latin-1") for each in self._heard]
        return [one for each in said for one in re.split(r"(?=(?:GET|POST) /)", each) if one]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = bytearray()
        self._heard.append(heard)
        there, here = await asyncio.open_connection("127.0.0.1", self._port)
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(_pass(reader, here, heard), _pass(there, writer, bytearray()))


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: bytearray) -> None:
    try:
        while data := await reader.read(64 * 1024):
            heard += data
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@pytest.fixture
async def tapped(bot_factory: BotFactory) -> AsyncIterator[tuple[BotHarness, Wiretap]]:
    """A stage whose bot talks to the image service through a wiretap."""
    harness = await bot_factory.open()
    async with Wiretap(harness.server.url) as tap:
        harness.world.base_url = tap.url
        await bot_factory.restart(harness, upstream_url=tap.url, upstream_key=SecretStr(KEY))
        yield harness, tap


async def test_the_key_is_sent_with_every_reading_and_with_no_picture(
    tapped: tuple[BotHarness, Wiretap],
) -> None:
    harness, tap = tapped
    await harness.ask(RUNNING)
    await harness.wait(45)
    assert len(harness.messages[0].attachments) == 1
    pictures = [each for each in tap.requests if "/attachments/" in each.splitlines()[0]]
    readings = [each for each in tap.requests if "/mj/task/" in each.splitlines()[0]]
    assert len(pictures) >= 4
    assert all(KEY not in each and "authorization" not in each.lower() for each in pictures)
    assert readings
    assert all(KEY in each for each in readings)


async def test_a_result_is_attached_whole_with_its_prompt_as_alt_text(harness: BotHarness) -> None:
    await harness.show(GRID)
    attachment = harness.messages[0].attachments[0]
    assert await attachment.read() == harness.world.final_picture(GRID)
    assert attachment.description
    assert attachment.filename.startswith("final-")
    assert harness.card.image.url
    assert attachment.filename in harness.card.image.url


async def test_a_web_page_in_place_of_a_result_is_not_attached(harness: BotHarness) -> None:
    harness.server.fail("/attachments/*", status=200, body="<html>", content_type="image/png")
    await harness.show(GRID)
    assert harness.card.title == "Done"
    assert harness.messages[0].attachments == []
    assert "The picture couldn't be shown here." in (harness.card.description or "")


async def test_a_result_said_to_be_on_localhost_is_fetched_from_the_service(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("new-api")
    await harness.show(GRID)
    assert [each.path for each in harness.server.requests if "/image/" in each.path] == [f"/mj/image/{GRID}"]
    assert await harness.messages[0].attachments[0].read() == harness.world.final_picture(GRID)


async def test_a_result_whose_host_had_a_bad_moment_is_attached_a_little_later(harness: BotHarness) -> None:
    harness.server.fail("/attachments/*", status=503)
    await harness.ask(GRID)
    await harness.wait(5)
    assert "The picture couldn't be shown here." in (harness.card.description or "")
    assert len(await harness.bot.app.stores.watches.open_watches()) == 1
    harness.server.clear_faults()
    await harness.wait(20)
    assert await harness.messages[0].attachments[0].read() == harness.world.final_picture(GRID)
    assert "couldn't be shown" not in (harness.card.description or "")
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_a_result_that_cannot_be_had_is_given_up_in_the_end(harness: BotHarness) -> None:
    harness.server.fail("/attachments/*", status=404)
    await harness.ask(GRID)
    await harness.wait(420)
    assert "The picture couldn't be shown here." in (harness.card.description or "")
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_where_only_links_are_wanted_one_that_nobody_can_fetch_is_attached_after_all(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    await bot_factory.restart(harness, images="link")
    await harness.ask(GRID)
    await harness.wait(30)
    assert len(harness.messages[0].attachments) == 1
