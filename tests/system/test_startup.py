"""What an operator reads when the process cannot start."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from mjbot.runner import closed_for_good
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from mjbot.ui.http import login_wait
from tests.discord_answers import (
    BROKEN_COMPRESSION,
    GATEWAY,
    NO_CONNECTION,
    UNREADABLE,
    Answer,
    api_error,
    page,
    rate_limited,
)
from tests.system.discord_stub import DiscordStub
from tests.system.discord_stub.log import SECONDS
from tests.system.process import BotProcess, measured

GOOD = {
    "MJBOT_DISCORD_TOKEN": "token-canary",
    "MJBOT_DISCORD_API_URL": "http://127.0.0.1:9/api/v10",
    "MJBOT_UPSTREAM_URL": "http://127.0.0.1:9",
    "MJBOT_UPSTREAM_KEY": "key-canary",
}


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mjbot", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **measured(), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_settings_each_missing_one_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, "run")
    assert result.returncode == 78
    for name in ("DISCORD_TOKEN", "UPSTREAM_URL", "UPSTREAM_KEY"):
        assert f"MJBOT_{name}: is not set" in result.stderr


def test_without_a_network_one_line_says_so(tmp_path: Path) -> None:
    result = run(tmp_path, "run", **GOOD)
    assert result.returncode == 69
    assert "Discord cannot be reached" in result.stderr
    assert "Traceback" not in result.stderr
    assert "canary" not in result.stderr


def test_a_failure_that_nothing_expects_ends_with_70_and_its_traceback(tmp_path: Path) -> None:
    command = ["sh", "-c", f'ulimit -n 8; exec "{sys.executable}" -m mjbot run']  # too few for an event loop
    result = subprocess.run(
        command, cwd=tmp_path, env=os.environ | GOOD, capture_output=True, text=True, check=False
    )
    assert result.returncode == 70
    assert "an unexpected failure" in result.stderr
    assert "Traceback" in result.stderr


async def test_a_tls_handshake_or_a_name_that_fails_is_one_sentence(
    tmp_path: Path, stub: DiscordStub
) -> None:
    secure = await asyncio.start_server(_hang_up, "127.0.0.1", 0)
    async with secure:
        hangs_up = secure.sockets[0].getsockname()[1]
        addresses = {
            stub.api_url.replace("http://", "https://"): "no secure connection (TLS) can be made",
            f"https://127.0.0.1:{hangs_up}/api/v10": "",
            "https://discord.invalid/api/v10": "its host name cannot be found",
        }
        for url, words in addresses.items():
            result = await asyncio.to_thread(run, tmp_path, "run", **GOOD | {"MJBOT_DISCORD_API_URL": url})
            assert result.returncode == 69
            assert f"Discord cannot be reached: {words}" in result.stderr
            assert "Traceback" not in result.stderr


async def _hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def test_a_taken_port_of_the_demo_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run(tmp_path, "demo", "--port", str(port))
    assert result.returncode == 69
    assert f"Port {port} is taken." in result.stderr
    assert "Traceback" not in result.stderr


def test_a_login_that_discord_never_answers_ends_with_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        url = f"http://127.0.0.1:{port}/api/v10"
        result = run(tmp_path, "run", **GOOD | {"MJBOT_DISCORD_API_URL": url})
    assert result.returncode == 69
    assert "Discord did not answer in time." in result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture
async def stub() -> AsyncIterator[DiscordStub]:
    async with DiscordStub() as started:
        yield started


@pytest.fixture
async def bot(stub: DiscordStub, tmp_path: Path) -> AsyncIterator[BotProcess]:
    """A bot that is not started yet."""
    async with SandboxServer(World(), time.time) as upstream:
        process = BotProcess(stub, upstream, tmp_path, counted=True)
        yield process
        await process.close()


CLOSE_CODES = {
    4004: (78, "MJBOT_DISCORD_TOKEN"),
    4010: (69, "number of a shard"),
    4011: (69, "more shards"),
    4012: (78, "version of the gateway"),
    4013: (78, "refused the intents"),
    4014: (78, "privileged intent"),
}


@pytest.mark.parametrize("code", CLOSE_CODES)
def test_each_close_code_of_the_gateway_has_its_sentence(code: int) -> None:
    exit_code, told = CLOSE_CODES[code]
    error = closed_for_good(code)
    assert told in str(error)
    assert error.lasting == (exit_code == 78)


def test_an_unknown_close_code_is_named_and_a_restart_may_help() -> None:
    assert "4999" in str(closed_for_good(4999))
    assert not closed_for_good(4999).lasting


@pytest.mark.parametrize("code", [4004, 4011, 4014])
async def test_a_gateway_that_closes_for_good_ends_with_one_sentence(
    stub: DiscordStub, bot: BotProcess, code: int
) -> None:
    stub.gateway.refuse(code)  # in place of READY, as Discord does
    await bot.launch()
    exit_code, told = CLOSE_CODES[code]
    assert await bot.exited() == exit_code
    log = bot.log.read_text(encoding="utf-8")
    assert told in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/users/@me", page(429)),
        ("/gateway/bot", Answer("JSON", 429, '{"message": "Slow down", "retry_after": 2.0}')),
    ],
    ids=["login", "gateway"],
)
async def test_a_limited_login_waits_as_it_is_told_and_tries_once_more(
    stub: DiscordStub, bot: BotProcess, path: str, answer: Answer
) -> None:
    stub.refuse("GET", path, replace(answer, headers={"Retry-After": "2"}), times=1)
    await bot.start()
    refused, again = [each.at for each in stub.log if each.kind == "request" and each.path == path][:2]
    assert again - refused >= 2
    assert "Discord limits the logins from this address: the next try is in 2 s" in bot.log.read_text("utf-8")


async def test_a_start_with_few_gateway_sessions_left_waits_for_their_reset(
    stub: DiscordStub, bot: BotProcess
) -> None:
    limit = {"total": 1000, "remaining": 3, "reset_after": 2000, "max_concurrency": 1}
    url = stub.base_url.replace("http", "ws", 1) + "/gateway"
    body = json.dumps({"url": url, "shards": 1, "session_start_limit": limit})
    few = stub.refuse("GET", GATEWAY, Answer("few sessions", 200, body))
    await bot.launch()
    await stub.until(lambda: few.given >= 3)
    assert not stub.gateway.connected
    stub.accept_everything()
    await stub.ready()
    assert "Discord allows few more gateway sessions today: the next is started in 2 s" in bot.log.read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    ("retry_after", "tries", "seconds"),
    [
        ("7", 0, 7),
        ("1800", 3, 1800),
        ("86400", 0, 3600),
        ("inf", 0, 3600),
        ("0", 0, 1),
        ("-5", 0, 60),
        ("nan", 0, 60),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0, 60),
        (None, 0, 60),
        (None, 2, 240),
        ("", 99, 900),
    ],
)
def test_a_limited_login_is_tried_when_told_or_more_and_more_seldom(
    retry_after: str | None, tries: int, seconds: float
) -> None:
    assert login_wait(retry_after, tries) == seconds


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/users/@me", UNREADABLE[0]),
        ("/users/@me", UNREADABLE[3]),
        ("/oauth2/applications/@me", UNREADABLE[1]),
        ("/users/@me", page(403)),
        ("/users/@me", BROKEN_COMPRESSION[0]),
        ("/gateway/bot", BROKEN_COMPRESSION[1]),
    ],
    ids=lambda value: getattr(value, "name", value),
)
async def test_an_answer_to_the_login_that_cannot_be_read_is_one_sentence(
    stub: DiscordStub, bot: BotProcess, path: str, answer: Answer
) -> None:
    stub.refuse("GET", path, answer)
    await bot.launch()
    assert await bot.exited() == 69
    log = bot.log.read_text(encoding="utf-8")
    assert "CRITICAL" in log
    assert "Traceback" not in log


async def test_a_command_sync_whose_answer_cannot_be_read_does_not_end_the_start(
    stub: DiscordStub, bot: BotProcess
) -> None:
    stub.refuse("PUT", "/applications/*/commands", UNREADABLE[0])
    await bot.start()
    assert await asyncio.wait_for(bot.terminate(), SECONDS) == 0


@pytest.mark.parametrize(
    "answer",
    [
        api_error(
            "daily limit", 400, 30034, "Max number of daily application command creates has been reached"
        ),
        rate_limited(3600.0),
        page(429),
        page(503),
        NO_CONNECTION,
    ],
    ids=lambda answer: answer.name,
)
async def test_a_command_sync_that_discord_refuses_or_delays_does_not_hold_up_the_start(
    stub: DiscordStub, bot: BotProcess, answer: Answer
) -> None:
    stub.refuse("PUT", "/applications/*/commands", answer)
    await bot.start()
    assert await asyncio.wait_for(bot.terminate(), SECONDS) == 0
    log = bot.log.read_text(encoding="utf-8")
    assert "the command sync" in log
    assert "Traceback" not in log


async def test_a_command_sync_that_waits_for_a_rate_limit_is_made_after_the_start(
    stub: DiscordStub, bot: BotProcess
) -> None:
    stub.refuse("PUT", "/applications/*/commands", rate_limited(8.0), times=1)
    await bot.start()
    assert not stub.commands
    await stub.until(lambda: stub.commands, timeout=20)
