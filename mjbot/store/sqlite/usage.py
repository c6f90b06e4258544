"""The uses that count towards rate limits, stored in SQLite with one row for each use in the last hour."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from mjbot.core.access.rate_limits import LONGEST, RateLimit
from mjbot.store.sqlite.thread import DatabaseThread

_AHEAD = 60.0  # seconds; a use further in the future was stored while the clock was wrong
_NTH = (
    "select at from usage where who = ? and kind = ? and at > ? and at < ? order by at desc limit 1 offset ?"
)


class SqliteUsage:
    """Stores the uses that count towards rate limits in SQLite. Implements `UsageStore`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def take(self, usage: Sequence[tuple[str, RateLimit]], at: float) -> float | None:
        """Count one use against every limit, unless one of the limits is reached.

        In that case, the time of the next possible use is returned, and nothing is counted.
        """

        def work(db: Database) -> float | None:
            with db.atomic():
                free = [_free_at(db, who, limit, at) for who, limit in usage]
                if latest := max((each for each in free if each is not None), default=None):
                    return latest
                rows = {(who, limit.kind, at) for who, limit in usage}
                db.conn.executemany("insert into usage (who, kind, at) values (?, ?, ?)", sorted(rows))
                db.execute("delete from usage where at < ? or at > ?", [at - LONGEST, at + _AHEAD])
            return None

        return await self._thread.run(work)


def _free_at(db: Database, who: str, limit: RateLimit, at: float) -> float | None:
    """Return the time of the next possible use, or None if the limit is not reached."""
    values = [who, limit.kind, at - limit.seconds, at + _AHEAD, limit.number - 1]
    rows = list(db.execute(_NTH, values))
    return rows[0][0] + limit.seconds if rows else None
