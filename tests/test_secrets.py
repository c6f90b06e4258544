"""No token and no key is ever written down: everything that the whole run wrote is searched for them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mjbot.ops import webhook_token
from tests.audit import RUN
from tests.system.discord_stub import DiscordStub

CANARIES = (
    b"sandbox-key",  # the key of the image service, in every test
    DiscordStub.TOKEN.encode(),
    webhook_token(DiscordStub.TOKEN).encode(),
    b"canary-",  # the prefix of the interaction tokens that the stub creates
)


def files_of(folder: Path) -> list[Path]:
    return [
        path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and path.name != ".env"
    ]


def found(folder: Path) -> list[str]:
    """Where a folder's files contain a secret, logs and databases alike."""
    return [
        f"{path.relative_to(folder)}: {canary.decode()}"
        for path in files_of(folder)
        for canary in CANARIES
        if canary in path.read_bytes()
    ]


@pytest.mark.audit
def test_nothing_that_the_suite_wrote_holds_a_secret(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run, base = request.config.stash[RUN], tmp_path_factory.getbasetemp()
    folders = run.folders(base)
    # The search must have something to search: each process's log, and what the bots wrote if they ran.
    assert [each for each in folders if not (each / "suite.log").is_file()] == []
    names = {path.name for folder in folders for path in files_of(folder) if path.stat().st_size}
    if any(test.startswith(("tests/bot/", "tests/system/test_process.py")) for test in run.passed):
        assert {"suite.log", "mjbot.db"} <= names
    if any(test.startswith("tests/system/test_process.py") for test in run.passed):
        assert "log.txt" in names
    assert found(base) == []


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


def test_settings_do_not_print_their_secrets() -> None:
    from mjbot.sandbox.demo import demo_settings

    assert "sandbox-key" not in repr(demo_settings("http://127.0.0.1:1")) + str(demo_settings("http://x"))
