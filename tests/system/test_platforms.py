"""The commands without what only POSIX has. On Windows itself the workflow runs the quick tests."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.system.conftest import ProcessHarness
from tests.system.discord_stub.log import SECONDS
from tests.system.process import BotProcess, measured

SHIM = str(Path(__file__).parent / "windows_shim")
HIDDEN = "uvloop,fcntl"


@pytest.fixture
def windows(harness: ProcessHarness) -> None:
    harness.bot.environment |= {"PYTHONPATH": SHIM, "HIDDEN_MODULES": HIDDEN}


async def test_the_bot_runs_and_stops_cleanly_without_what_only_posix_has(
    harness: ProcessHarness, windows: None
) -> None:
    assert await harness.bot.terminate() == 0
    await harness.bot.start()
    await harness.ask()
    await harness.done()
    assert await harness.bot.terminate() == 0
    assert "Traceback" not in harness.bot.log.read_text(encoding="utf-8")


async def test_a_second_bot_is_refused_without_what_only_posix_has(
    harness: ProcessHarness, windows: None, tmp_path: Path
) -> None:
    assert await harness.bot.terminate() == 0
    await harness.bot.start()
    other = BotProcess(harness.stub, harness.upstream, tmp_path, counted=True)
    other.environment |= harness.bot.environment
    await other.launch()
    assert await other.exited() == 69
    assert "Another mjbot is using the database" in other.log.read_text(encoding="utf-8")


async def test_the_demo_runs_and_stops_cleanly_without_what_only_posix_has(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mjbot", "demo", "--port", "0"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **measured(), "PYTHONPATH": SHIM, "HIDDEN_MODULES": HIDDEN},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(SECONDS):
        while not re.search(rb"http://127\.0\.0\.1:\d+/", await process.stdout.readline()):
            assert process.returncode is None
        process.terminate()
        printed, failed = await process.communicate()
    assert process.returncode == 0
    assert b"The demo has ended." in printed
    assert failed == b""
