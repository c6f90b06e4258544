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
_USED = "select count(*) from usage where who = ? and kind = ? and at > ? and at < ?"


class SqliteUsage:
    """Stores the uses that count towards rate limits in SQLite. Implements `UsageStore`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def take(
        self, usage: Sequence[tuple[str, RateLimit]], at: float, *, times: int = 1
    ) -> float | None:
        """Count uses against every limit, unless one of the limits does not allow them all.

        In that case, the time of the next possible use is returned, and nothing is counted.
        """

        def work(db: Database) -> float | None:
            with db.atomic():
                free = [_free_at(db, who, limit, at, times) for who, limit in usage]
                if latest := max((each for each in free if each is not None), default=None):
                    return latest
                rows = sorted({(who, limit.kind, at) for who, limit in usage}) * times
                db.conn.executemany("insert into usage (who, kind, at) values (?, ?, ?)", rows)
                db.execute("delete from usage where at < ? or at > ?", [at - LONGEST, at + _AHEAD])
            return None

        return await self._thread.run(work)

    async def left(self, usage: Sequence[tuple[str, RateLimit]], at: float) -> int:
        """Return how many uses all these limits allow."""
        return await self._thread.run(lambda db: min(_left(db, who, limit, at) for who, limit in usage))


def _left(db: Database, who: str, limit: RateLimit, at: float) -> int:
    values = [who, limit.kind, at - limit.seconds, at + _AHEAD]
    used: int = db.execute(_USED, values).fetchone()[0]
    return max(0, limit.number - used)


def _free_at(db: Database, who: str, limit: RateLimit, at: float, times: int) -> float | None:
    """Return the time at which so many uses become possible, or None if the limit is not reached."""
    if times > limit.number:
        return at + limit.seconds
    values = [who, limit.kind, at - limit.seconds, at + _AHEAD, limit.number - times]
    rows = list(db.execute(_NTH, values))
    return rows[0][0] + limit.seconds if rows else None
