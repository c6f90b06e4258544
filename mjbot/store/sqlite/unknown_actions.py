"""Actions that an image service rejected as unknown, stored in SQLite."""

from __future__ import annotations

from dataclasses import asdict

from sqlite_utils import Database

from mjbot.core.model.press import UnknownAction
from mjbot.core.model.task import TaskId
from mjbot.store.sqlite.thread import DatabaseThread


class SqliteUnknownActions:
    """Stores actions that the image service rejected as unknown. Implements `UnknownActionStore`.

    ``upstream`` is the address of the image service.
    """

    def __init__(self, thread: DatabaseThread, upstream: str) -> None:
        self._thread = thread
        self._upstream = upstream
        self._known: list[UnknownAction] | None = None  # a cache: every card needs it

    async def add(self, unknown: UnknownAction) -> None:
        """Store an action that the service rejected as unknown."""
        row = {"upstream": self._upstream, **asdict(unknown)}

        def work(db: Database) -> list[UnknownAction]:
            with db.atomic():
                db.table("unknown_actions").upsert(row, pk=("upstream", "kind", "task_id", "action"))
            return self._read(db)

        self._known = await self._thread.run(work)

    async def get(self) -> list[UnknownAction]:
        """Return all actions that the service rejected as unknown."""
        if self._known is None:
            self._known = await self._thread.run(self._read)
        return self._known

    async def accept(self, kind: str) -> list[TaskId]:
        """Delete the entries of a kind of action that the service accepts. Returns the ids of their tasks."""
        unknown = [each for each in await self.get() if each.kind == kind]
        if not unknown:
            return []

        def work(db: Database) -> list[UnknownAction]:
            with db.atomic():
                db.execute(_DELETE, [self._upstream, kind])
            return self._read(db)

        self._known = await self._thread.run(work)
        return list(dict.fromkeys(each.task_id for each in unknown))

    def _read(self, db: Database) -> list[UnknownAction]:
        rows = db.table("unknown_actions").rows_where(
            "upstream = ?", [self._upstream], select="kind, task_id, action, at"
        )
        return [UnknownAction(**row) for row in rows]


_DELETE = "delete from unknown_actions where upstream = ? and kind = ?"
