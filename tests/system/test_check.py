"""`mjbot check` against a working configuration and broken ones: each line it can print."""

from __future__ import annotations

import json
import socket
import sqlite3
from contextlib import closing

import pytest

from mjbot.sandbox.dialects import DIALECTS
from mjbot.store import open_stores
from tests.proxy import HOST, ForwardProxy
from tests.system.conftest import CommandRig


async def test_a_working_configuration_is_ok_in_every_line(rig: CommandRig) -> None:
    code, output = await rig.run()
    assert code == 0
    lines = [line.split(None, 2)[:2] for line in output.splitlines()]
    names = ["settings", "database", "discord", "invite", "making", "upstream", "key", "reads", "commands"]
    assert lines == [["ok", name] for name in names]
    assert "permissions=274878024704" in output
    assert "up to 100 tasks per request" in output
    assert "not tried: /imagine, /describe, /blend, /shorten, uploads, cancelling" in output


async def test_the_same_as_json(rig: CommandRig) -> None:
    code, output = await rig.run("check", "--json")
    assert code == 0
    report = json.loads(output)
    assert report["ok"] is True
    assert [each["name"] for each in report["checks"]][:2] == ["settings", "database"]


async def test_a_server_without_batches_is_named(rig: CommandRig) -> None:
    rig.upstream.batch = "missing"
    code, output = await rig.run()
    assert code == 0
    assert "ok  reads     one task per request" in output


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"DISCORD_TOKEN": ""}, "NO  settings  MJBOT_DISCORD_TOKEN: is not set"),
        (
            {"UPSTREAM_URL": "relay.example/mj"},
            "MJBOT_UPSTREAM_URL: must be an address that begins with https://",
        ),
        ({"UPSTREAM_URL": "https://relay.example/mj?x=1"}, "MJBOT_UPSTREAM_URL: must be a plain address"),
        ({"UPSTREAM_KEY": "sk-密钥"}, "MJBOT_UPSTREAM_KEY: holds characters that no key has"),
        ({"POLL_MIN": "20", "POLL_MAX": "3"}, "MJBOT_POLL_MIN must not be larger than MJBOT_POLL_MAX"),
        ({"ALLOWED_GUILDS": "123, abc"}, 'MJBOT_ALLOWED_GUILDS: "abc" is not the id of a server'),
        ({"POLL_MINN": "3"}, "NO  settings  not a setting: MJBOT_POLL_MINN"),
        (
            {"DATABASE": "/nowhere/at/all.db"},
            "NO  database  The database /nowhere/at/all.db cannot be used: its folder does not exist.",
        ),
        ({"DISCORD_TOKEN": "wrong"}, "NO  discord   the token was refused: MJBOT_DISCORD_TOKEN is wrong"),
        ({"DISCORD_API_URL": "http://127.0.0.1:9/api/v10"}, "NO  discord   cannot be reached"),
        ({"UPSTREAM_URL": "http://127.0.0.1:9"}, "NO  upstream  127.0.0.1:9 gives no usable answer"),
        ({"UPSTREAM_KEY": "wrong"}, "NO  key       refused in every form (bearer, raw, mj-api-secret)"),
    ],
)
async def test_a_broken_configuration_is_reported_in_one_line(
    rig: CommandRig, changes: dict[str, str], line: str
) -> None:
    code, output = await rig.run(**changes)
    assert code == 1
    assert line in output
    assert "Traceback" not in output
    assert "sandbox-key" not in output


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
async def test_each_kind_of_service_is_accepted_in_its_own_form(rig: CommandRig, dialect: str) -> None:
    form = DIALECTS[dialect].auth
    code, output = await rig.run(UPSTREAM_URL=rig.upstream.address(dialect), UPSTREAM_AUTH=form)
    assert code == 0, output
    assert f"ok  key       accepted as {form}" in output
    assert "ok  reads     up to 100 tasks per request" in output


@pytest.mark.parametrize("dialect", ["original", "plus", "true"])
async def test_the_form_that_a_service_takes_is_named(rig: CommandRig, dialect: str) -> None:
    form = DIALECTS[dialect].auth
    code, output = await rig.run(UPSTREAM_URL=rig.upstream.address(dialect))
    assert code == 1
    assert f"NO  key       refused as bearer; accepted as {form}: set MJBOT_UPSTREAM_AUTH={form}" in output


async def test_a_web_page_for_an_address_is_named(rig: CommandRig) -> None:
    rig.upstream.fail("*", status=200, body="<!doctype html><title>x</title>", content_type="text/html")
    code, output = await rig.run()
    assert code == 1
    assert "answers with a web page: is MJBOT_UPSTREAM_URL right" in output


async def test_an_account_without_credit_is_named(rig: CommandRig) -> None:
    body = '{"error":{"message":"该令牌额度已用尽","type":"new_api_error"}}'
    rig.upstream.fail("*", status=401, body=body, content_type="application/json")
    code, output = await rig.run()
    assert code == 1
    assert "NO  key       the account behind it has run out of credit" in output


async def test_a_database_in_use_is_named(rig: CommandRig) -> None:
    async with open_stores(str(rig.folder / "mjbot.db")):
        code, output = await rig.run()
    assert code == 1
    assert "Another mjbot is using the database" in output


async def test_a_place_to_listen_that_can_be_used_is_ok(rig: CommandRig) -> None:
    code, output = await rig.run(HTTP_LISTEN="127.0.0.1:0")
    assert (code, "ok  listen    127.0.0.1:0 can be used" in output) == (0, True), output


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
async def test_a_taken_port_is_named_by_check_and_ends_run_with_69(rig: CommandRig, host: str) -> None:
    with socket.create_server(("0.0.0.0" if host == "0.0.0.0" else "127.0.0.1", 0)) as taken:
        address = f"{host}:{taken.getsockname()[1]}"
        said = f"MJBOT_HTTP_LISTEN: {address} cannot be used: another program has this port."
        code, output = await rig.run(HTTP_LISTEN=address)
        assert (code, f"NO  listen    {said}" in output) == (1, True), output
        code, output = await rig.run("run", HTTP_LISTEN=address)
        assert (code, output.splitlines()[-1]) == (69, said)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("192.0.2.1:8080", "this machine does not have this address"),
        ("[2001:db8::1]:8080", "cannot be used: "),
        ("nowhere.invalid:8080", "its host is not known"),
    ],
)
async def test_a_place_to_listen_that_is_not_here_is_one_sentence(
    rig: CommandRig, address: str, words: str
) -> None:
    code, output = await rig.run(HTTP_LISTEN=address)
    assert code == 1
    assert f"NO  listen    MJBOT_HTTP_LISTEN: {address} cannot be used: " in output
    assert words in output
    assert "Traceback" not in output


async def test_a_database_that_takes_no_writes_is_named(rig: CommandRig) -> None:
    path = str(rig.folder / "mjbot.db")
    async with open_stores(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("begin immediate")
        code, output = await rig.run()
    assert code == 1
    assert "cannot be used: another program keeps it locked" in output


async def test_run_says_the_same_of_a_wrong_key_and_stops_with_78(rig: CommandRig) -> None:
    code, output = await rig.run("run", UPSTREAM_KEY="wrong")
    assert code == 78
    assert "key: refused in every form (bearer, raw, mj-api-secret)" in output
    assert "Traceback" not in output


async def test_run_goes_on_when_the_service_fails_for_the_moment(rig: CommandRig) -> None:
    rig.upstream.drop("*")
    code, output = await rig.run("run", DISCORD_API_URL="http://127.0.0.1:9/api/v10")
    assert code == 69
    assert "upstream:" in output
    assert "Discord cannot be reached" in output


async def test_the_check_reaches_discord_by_the_proxy(rig: CommandRig) -> None:
    async with ForwardProxy(rig.stub.base_url.removeprefix("http://")) as proxy:
        changes = {"DISCORD_API_URL": f"http://{HOST}/api/v10", "DISCORD_PROXY": proxy.url}
        code, output = await rig.run(**changes)
        assert proxy.requests
    assert code == 0, output
    code, output = await rig.run(**changes)  # the proxy has gone
    assert code == 1
    assert "The proxy in MJBOT_DISCORD_PROXY cannot be reached." in output
    assert "canary" not in output
