"""Deletion of old tasks on SQLite, in small steps: the file stays small, and no other call waits long."""

from __future__ import annotations

from sqlite_utils import Database

from mjbot.store.sqlite.thread import DatabaseThread

_OLD = """
select id from tasks
where updated_at < :before
  and not exists (
    select 1 from watches where task_id = tasks.id and (state != 'closed' or created_at >= :before))
  and not exists (
    select 1 from presses
    where task_id = tasks.id and (at >= :before or state in ('sending', 'retrying')))
  and not exists (select 1 from lineage where parent_id = tasks.id and at >= :before)
  and not exists (select 1 from lineage where child_id = tasks.id and at >= :before)
  and not exists (select 1 from seen where task_id = tasks.id and at >= :before)
  and not exists (select 1 from pending_cards where task_id = tasks.id)
order by updated_at limit :limit
"""
_DELETE_TASK = (
    "delete from watches where task_id = ?",
    "delete from presses where task_id = ?",
    "delete from lineage where parent_id = ?",
    "delete from lineage where child_id = ?",
    "delete from seen where task_id = ?",
    "delete from tasks where id = ?",
)


class SqlitePruner:
    """A `Pruner`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def prune(self, before: float, limit: int) -> int:
        """Delete old tasks with all that belongs to them; return the number deleted."""

        def work(db: Database) -> int:
            with db.atomic():
                ids = [(row["id"],) for row in db.query(_OLD, {"before": before, "limit": limit})]
                for statement in _DELETE_TASK:
                    db.conn.executemany(statement, ids)
            return len(ids)

        return await self._thread.run(work)
