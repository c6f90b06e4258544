"""Key-value pairs, stored in SQLite, and the health probe of the database."""

from __future__ import annotations

from sqlite_utils import Database

from mjbot.store.sqlite.thread import DatabaseThread

# More than a page (4,096 bytes), so that it does not fit into the pages already allocated.
_PROBE = ("health_probe", "." * 8192)


class SqliteKeyValues:
    """Stores key-value pairs in SQLite. Implements `KeyValueStore`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def get(self, key: str) -> str | None:
        """Return the value of a key, or None if there is none."""
        rows = await self._thread.run(lambda db: list(db.execute(_GET, [key])))
        return str(rows[0][0]) if rows else None

    async def set(self, key: str, value: str) -> None:
        """Store a value under a key."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute(_SET, [key, value])

        await self._thread.run(work)

    async def probe(self) -> None:
        """Check that the database can grow, by inserting a row that needs new pages and deleting it."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute(_SET, _PROBE)
                db.execute("delete from key_values where key = ?", _PROBE[:1])

        await self._thread.run(work)


_GET = "select value from key_values where key = ?"
_SET = "insert or replace into key_values (key, value) values (?, ?)"
