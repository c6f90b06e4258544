"""What an operator reads when the database cannot be used at the start, by `mjbot run` and `mjbot check`."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from mjbot.core.model.task import TaskId
from mjbot.store import open_stores
from tests.store.faults import thread_of
from tests.system.process import measured
from tests.system.test_startup import GOOD


def mjbot(folder: Path, command: str, shell: str = "", **settings: str) -> tuple[int, str]:
    """The exit code of a command, which may have limits set by a shell first, and all that it says."""
    result = subprocess.run(
        ["bash", "-c", f'{shell}exec "$@"', "bash", sys.executable, "-m", "mjbot", command],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **measured(), **GOOD, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


@contextmanager
def a_folder(path: Path) -> Iterator[None]:
    path.mkdir()
    yield


@contextmanager
def a_text(path: Path) -> Iterator[None]:
    path.write_text("DISCORD_TOKEN=1\n" * 100, encoding="utf-8")
    yield


@contextmanager
def a_file_of_another_program(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table bookmarks (url)")
    yield


@contextmanager
def a_lock_by_another_program(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("begin immediate")
        yield


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        (a_folder, 78, "it is a folder"),
        (a_text, 78, "it is not an SQLite database"),
        (a_file_of_another_program, 78, "it belongs to another program"),
        (a_lock_by_another_program, 69, "another program keeps it locked"),
    ],
)
def test_a_start_that_its_database_prevents_is_one_sentence_and_the_right_exit_code(
    tmp_path: Path, state: Callable[[Path], AbstractContextManager[None]], code: int, words: str
) -> None:
    with state(tmp_path / "mjbot.db"):
        found, output = mjbot(tmp_path, "run")
    (line,) = output.splitlines()
    assert line.startswith(f"The database mjbot.db cannot be used: {words}. ")
    assert found == code


@pytest.mark.parametrize("blocks", [0, 16, 64])
def test_a_disk_that_is_full_at_the_start_is_one_sentence(tmp_path: Path, blocks: int) -> None:
    """A limit of the size of files takes the place of the disk."""
    code, output = mjbot(tmp_path, "run", shell=f"ulimit -f {blocks}; ")
    line = output.splitlines()[-1]
    assert line.startswith("The database mjbot.db cannot be used: the disk ")
    assert code == 69
    assert "Traceback" not in output
    code, output = mjbot(tmp_path, "check", shell=f"ulimit -f {blocks}; ")
    assert "NO  database  The database mjbot.db cannot be used: the disk " in output
    assert "Traceback" not in output
    assert code == 1


async def test_a_disk_that_is_full_while_the_last_presses_are_read_is_one_sentence(tmp_path: Path) -> None:
    """The start has to write that they are unclear, before anybody can press again."""
    path = tmp_path / "mjbot.db"
    async with open_stores(str(path)) as stores:
        await stores.presses.begin(TaskId("1730621718151844"), "0123456789abcdef", 1, 1000.0)
        await thread_of(stores).run(lambda db: db.conn.execute("pragma wal_checkpoint(truncate)").fetchall())
    limit = path.stat().st_size // 1024
    code, output = mjbot(tmp_path, "run", shell=f"ulimit -f {limit}; ")
    assert (code, "Traceback" in output) == (69, False)


def test_a_second_bot_by_another_name_of_the_file_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "mjbot.db")):
        pass
    (tmp_path / "link.db").symlink_to("mjbot.db")
    opened = subprocess.Popen(
        [sys.executable, "-c", _HOLD], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with opened:
        assert opened.stdout is not None
        opened.stdout.readline()
        code, output = mjbot(tmp_path, "run", MJBOT_DATABASE="link.db")
        opened.communicate()
    assert output == "Another mjbot is using the database link.db. Stop it first.\n"
    assert code == 69


_HOLD = """
import asyncio, sys
from mjbot.store import open_stores
async def main():
    async with open_stores("mjbot.db"):
        print("opened", flush=True)
        sys.stdin.read()
asyncio.run(main())
"""
