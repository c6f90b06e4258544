"""Deletes old tasks from SQLite, in small steps so that other calls do not wait long."""

from __future__ import annotations

from sqlite_utils import Database

from mjbot.core.model.watch import MessageRef
from mjbot.store.sqlite.thread import DatabaseThread

_OLD = """
select id from tasks
where updated_at < :before
  and not exists (
    select 1 from watches
    where task_id = tasks.id
      and (state != 'closed' or created_at >= :before or message_id >= :first_message))
  and not exists (
    select 1 from presses
    where task_id = tasks.id and (at >= :before or state in ('sending', 'retrying')))
  and not exists (
    select 1 from lineage where parent_id = tasks.id and (at >= :before or message_id >= :first_message))
  and not exists (
    select 1 from lineage where child_id = tasks.id and (at >= :before or message_id >= :first_message))
  and not exists (select 1 from seen where task_id = tasks.id and at >= :before)
  and not exists (select 1 from pending_cards where task_id = tasks.id)
order by updated_at limit :limit
"""
_DELETE_TASK = (
    "delete from watches where task_id = ?",
    # Ids that differ only in case share their presses, so only those stored under this exact id are deleted.
    "delete from presses where task_id = ?1 and task_id = ?1 collate binary",
    "delete from marks where task_id = ?1 and task_id = ?1 collate binary",
    "delete from unknown_actions where task_id = ?1 and task_id = ?1 collate binary",
    "delete from lineage where parent_id = ?",
    "delete from lineage where child_id = ?",
    "delete from seen where task_id = ?",
    "delete from makes where id = ?1 or task_id = ?1",
    "delete from tasks where id = ?",
)
# A make that was never sent has no task to be deleted with.
_DELETE_UNSENT = """
delete from makes
where created_at < :before and not exists (select 1 from tasks where tasks.id in (makes.id, makes.task_id))
"""


class SqlitePruner:
    """Deletes old tasks from SQLite. Implements `Pruner`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def newest_message(self) -> float | None:
        """Return the unix time at which the newest stored message was created, or None."""

        def work(db: Database) -> int | None:
            newest: int | None = db.execute("select max(message_id) from watches").fetchone()[0]
            return newest

        newest = await self._thread.run(work)
        return None if newest is None else MessageRef(0, newest).created_at

    async def prune(self, before: float, limit: int) -> int:
        """Delete up to ``limit`` tasks older than ``before`` with all related rows. Returns their number."""

        def work(db: Database) -> int:
            with db.atomic():
                values = {"before": before, "first_message": MessageRef.first_id(before), "limit": limit}
                ids = [(row["id"],) for row in db.query(_OLD, values)]
                for statement in _DELETE_TASK:
                    db.conn.executemany(statement, ids)
                db.execute(_DELETE_UNSENT, values)
            return len(ids)

        return await self._thread.run(work)
