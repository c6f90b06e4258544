"""The demo with each kind of image service, without a browser: what its page receives."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from mjbot.sandbox.demo import run_demo
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.dialect_names import DialectName


async def messages(address: str) -> AsyncIterator[dict[str, Any]]:
    """Yield each message that the page receives, as often as it changes."""
    async with aiohttp.ClientSession() as session, session.get(f"{address}events") as events:
        async for line in events.content:
            if line.startswith(b"data: {"):
                for row in json.loads(line.removeprefix(b"data: ")).get("put", ()):
                    yield row


@pytest.mark.parametrize("dialect", list(DialectName))
async def test_the_demo_shows_a_result_with_its_picture_and_buttons_of_each_dialect(dialect: str) -> None:
    said: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(run_demo(0, "en-US", dialect, said.set_result))
    try:
        found = re.search(r"http://\S+/", await asyncio.wait_for(said, 30))
        assert found
        async with asyncio.timeout(30):
            async for row in messages(found[0]):
                grid = DemoIds.GRID in str(row["embeds"])
                if grid and row["attachments"] and '"U1"' in json.dumps(row["components"]):
                    break
    finally:
        running.cancel()
        await asyncio.wait([running])
