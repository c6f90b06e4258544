"""The thread that owns the SQLite connection: SQLite is synchronous, and one writer needs no locks."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlite_utils import Database

from mjbot.errors import StartupError, StoreFailed
from mjbot.store.sqlite.migrations import upgrade

log = logging.getLogger(__name__)

T = TypeVar("T")

_BUSY_SECONDS = 0.5  # while one call waits for another program's lock, all others wait, too


class DatabaseThread:
    """Runs functions of a `Database` on one thread, in order. Use it as an async context manager.

    Entering opens the file and applies migrations. It raises `StartupError` if the file is damaged or of a
    newer version.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mjbot-db")
        self._db: Database | None = None
        self._broken = False

    async def __aenter__(self) -> DatabaseThread:
        try:
            self._db = await asyncio.get_running_loop().run_in_executor(self._thread, self._open)
        except BaseException:
            self._thread.shutdown()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        db, self._db = self._db, None
        if db is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, db.close)
        self._thread.shutdown()

    async def run(self, work: Callable[[Database], T]) -> T:
        """Run ``work`` on the thread and return its result; ``work`` writes within `Database.atomic`.

        Raises `StoreFailed`. One line is logged when the database stops working, and one when a write works
        again.
        """
        db = self._db
        assert db is not None, "the database is not open"
        try:
            loop = asyncio.get_running_loop()
            result, wrote = await loop.run_in_executor(self._thread, _run_counted, work, db)
        except sqlite3.OperationalError as error:  # disk full, read-only, locked: may pass by itself
            if not self._broken:
                log.error("the database cannot be used: %s", error)
            self._broken = True
            raise StoreFailed(str(error)) from error
        if self._broken and wrote:  # reads work on a full disk, so they prove nothing
            log.info("the database can be used again")
            self._broken = False
        return result

    def _open(self) -> Database:
        try:
            db = Database(sqlite3.connect(self._path, check_same_thread=False, timeout=_BUSY_SECONDS))
            try:
                if self._path != ":memory:":
                    db.enable_wal()
                upgrade(db)
            except BaseException:
                db.close()
                raise
        except sqlite3.OperationalError as error:
            raise StartupError(
                f"The database {self._path} cannot be opened: {error}. Is the disk full, or the file locked?"
            ) from error
        except sqlite3.DatabaseError as error:
            raise StartupError(
                f"The database {self._path} cannot be used: {error}. Move it away, or restore a copy of it."
            ) from error
        return db


def _run_counted(work: Callable[[Database], T], db: Database) -> tuple[T, bool]:
    """Return the result of ``work``, and whether it wrote anything."""
    before = db.conn.total_changes
    return work(db), db.conn.total_changes > before
