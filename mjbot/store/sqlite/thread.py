"""The thread that owns the SQLite connection. SQLite calls block, and one thread needs no locks."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlite_utils import Database

from mjbot.errors import StoreFailed
from mjbot.store.sqlite.failures import FOREIGN, LOCKED, MOVED, NEWER, NO_WAL, failure_of
from mjbot.store.sqlite.migrations import migrations

log = logging.getLogger(__name__)

T = TypeVar("T")

_BUSY_SECONDS = 0.5  # while one call waits for another program's lock, all others wait, too
_TRIES, _PAUSE = 20, 0.1  # at the start, nothing else waits: at least 10 s for another program's lock


class DatabaseThread:
    """Runs functions that use the database on one thread, in order. Use it as an async context manager.

    Entering opens the file and applies migrations. It raises `StartupError` if the file cannot be used.
    ``in_place`` returns False if the file was removed or replaced. Writes are then refused, because they
    would be lost. ``tries`` is the number of attempts to open the file while another program locks it.
    """

    def __init__(self, path: str, in_place: Callable[[], bool], *, tries: int = _TRIES) -> None:
        self._path = path
        self._in_place = in_place
        self._tries = tries
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mjbot-db")
        self._db: Database | None = None
        self._broken = False
        self._moved = False

    async def __aenter__(self) -> DatabaseThread:
        try:
            self._db = await self._open_patiently()
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
        """Run ``work`` on the thread and return its result. ``work`` must write within `Database.atomic`.

        Raises `StoreFailed`. Logs one line when the database stops working, and another when writes work
        again.
        """
        db = self._db
        assert db is not None, "the database is not open"
        try:
            loop = asyncio.get_running_loop()
            result, wrote = await loop.run_in_executor(self._thread, self._run, work, db)
        except sqlite3.Error as error:
            failure = failure_of(error)
            if failure is None:
                raise
            reason = MOVED if self._moved else failure.reason
            if not self._broken:
                log.error("the database cannot be used: %s", reason)
            self._broken = True
            raise StoreFailed(reason) from error
        if self._broken and wrote:  # reads work on a full disk, so they prove nothing
            log.info("the database can be used again")
            self._broken = False
        return result

    def _run(self, work: Callable[[Database], T], db: Database) -> tuple[T, bool]:
        """Return the result of ``work``, and whether it wrote anything."""
        self._refuse_writes_if_moved(db)
        before = db.conn.total_changes
        return work(db), db.conn.total_changes > before

    def _refuse_writes_if_moved(self, db: Database) -> None:
        moved = not self._in_place()
        if moved == self._moved:
            return
        db.execute(f"pragma query_only = {'on' if moved else 'off'}")
        self._moved = moved
        if moved:
            self._broken = True
            log.error(
                "the file of the database %s was removed or replaced: nothing is saved until it is back. "
                "Put it back, or restart mjbot with the file that is there now",
                self._path,
            )

    async def _open_patiently(self) -> Database:
        loop, tries = asyncio.get_running_loop(), 0
        while True:
            try:
                return await loop.run_in_executor(self._thread, self._open)
            except sqlite3.Error as error:
                failure, tries = failure_of(error), tries + 1
                if failure is None:
                    raise
                if failure is not LOCKED or tries >= self._tries:
                    raise failure.at_start(self._path) from error
            await asyncio.sleep(_PAUSE)  # SQLite does not wait for every kind of lock by itself

    def _open(self) -> Database:
        db = Database(sqlite3.connect(self._path, check_same_thread=False, timeout=_BUSY_SECONDS))
        try:
            self._prepare(db)
        except BaseException:
            db.close()
            raise
        return db

    def _prepare(self, db: Database) -> None:
        """Migrate the file. Raises `StartupError`, and leaves the file unchanged, if it is unusable."""
        known = {each.name for each in migrations._migrations}
        applied = {each.name for each in migrations.applied(db)}
        if applied - known:
            raise NEWER.at_start(self._path)
        if not applied and set(db.table_names()) - {migrations.migrations_table}:
            raise FOREIGN.at_start(self._path)
        if self._path != ":memory:":
            use_wal(db, self._path)
        # Otherwise deleted prompts would remain in the file and in copies of it.
        db.execute("pragma secure_delete = on")
        db.execute("begin immediate")  # waits for another program to finish writing, or fails
        db.rollback()
        migrations.apply(db)


def use_wal(db: Database, path: str) -> None:
    """Enable WAL mode, so that a backup does not block writes. Raises `StartupError`."""
    db.enable_wal()
    if db.journal_mode != "wal":
        raise NO_WAL.at_start(path)
