"""No token and no key is ever written down: everything that the whole suite wrote is searched for them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.system.discord_stub import DiscordStub

CANARIES = (
    b"sandbox-key",  # the key of the image service, in every test
    DiscordStub.TOKEN.encode(),
    b"canary-",  # how the tokens of the stub's interactions begin
)


def found(folder: Path) -> list[str]:
    """Where a secret stands in the files of a folder, logs and databases alike."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [
        f"{path.name}: {canary.decode()}"
        for path in files
        for canary in CANARIES
        if canary in path.read_bytes() and path.name != ".env"
    ]


@pytest.mark.last
def test_nothing_that_the_suite_wrote_holds_a_secret(tmp_path_factory: pytest.TempPathFactory) -> None:
    written = tmp_path_factory.getbasetemp()
    assert (written / "suite.log").is_file()
    assert found(written) == []


@pytest.mark.parametrize("canary", CANARIES)
def test_a_secret_in_a_log_or_a_database_would_be_found(
    tmp_path_factory: pytest.TempPathFactory, canary: bytes
) -> None:
    folder = tmp_path_factory.mktemp("planted")
    with closing(sqlite3.connect(folder / "mjbot.db")) as connection:
        connection.execute("create table tasks (view text)")
        connection.execute("insert into tasks values (?)", [f"x {canary.decode()} x"])
        connection.commit()
    (folder / "log.txt").write_bytes(b"refused " + canary)
    assert len(found(folder)) == 2
    for path in folder.iterdir():
        path.unlink()


async def test_what_a_secret_setting_prints_of_itself_is_nothing() -> None:
    from mjbot.sandbox.demo import demo_settings

    assert "sandbox-key" not in repr(demo_settings("http://127.0.0.1:1")) + str(demo_settings("http://x"))
