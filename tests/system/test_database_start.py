"""What an operator reads when the database cannot be used at the start, by `mjbot run` and `mjbot check`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from mjbot.core.model.task import TaskId
from mjbot.store import open_stores
from tests.system.conftest import CommandRig


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
async def test_a_start_that_its_database_prevents_is_one_sentence_and_the_right_exit_code(
    rig: CommandRig, state: Callable[[Path], AbstractContextManager[None]], code: int, words: str
) -> None:
    with state(rig.folder / "mjbot.db"):
        found, output = await rig.run("run")
    (line,) = output.splitlines()
    assert line.startswith(f"The database mjbot.db cannot be used: {words}. ")
    assert found == code


@pytest.mark.parametrize("kilobytes", [0, 16, 64])
async def test_a_disk_that_is_full_at_the_start_is_one_sentence(rig: CommandRig, kilobytes: int) -> None:
    """A limit of the size of files takes the place of the disk."""
    rig.max_file = kilobytes * 1024
    code, output = await rig.run("run")
    line = output.splitlines()[-1]
    assert line.startswith("The database mjbot.db cannot be used: the disk ")
    assert code == 69
    assert "Traceback" not in output
    code, output = await rig.run("check")
    assert "NO  database  The database mjbot.db cannot be used: the disk " in output
    assert "Traceback" not in output
    assert code == 1


async def test_a_disk_that_is_full_while_the_last_presses_are_read_is_one_sentence(rig: CommandRig) -> None:
    """The start has to write that they are unclear, before anybody can press again."""
    async with open_stores(str(rig.folder / "mjbot.db")) as stores:
        for number in range(1500):
            await stores.presses.begin(TaskId(f"{number:016}"), "0123456789abcdef", 1, 1000.0)
    rig.max_file = 40 * 1024  # room to open the database, not for the new state of 1,500 presses
    code, output = await rig.run("run")
    assert output.splitlines()[-1].startswith("The database mjbot.db cannot be used: the disk ")
    assert (code, "Traceback" in output) == (69, False)


async def test_a_second_bot_by_another_name_of_the_file_is_refused(rig: CommandRig) -> None:
    (rig.folder / "link.db").symlink_to("mjbot.db")
    async with open_stores(str(rig.folder / "mjbot.db")):
        code, output = await rig.run("run", DATABASE="link.db")
    assert output == "Another mjbot is using the database link.db. Stop it first.\n"
    assert code == 69
