"""One thread that owns the database: SQLite is synchronous, and one writer needs no locks."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TypeVar

from sqlite_utils import Database

from mjbot.errors import StartupError, StoreFailed
from mjbot.store.sqlite.migrations import migrations

log = logging.getLogger(__name__)

T = TypeVar("T")

_BUSY_SECONDS = 0.5  # everybody waits behind whoever waits for a lock


class DatabaseThread:
    """Runs functions of a `Database` on its own thread, in order. Use as an async context manager.

    Holds a lock beside the file while it is open, since two bots with one token would both answer and
    both edit. Raises `StartupError` when the file is in use, damaged, or of a newer version.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock: IO[str] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mjbot-db")
        self._db: Database | None = None
        self._broken = False

    async def __aenter__(self) -> DatabaseThread:
        self._lock = _locked(self._path)
        try:
            self._db = await asyncio.get_running_loop().run_in_executor(self._thread, self._open)
        except BaseException:
            self._release()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        db, self._db = self._db, None
        if db is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, db.close)
        self._release()

    async def run(self, work: Callable[[Database], T]) -> T:
        """Run ``work`` on the database's thread, in one transaction if it writes in one.

        Raises `StoreFailed`; what was not committed is not there.
        """
        db = self._db
        assert db is not None, "the database is not open"
        try:
            loop = asyncio.get_running_loop()
            result, wrote = await loop.run_in_executor(self._thread, _watched, work, db)
        except sqlite3.OperationalError as error:  # full, locked: it may pass
            if not self._broken:
                log.error("the database cannot be used: %s", error)
            self._broken = True
            raise StoreFailed(str(error)) from error
        if self._broken and wrote:  # reads go well on a full disk, too
            log.info("the database can be used again")
            self._broken = False
        return result

    def _open(self) -> Database:
        try:
            connection = sqlite3.connect(self._path, check_same_thread=False, timeout=_BUSY_SECONDS)
            try:
                db = Database(connection)
                if self._path != ":memory:":
                    db.enable_wal()
                migrations.apply(db)
                _refuse_newer(db)
            except BaseException:
                connection.close()
                raise
        except sqlite3.DatabaseError as error:
            raise StartupError(
                f"The database {self._path} cannot be used: {error}. Move it away, or restore a copy of it."
            ) from error
        return db

    def _release(self) -> None:
        self._thread.shutdown(wait=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _watched(work: Callable[[Database], T], db: Database) -> tuple[T, bool]:
    """Do the work, and tell whether it wrote anything."""
    before = db.conn.total_changes
    return work(db), db.conn.total_changes > before


def _locked(path: str) -> IO[str] | None:
    if path == ":memory:":
        return None
    try:
        file = Path(f"{path}.lock").open("w", encoding="utf-8")  # noqa: SIM115 (held while we run)
    except OSError as error:
        raise StartupError(f"The database {path} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise StartupError(f"Another mjbot is using the database {path}. Stop it first.") from None
    return file


def _refuse_newer(db: Database) -> None:
    known = {each.name for each in migrations._migrations}
    newer = [each.name for each in migrations.applied(db) if each.name not in known]
    if newer:
        raise StartupError("The database was made by a newer mjbot. Install that version to use it.")
