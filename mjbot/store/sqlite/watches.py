"""Watches, task snapshots, and the tasks seen in each place, stored in SQLite.

A watch is a message that follows a task. A place is a guild, or the direct messages of one user.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlite_utils import Database

from mjbot.core.access.place import Place
from mjbot.core.model.references import JobRef
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Phase, TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch, WatchState
from mjbot.store.sqlite.rows import (
    parse_snapshot,
    pending_cards,
    read_snapshot,
    save_seen,
    save_snapshots,
    save_watch,
    watches_where,
)
from mjbot.store.sqlite.series import series_of
from mjbot.store.sqlite.thread import DatabaseThread

_RECENT = 2_000  # tasks that autocomplete searches


class SqliteWatches:
    """Stores watches and task snapshots in SQLite. Implements `WatchStore`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def add(self, watch: Watch, snapshot: TaskSnapshot | None) -> list[Watch]:
        """Store a new watch, and return the older open watches of the same task in the same channel."""

        def work(db: Database) -> list[Watch]:
            with db.atomic():
                older = watches_where(
                    db,
                    "state = 'open' and channel_id = ? and task_id = ? and message_id != ?",
                    watch.ref.channel_id,
                    watch.task_id,
                    watch.ref.message_id,
                )
                save_watch(db, watch)
                if snapshot is not None:
                    save_snapshots(db, [snapshot])
                if watch.state is not WatchState.OPENING:
                    save_seen(db, watch, watch.task_id)
            return older

        return await self._thread.run(work)

    async def close(self, ref: MessageRef) -> None:
        """Close the watch of a message, so that the message no longer follows its task."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute(_CLOSE, [ref.message_id])

        await self._thread.run(work)

    async def close_channel(self, channel_id: int) -> None:
        """Close all watches in a channel, so that no message there follows a task any longer."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute("update watches set state = 'closed' where channel_id = ?", [channel_id])

        await self._thread.run(work)

    async def close_guild(self, guild_id: int) -> None:
        """Close all watches in a guild, and delete the pending cards of the guild."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute("update watches set state = 'closed' where guild_id = ?", [guild_id])
                db.execute("delete from pending_cards where guild_id = ?", [guild_id])

        await self._thread.run(work)

    async def open_watches(self) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Return every watch that is not closed, with the last snapshot of the watched task."""

        def work(db: Database) -> list[tuple[Watch, TaskSnapshot | None]]:
            watches = watches_where(db, "state != 'closed'")
            snapshots = {each: read_snapshot(db, each) for each in {watch.task_id for watch in watches}}
            return [(watch, snapshots[watch.task_id]) for watch in watches]

        return await self._thread.run(work)

    async def watches_of(
        self, tasks: Sequence[TaskId], *, and_series: bool = False
    ) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Return every watch of these tasks, with the last snapshot of the watched task.

        With ``and_series``, return those of the series that list one of the tasks, too.
        """

        def work(db: Database) -> list[tuple[Watch, TaskSnapshot | None]]:
            listed_by = [series for each in tasks for series in series_of(db, each)] if and_series else []
            return [
                (watch, read_snapshot(db, each))
                for each in dict.fromkeys((*tasks, *listed_by))
                for watch in watches_where(db, "task_id = ?", each)
            ]

        return await self._thread.run(work)

    async def shown(self, task_id: TaskId) -> list[Watch]:
        """Return all watches of a task, including those of pending cards. The id is case-insensitive."""

        def work(db: Database) -> list[Watch]:
            pending = pending_cards(db, "task_id = ? collate nocase", task_id)
            return watches_where(db, "task_id = ? collate nocase", task_id) + [each.watch for each in pending]

        return await self._thread.run(work)

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """Return the watch of a message, or None."""
        found = await self._thread.run(lambda db: watches_where(db, "message_id = ?", ref.message_id))
        return found[0] if found else None

    async def task_of_job(self, place: Place, job: JobRef) -> TaskId | None:
        """Return the task of a Midjourney job seen in a place, or None unless there is exactly one."""

        def work(db: Database) -> TaskId | None:
            values = {"place": place.key, "job": job.uuid, "recent": _RECENT}
            found = [TaskId(row["id"]) for row in db.query(_OF_JOB, values)]
            return found[0] if len(found) == 1 else None

        return await self._thread.run(work)

    async def save(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Store task snapshots."""

        def work(db: Database) -> None:
            with db.atomic():
                save_snapshots(db, snapshots)

        await self._thread.run(work)

    async def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """Return the last snapshot of a task, or None."""
        return await self._thread.run(lambda db: read_snapshot(db, task_id))

    async def save_delivered(
        self, delivered: Mapping[MessageRef, DeliveredState], closed: Iterable[MessageRef] = ()
    ) -> None:
        """Store what each message now shows, and update the state of its watch.

        A watch that was opening becomes open. The watches of the messages in ``closed`` are closed.
        """

        def work(db: Database) -> None:
            with db.atomic():
                db.conn.executemany(
                    "update watches set delivered_digest = ?, delivered_picture = ?, delivered_image = ?,"
                    " state = iif(state = 'opening', 'open', state) where message_id = ?",
                    [
                        (each.digest, each.picture, each.image, ref.message_id)
                        for ref, each in delivered.items()
                    ],
                )
                db.conn.executemany(_CLOSE, [[ref.message_id] for ref in closed])

        await self._thread.run(work)

    async def suggestions(
        self, place: Place, text: str, phases: Collection[Phase], limit: int
    ) -> list[TaskSnapshot]:
        """Return tasks seen in a place that match a text or one of the phases, unfinished tasks first."""

        def work(db: Database) -> list[TaskSnapshot]:
            values = {"place": place.key, "text": text, "limit": limit, "recent": _RECENT}
            rows = db.query(_SUGGESTIONS, {**values, "phases": json.dumps(sorted(phases))})
            return [each for row in rows if (each := parse_snapshot(row["snapshot"])) is not None]

        return await self._thread.run(work)


_CLOSE = "update watches set state = 'closed' where message_id = ?"
# The id of the job is in the customIds of the task's buttons and in the link to its picture.
_OF_JOB = """
select tasks.id as id
from (select * from seen where place = :place order by at desc limit :recent) seen
join tasks on tasks.id = seen.task_id
where instr(lower(tasks.snapshot), :job) limit 2
"""
# Not `like`, which compares the whole text at each position: that took 1.5 s for a long one.
_SUGGESTIONS = """
select tasks.snapshot as snapshot
from (select * from seen where place = :place order by at desc limit :recent) seen
join tasks on tasks.id = seen.task_id
where instr(lower(tasks.id), lower(:text)) or instr(lower(substr(prompt, 1, 500)), lower(:text))
  or phase in (select value from json_each(:phases))
order by phase in ('success', 'failure', 'cancelled', 'over'), seen.at desc limit :limit
"""
