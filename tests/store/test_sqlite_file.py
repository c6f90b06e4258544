"""The file of an SQLite database: who may read it, who uses it, and what is said when it cannot be used."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.errors import StartupError, StoreFailed
from mjbot.store import open_stores
from mjbot.store.sqlite.failures import failure_of, failure_of_file
from mjbot.store.sqlite.thread import DatabaseThread, use_wal
from tests.store.faults import pragma

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes, links and fifos of POSIX")

TASK = TaskSnapshot(TaskId("1730621718151844"), opened_at=1000.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mjbot.db"


async def refusal(path: Path | str) -> StartupError:
    """The error with which this path is refused."""
    with pytest.raises(StartupError) as raised:
        async with open_stores(str(path)):
            pass
    return raised.value


# Who may read it


def modes(folder: Path) -> dict[str, int]:
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


@pytest.mark.parametrize("umask", [0o022, 0o000, 0o077])
async def test_only_the_owner_can_read_any_file_of_a_new_database(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        async with open_stores(str(path)) as stores:
            await stores.watches.save([TASK])
            found = modes(path.parent)
    finally:
        os.umask(before)
    assert found == dict.fromkeys(["mjbot.db", "mjbot.db-wal", "mjbot.db-shm"], 0o600)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666, 0o777])
async def test_files_that_others_can_read_are_narrowed_and_this_is_logged(
    path: Path, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_stores(str(path)) as stores:
        await stores.watches.save([TASK])
        # As a process that is killed leaves them.
        for name in ("mjbot.db", "mjbot.db-wal", "mjbot.db-shm"):
            path.with_name(f"left-{name}").write_bytes(path.with_name(name).read_bytes())
    for left in path.parent.glob("left-*"):
        left.chmod(mode)
        left.rename(path.with_name(left.name.removeprefix("left-")))
    async with open_stores(str(path)) as stores:
        assert {each & 0o077 for each in modes(path.parent).values()} == {0}
        assert await stores.watches.snapshot(TASK.id) == TASK
    told = [each for each in caplog.messages if "could be read by other users" in each]
    assert [each.split()[0] for each in told] == [f"{path}{each}" for each in ("", "-wal", "-shm")]


# Who uses it


def symbolic_link(path: Path) -> Path:
    link = path.with_name("link.db")
    link.symlink_to(path)
    return link


def symbolic_link_to_the_folder(path: Path) -> Path:
    link = path.parent.with_name("linked-folder")
    link.symlink_to(path.parent)
    return link / path.name


def hard_link(path: Path) -> Path:
    link = path.with_name("other.db")
    link.hardlink_to(path)
    return link


def other_spelling(path: Path) -> Path:
    return Path(f"{path.parent}/../{path.parent.name}/./{path.name}")


def relative(path: Path) -> Path:
    return Path(os.path.relpath(path))


def open_file_of_the_process(path: Path) -> Path:
    """A path that shares no folder with the file, like a bind mount."""
    return Path(f"/proc/self/fd/{os.open(path, os.O_RDWR)}")


@pytest.mark.parametrize(
    "spelling",
    [
        lambda path: path,
        symbolic_link,
        symbolic_link_to_the_folder,
        hard_link,
        other_spelling,
        relative,
        open_file_of_the_process,
    ],
)
async def test_a_second_bot_is_refused_by_whatever_path_it_reaches_the_file(
    path: Path, spelling: Callable[[Path], Path]
) -> None:
    async with open_stores(str(path)) as stores:
        error = await refusal(spelling(path))
        assert "Another mjbot is using the database" in str(error)
        assert not error.lasting
        # Having tried does not give up the lock of the first.
        assert "Another mjbot" in str(await refusal(path))
        await stores.watches.save([TASK])
    async with open_stores(str(path)):
        pass


async def test_a_second_process_is_refused_also_after_the_first_has_been_copied(path: Path) -> None:
    """In one process, closing any handle of a file can end all of its locks."""
    async with open_stores(str(path)):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("vacuum into ?", [str(path.with_name("copy.db"))])
        path.read_bytes()
        command = [sys.executable, "-c", _OPEN, str(path)]
        result = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        assert "Another mjbot is using the database" in result.stderr


_OPEN = """
import asyncio, sys
from mjbot.store import open_stores
async def main():
    async with open_stores(sys.argv[1]):
        print("opened")
asyncio.run(main())
"""


async def test_another_name_of_the_file_is_a_warning(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_stores(str(path)):
        pass
    hard_link(path)
    async with open_stores(str(path)):
        pass
    assert any("has another name (a hard link)" in each for each in caplog.messages)


async def test_a_database_that_is_created_is_in_the_log_and_one_that_is_there_is_not(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with caplog.at_level(logging.INFO, "mjbot.store"):
            async with open_stores(str(path)):
                pass
    assert [each for each in caplog.messages if "created" in each] == [f"created the database {path}"]


# What cannot be used


def folder(path: Path) -> None:
    path.mkdir()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def text(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 20)


def other_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table tasks (title text)")
        connection.commit()


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table _sqlite_migrations (migration_set, name, applied_at)")
        connection.execute("insert into _sqlite_migrations values ('mjbot', 'of_the_future', '')")
        connection.commit()


def damaged(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table a (b)")
        connection.commit()
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (folder, "it is a folder. MJBOT_DATABASE is the path of a file."),
        (fifo, "it is not a file. Change MJBOT_DATABASE."),
        (text, "it is not an SQLite database. Move it away, or change MJBOT_DATABASE."),
        (other_program, "it belongs to another program. Change MJBOT_DATABASE."),
        (newer, "it was made by a newer mjbot. Install that version."),
        (damaged, "it is damaged. Move it away, or restore a copy of it."),
        (link_to_itself, "its symbolic link leads to itself. Change MJBOT_DATABASE."),
    ],
)
async def test_a_path_that_cannot_be_the_database_is_one_sentence_and_left_alone(
    path: Path, make: Callable[[Path], None], words: str
) -> None:
    make(path)
    before = (path.read_bytes(), path.stat().st_mode) if path.is_file() else None
    error = await refusal(path)
    assert str(error) == f"The database {path} cannot be used: {words}"
    assert error.lasting
    assert before is None or (path.read_bytes(), path.stat().st_mode) == before


@pytest.mark.parametrize("name", ["nowhere/a.db", "nowhere/at/all.db", "file/a.db"])
async def test_a_folder_that_does_not_exist_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    error = await refusal(tmp_path / name)
    assert "its folder does not exist. Create it, or change MJBOT_DATABASE." in str(error)
    assert error.lasting


@pytest.mark.parametrize(
    ("number", "words", "lasting"),
    [
        (errno.ENOSPC, "the disk is full", False),
        (errno.EDQUOT, "the disk is full", False),
        (errno.EACCES, "mjbot may not write to it, or to its folder", True),
        (errno.EROFS, "mjbot may not write to it, or to its folder", True),
        (errno.ENAMETOOLONG, "its name is too long", True),
        (errno.EIO, "Input/output error", False),
        (errno.EMFILE, "Too many open files", False),
    ],
)
def test_an_error_of_the_file_system_says_whether_a_later_start_may_work(
    number: int, words: str, lasting: bool
) -> None:
    error = failure_of_file(OSError(number, os.strerror(number))).at_start("a.db")
    assert str(error).startswith(f"The database a.db cannot be used: {words}. ")
    assert error.lasting is lasting


@pytest.mark.parametrize(
    ("code", "words", "lasting"),
    [
        (sqlite3.SQLITE_FULL, "the disk is full", False),
        (sqlite3.SQLITE_BUSY, "another program keeps it locked", False),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "another program keeps it locked", False),
        (sqlite3.SQLITE_IOERR_WRITE, "the disk does not take or give its data", False),
        (sqlite3.SQLITE_IOERR_SHMSIZE, "the disk does not take or give its data", False),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "mjbot may not write to it, or to its folder", True),
        (sqlite3.SQLITE_CANTOPEN, "mjbot cannot create files in its folder", False),
        (sqlite3.SQLITE_CORRUPT_INDEX, "it is damaged", True),
        (sqlite3.SQLITE_ERROR, "no such thing", False),
    ],
)
def test_an_error_of_sqlite_says_whether_a_later_start_may_work(code: int, words: str, lasting: bool) -> None:
    error = sqlite3.OperationalError("no such thing")
    error.sqlite_errorcode = code
    failure = failure_of(error)
    assert failure is not None
    assert (failure.reason, failure.lasting) == (words, lasting)


def test_a_fault_of_our_own_is_not_blamed_on_the_database() -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(sqlite3.Error) as raised:
        connection.execute("select ?", [])
    assert failure_of(raised.value) is None


async def test_a_file_system_without_a_write_ahead_log_is_refused(path: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{path}?vfs=unix-dotfile", uri=True)) as connection,
        pytest.raises(StartupError, match="write-ahead log does not work on its file system") as raised,
    ):
        use_wal(Database(connection), str(path))
    assert raised.value.lasting


@asynccontextmanager
async def writer(path: Path, begin: str) -> AsyncIterator[sqlite3.Connection]:
    """Another program with an open transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(begin)
        yield connection


@pytest.mark.parametrize("begin", ["begin immediate", "begin exclusive"])
@pytest.mark.parametrize("exists", [True, False])
async def test_a_start_waits_until_another_program_has_written(path: Path, begin: str, exists: bool) -> None:
    if exists:
        async with open_stores(str(path)):
            pass
    async with writer(path, begin) as connection:
        # Longer than a running bot waits.
        asyncio.get_running_loop().call_later(0.8, connection.rollback)
        async with open_stores(str(path)) as stores:
            await stores.watches.save([TASK])


@pytest.mark.parametrize("begin", ["begin immediate", "begin exclusive"])
async def test_a_program_that_writes_for_longer_is_said_to_do_so(path: Path, begin: str) -> None:
    async with writer(path, begin):
        with pytest.raises(StartupError) as raised:
            async with DatabaseThread(str(path), lambda: True, tries=1):
                pass
    words = "another program keeps it locked. Start mjbot when that program has finished."
    assert str(raised.value) == f"The database {path} cannot be used: {words}"
    assert not raised.value.lasting


# A file that is taken away


def removed(path: Path) -> None:
    path.unlink()


def renamed(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def replaced(path: Path) -> None:
    copy = path.with_name("copy.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("vacuum into ?", [str(copy)])
    copy.replace(path)


def without_its_log(path: Path) -> None:
    path.with_name("mjbot.db-wal").unlink()


def folder_renamed(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


@pytest.mark.parametrize("take", [removed, renamed, replaced, without_its_log, folder_renamed])
async def test_a_file_that_is_taken_away_takes_no_more_writes_and_this_is_logged_once(
    path: Path, take: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    async with open_stores(str(path)) as stores:
        await stores.watches.save([TASK])
        take(path)
        for _ in range(3):
            with pytest.raises(StoreFailed, match="it was removed or replaced"):
                await stores.watches.save([TASK])
            with pytest.raises(StoreFailed):
                await stores.key_values.probe()
            assert await stores.watches.snapshot(TASK.id) == TASK  # what is read keeps the cards alive
    assert len([each for each in caplog.messages if "was removed or replaced" in each]) == 1
    assert take in (replaced, without_its_log) or not path.exists()


async def test_a_file_that_is_put_back_is_used_again(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mjbot.store")
    async with open_stores(str(path)) as stores:
        renamed(path)
        with pytest.raises(StoreFailed):
            await stores.watches.save([TASK])
        path.with_name("elsewhere.db").rename(path)
        await stores.watches.save([TASK])
        assert caplog.messages[-1] == "the database can be used again"
    async with open_stores(str(path)) as stores:
        assert await stores.watches.snapshot(TASK.id) == TASK


@pytest.mark.parametrize("content", [b"\0", b"\xff", b"a web page "], ids=["zeros", "ones", "text"])
async def test_a_file_that_another_program_writes_over_is_a_failure_of_the_database(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_stores(str(path)) as stores:
        await stores.watches.save([TASK])
        await pragma(stores, "wal_checkpoint(truncate)")
        path.write_bytes(content * (path.stat().st_size // len(content)))
        await pragma(stores, "shrink_memory")
        for _ in range(2):
            with pytest.raises(StoreFailed):
                await stores.key_values.probe()
    assert len([each for each in caplog.messages if each.startswith("the database cannot be used")]) == 1
