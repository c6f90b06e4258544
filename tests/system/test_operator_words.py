"""What operators are told in the terminal: words, one line for each problem, and nothing that acts there."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from mjbot.ops.report import health_lines
from mjbot.settings import Settings, SettingsError, load
from tests.discord_answers import (
    ANNOUNCEMENT_LIMIT,
    BAD_JSON_502,
    EXPLICIT_CONTENT,
    HARMFUL_LINK,
    JSON_WITHOUT_CODE,
    LOST_RESPONSE,
    MISSING_ACCESS,
    NO_CONNECTION,
    PAGES,
    TOO_LARGE,
    UNREADABLE,
    Answer,
    api_error,
    malformed,
    page,
    rate_limited,
    unreadable,
)
from tests.system.conftest import CommandRig

APPLICATION = "/oauth2/applications/@me"
LIBRARY_WORDS = re.compile(
    r"Traceback|[a-z](?:Error|Exception)\b|pydantic|Input should|unable to parse|\( ?\)| \)|\bNone\b"
)
ANSWERS = [
    *(EXPLICIT_CONTENT, HARMFUL_LINK, TOO_LARGE, MISSING_ACCESS, ANNOUNCEMENT_LIMIT, JSON_WITHOUT_CODE),
    *(BAD_JSON_502, LOST_RESPONSE, NO_CONNECTION, malformed("embeds.0.image.url"), rate_limited(1)),
    *(*PAGES, page(200), *UNREADABLE, api_error("revoked", 401, 0, "401: Unauthorized")),
    *(unreadable(body) for body in ("7", '"text"', '{"id": 5, "name": 6}', "[" * 50_000, '{"id":"x"}')),
]
UPSTREAM = {
    "500": (500, "", "text/plain"),
    "500 with a message": (500, '{"message":"boom"}', "application/json"),
    "502 with a page": (502, "<html>bad gateway</html>", "text/html"),
    "503": (503, '{"error":"busy"}', "application/json"),
    "200 with a list": (200, "[]", "application/json"),
    "200 with a number": (200, "7", "application/json"),
    "200 with a string": (200, '"ok"', "application/json"),
    "200 cut off": (200, '{"id": "1', "application/json"),
    "200 with a page": (200, "<html></html>", "text/html"),
    "200 with escapes": (200, '{"message":"\\u001b[31mred\\u0007"}', "application/json"),
    "200 nested": (200, "[" * 50_000, "application/json"),
    "404 of the route": (404, '{"detail":"Not Found"}', "application/json"),
    "405": (405, "", "text/plain"),
    "302": (302, "", "text/plain"),
    "429": (429, "", "text/plain"),
    "403": (403, '{"message":"no"}', "application/json"),
    "418": (418, "teapot", "text/plain"),
}


def assert_readable(output: str) -> None:
    """No word of a library's, and no character that a terminal obeys."""
    assert not LIBRARY_WORDS.search(output), output
    assert [char for char in output if unicodedata.category(char)[0] == "C" and char != "\n"] == []


async def findings(rig: CommandRig, **changes: str) -> dict[str, str]:
    """The failed checks by their names, from the JSON that must be valid; everything is readable."""
    code, output = await rig.run("check", "--json", **changes)
    assert_readable(output)
    report = json.loads(output)
    assert report["ok"] is (code == 0)
    assert all("\n" not in each["text"] for each in report["checks"])
    return {each["name"]: each["text"] for each in report["checks"] if not each["ok"]}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
async def test_every_answer_of_discord_to_a_check_is_one_line_of_words(
    rig: CommandRig, answer: Answer
) -> None:
    rig.stub.refuse("GET", APPLICATION, answer)
    found = await findings(rig)
    assert list(found) == ["discord"]
    assert len(found["discord"].split()) > 4
    if answer.status >= 300 and answer.status != 401:
        assert f"(status {answer.status})" in found["discord"]


@pytest.mark.parametrize("answer", UPSTREAM.values(), ids=UPSTREAM)
async def test_every_answer_of_the_image_service_to_a_check_is_one_line_of_words(
    rig: CommandRig, answer: tuple[int, str, str]
) -> None:
    status, body, content_type = answer
    rig.upstream.fail("*", status, body, content_type)
    found = await findings(rig)
    assert list(found) in (["upstream"], ["key"])
    assert len(next(iter(found.values())).split()) > 4


async def test_a_connection_that_is_cut_or_refused_is_told_in_words(rig: CommandRig) -> None:
    rig.upstream.drop("*")
    found = await findings(rig, DISCORD_API_URL="http://127.0.0.1:9/api/v10")
    assert found["discord"] == "cannot be reached: nothing listens at its address"
    assert found["upstream"].endswith("no usable answer: it cut the connection before it had answered")
    nowhere = "http://no-such-host.invalid"
    found = await findings(rig, UPSTREAM_URL=nowhere, DISCORD_API_URL=nowhere)
    assert found["discord"] == "cannot be reached: its host name cannot be found"
    assert found["upstream"].endswith("no usable answer: its host name cannot be found")


NAMES = {
    "\x1b[2J\x1b]0;owned\x07Bot": "[2J]0;ownedBot",
    "two\nlines\r\nok": "two lines ok",
    "\u202egnp.tob\u2066": "gnp.tob",
    "\x9b31mred\x85": "31mred",
    "half \ud83d": "half",
    "画 bot 🎨": "画 bot 🎨",
}


@pytest.mark.parametrize("name", NAMES)
async def test_an_application_s_name_cannot_act_on_the_terminal(rig: CommandRig, name: str) -> None:
    answer = Answer("name", 200, json.dumps({"id": "1", "name": name}), applied=True)
    rig.stub.refuse("GET", APPLICATION, answer)
    code, output = await rig.run()
    assert code == 0
    assert_readable(output)
    lines = output.splitlines()
    assert f"ok  discord   the token belongs to {NAMES[name]}" in lines
    assert len(lines) == 9


async def test_a_terminal_that_cannot_show_a_name_is_no_failure(rig: CommandRig) -> None:
    answer = Answer("name", 200, json.dumps({"id": "1", "name": "画 bot"}), applied=True)
    rig.stub.refuse("GET", APPLICATION, answer)
    rig.environ["PYTHONIOENCODING"] = "ascii"
    code, output = await rig.run()
    assert code == 0
    assert "the token belongs to ? bot" in output


# A wrong value of every setting, and what is said of it.
WRONG = {
    "discord_token": ("tok\u00e9n", "holds characters that no key has; copy it again"),
    "discord_proxy": (
        "socks5://a:1",
        "must be an address that begins with http:// or https:// (SOCKS is not possible)",
    ),
    "discord_api_url": ("discord.com/api", "must be an address that begins with https:// (or http://)"),
    "upstream_url": ("https://relay.example:99999", "its port must be a number from 1 to 65535"),
    "upstream_key": ("sk-密钥", "holds characters that no key has; copy it again"),
    "upstream_auth": ("basic", "must be one of bearer, raw, mj-api-secret"),
    "database": ("a\x01b.db", "holds characters that no file name has"),
    "poll_min": ("fast", "must be a number of at least 0.1 and at most 60"),
    "poll_max": ("900", "must be a number of at least 0.1 and at most 600"),
    "batch_size": ("2.5", "must be a whole number of at least 1 and at most 1000"),
    "images": ("always", "must be one of auto, link, attach"),
    "watch_limit": ("nan", "must be a number above 0 and at most 336"),
    "keep_days": ("-1", "must be a number of at least 1 and at most 3650"),
    "user_commands_per_minute": ("many", "must be a whole number of at least 1"),
    "user_presses_per_10_min": ("0", "must be a whole number of at least 1"),
    "guild_presses_per_hour": ("1" * 5_000, "must be a whole number of at least 1"),
    "guild_cards": ("1e3", "must be a whole number of at least 1"),
    "allowed_guilds": ("12 abc", '"abc" is not the id of a server (a number of 17 to 20 digits)'),
    "make_anywhere": ("sure", "must be one of yes, no"),
    "make_in_dm": ("2", "must be one of yes, no"),
    "series_max": ("21", "must be a whole number of at least 1 and at most 20"),
    "http_listen": ("127.0.0.1:99999", "must be an address and a port"),
    "public_url": ("https://a@b", "must be a plain address, without ? or # or @"),
    "log_level": ("loud", "must be one of DEBUG, INFO, WARNING, ERROR"),
    "log_format": ("xml", "must be one of text, json"),
}


async def test_every_setting_with_a_wrong_value_is_named_with_what_is_wrong_and_an_example(
    rig: CommandRig,
) -> None:
    assert WRONG.keys() == Settings.model_fields.keys()
    code, output = await rig.run(**{name.upper(): value for name, (value, _) in WRONG.items()})
    assert code == 1
    assert_readable(output)
    *lines, hint = output.splitlines()
    for name, (_, sentence) in WRONG.items():
        (line,) = [each for each in lines if f" MJBOT_{name.upper()}: " in each]
        assert re.fullmatch(rf"NO  settings  MJBOT_\w+: {re.escape(sentence)} \(example: \S+\)", line)
    assert hint == ".env.example, which `mjbot env` prints, explains every setting."


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("UPSTREAM_URL", "http://[::1", "must be an address that begins with https://"),
        ("UPSTREAM_URL", "https://relay.example:port", "its port must be a number"),
        ("UPSTREAM_URL", "ftp://relay.example", "must be an address that begins with https://"),
        ("ALLOWED_GUILDS", "9" * 5_000, "must be ids of servers"),
        ("POLL_MIN", "inf", "must be a number of at least 0.1 and at most 60"),
        ("WATCH_LIMIT", "0", "must be a number above 0 and at most 336"),
        ("LOG_LEVEL", "1", "must be one of DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_a_setting_is_refused_in_words_whatever_is_wrong_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    required = {"DISCORD_TOKEN": "a", "UPSTREAM_URL": "http://a", "UPSTREAM_KEY": "b"}
    for each, given in {**required, name: value}.items():
        monkeypatch.setenv(f"MJBOT_{each}", given)
    with pytest.raises(SettingsError) as refused:
        load()
    (problem,) = refused.value.problems
    assert problem.startswith(f"MJBOT_{name}: {sentence}")
    assert not LIBRARY_WORDS.search(problem)


async def test_a_missing_env_file_is_named_where_a_setting_is_missing(rig: CommandRig) -> None:
    _, output = await rig.run(UPSTREAM_KEY="")
    line, hint = output.splitlines()
    assert line == "NO  settings  MJBOT_UPSTREAM_KEY: is not set (example: sk-AbCdEfGh)"
    assert hint.startswith("There is no .env in this folder. Copy .env.example to .env")
    (rig.folder / ".env").write_text("MJBOT_IMAGES=auto\n", encoding="utf-8")
    assert (await rig.run(UPSTREAM_KEY=""))[1].endswith("prints, explains every setting.\n")


@asynccontextmanager
async def answering(ready: web.Response, metrics: str) -> AsyncIterator[str]:
    """Something that answers like this where the bot should listen."""

    async def answer(request: web.Request) -> web.Response:
        body = web.Response(text=metrics) if request.path == "/metrics" else ready
        return web.Response(body=body.body, content_type=body.content_type)

    app = web.Application()
    app.router.add_get("/{path}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


OTHERS = [
    *("[]", "7", "null", '"ok"', "{}", '{"ok": true}', '{"ok": true, "database": {}}', "<html></html>", ""),
    *('{"ok": 1, "a": {"ok": "yes", "age": 1}}', '{"a": {"ok": true, "age": "x"}}', "[" * 50_000),
    '{"ok": true',
]


async def test_something_else_that_answers_is_not_taken_for_the_bot(rig: CommandRig) -> None:
    for body in OTHERS:
        async with answering(web.Response(text=body), "") as address:
            told = f"NO  bot       what answers at {address} is not mjbot: is MJBOT_HTTP_LISTEN right?"
            assert await health_lines(address) == (False, [told]), body
    async with answering(web.Response(text="[]"), "") as address:
        code, output = await rig.run("health", HTTP_LISTEN=address)
    assert (code, output.count("\n"), "is not mjbot" in output) == (1, 1, True)


async def test_health_prints_nothing_that_acts_on_the_terminal(rig: CommandRig) -> None:
    ready = web.json_response({"ok": True, "data\u001b[2Jbase": {"ok": True, "age": 1}})
    for metrics in ('x{outcome="\x1b[31m"} 1\n', "{{{ not metrics"):
        async with answering(ready, metrics) as address:
            code, output = await rig.run("health", HTTP_LISTEN=address)
        assert code == 0
        assert_readable(output)
        assert "ok  data[2Jbase" in output
