"""Watches, snapshots and audiences on SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlite_utils import Database

from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch, WatchState, audience_key
from mjbot.ports import InteractionContext, Suggestion
from mjbot.store.sqlite.rows import (
    parse_snapshot,
    read_snapshot,
    save_seen,
    save_snapshots,
    save_watch,
    watches_where,
)
from mjbot.store.sqlite.thread import DatabaseThread

_RECENT = 2_000  # tasks that autocomplete searches


class SqliteWatches:
    """A `WatchStore`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def add(self, watch: Watch, snapshot: TaskSnapshot | None) -> list[Watch]:
        """Store a new watch; return the open ones of its task in its channel."""

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
                    audience = audience_key(watch.guild_id, watch.requester_id)
                    save_seen(db, audience, watch.task_id, watch.created_at)
            return older

        return await self._thread.run(work)

    async def close(self, ref: MessageRef) -> None:
        """Close a watch."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute(_CLOSE, [ref.message_id])

        await self._thread.run(work)

    async def close_channel(self, channel_id: int) -> None:
        """Close all watches of a channel."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute("update watches set state = 'closed' where channel_id = ?", [channel_id])

        await self._thread.run(work)

    async def close_guild(self, guild_id: int) -> None:
        """Close all watches of a guild."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute("update watches set state = 'closed' where guild_id = ?", [guild_id])
                db.execute("delete from pending_cards where guild_id = ?", [guild_id])

        await self._thread.run(work)

    async def open_watches(self) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Return every watch that is not closed, with its snapshot."""

        def work(db: Database) -> list[tuple[Watch, TaskSnapshot | None]]:
            watches = watches_where(db, "state != 'closed'")
            snapshots = {each: read_snapshot(db, each) for each in {watch.task_id for watch in watches}}
            return [(watch, snapshots[watch.task_id]) for watch in watches]

        return await self._thread.run(work)

    async def watches_of(self, tasks: Sequence[TaskId]) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Return every watch of these tasks, with its snapshot."""

        def work(db: Database) -> list[tuple[Watch, TaskSnapshot | None]]:
            return [
                (watch, read_snapshot(db, each))
                for each in tasks
                for watch in watches_where(db, "task_id = ?", each)
            ]

        return await self._thread.run(work)

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """Return the watch of a message."""
        found = await self._thread.run(lambda db: watches_where(db, "message_id = ?", ref.message_id))
        return found[0] if found else None

    async def save(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Store snapshots."""

        def work(db: Database) -> None:
            with db.atomic():
                save_snapshots(db, snapshots)

        await self._thread.run(work)

    async def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """Return the last snapshot of a task."""
        return await self._thread.run(lambda db: read_snapshot(db, task_id))

    async def save_delivered(
        self, delivered: Mapping[MessageRef, DeliveredState], closed: Iterable[MessageRef] = ()
    ) -> None:
        """Store delivered states; open and close watches."""

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

    async def suggestions(self, context: InteractionContext, text: str, limit: int) -> list[Suggestion]:
        """Return matching tasks that the audience has seen."""

        def work(db: Database) -> list[Suggestion]:
            audience = audience_key(context.guild_id, context.user_id)
            values = {"audience": audience, "text": text, "limit": limit, "recent": _RECENT}
            rows = db.query(_SUGGESTIONS, values)
            snapshots = [(parse_snapshot(row["snapshot"]), row["at"]) for row in rows]
            return [Suggestion(snapshot, at) for snapshot, at in snapshots if snapshot is not None]

        return await self._thread.run(work)


_CLOSE = "update watches set state = 'closed' where message_id = ?"
# Not `like`: it compares a text at each position anew, which took 1.5 s for a long one.
_SUGGESTIONS = """
select seen.at as at, tasks.snapshot as snapshot
from (select * from seen where audience = :audience order by at desc limit :recent) seen
join tasks on tasks.id = seen.task_id
where instr(lower(tasks.id), lower(:text)) or instr(lower(substr(prompt, 1, 500)), lower(:text))
order by phase in ('success', 'failure', 'cancelled', 'over'), seen.at desc limit :limit
"""
