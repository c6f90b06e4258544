"""`WatchStore` on SQLite: what must survive the process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlite_utils import Database

from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch
from mjbot.ports import InteractionContext, Suggestion
from mjbot.store.sqlite.rows import (
    audience_key,
    parse_view,
    read_view,
    save_seen,
    save_views,
    save_watch,
    watches_where,
)
from mjbot.store.sqlite.thread import DatabaseThread

_RECENT = 2_000  # a keystroke must not cost more the longer a bot has been in use


class SqliteStore:
    """What is asked of the database and written to it. Each method is one transaction."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def add(self, watch: Watch, snapshot: TaskSnapshot | None) -> list[Watch]:
        """Commit a new watch, and that its task was seen; return the task's open ones in the channel."""

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
                    save_views(db, [snapshot])
                    save_seen(
                        db, audience_key(watch.guild_id, watch.requester_id), watch.task_id, watch.created_at
                    )
            return older

        return await self._thread.run(work)

    async def close(self, ref: MessageRef) -> None:
        """The last card is confirmed, or the message cannot be edited any more."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute(_CLOSE, [ref.message_id])

        await self._thread.run(work)

    async def close_channel(self, channel_id: int) -> None:
        """None of a channel's messages can be edited any more."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute("update watches set state = 'closed' where channel_id = ?", [channel_id])

        await self._thread.run(work)

    async def close_guild(self, guild_id: int) -> None:
        """The bot has left a guild: none of its messages can be edited any more."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute("update watches set state = 'closed' where guild_id = ?", [guild_id])

        await self._thread.run(work)

    async def open_watches(self) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Every watch that is not closed, with the last view of its task."""

        def work(db: Database) -> list[tuple[Watch, TaskSnapshot | None]]:
            watches = watches_where(db, "state != 'closed'")
            snapshots = {each: read_view(db, each) for each in {watch.task_id for watch in watches}}
            return [(watch, snapshots[watch.task_id]) for watch in watches]

        return await self._thread.run(work)

    async def watches_of(self, tasks: Sequence[TaskId]) -> list[tuple[Watch, TaskSnapshot | None]]:
        """Every watch of these tasks, closed ones too, with the last view of the task."""

        def work(db: Database) -> list[tuple[Watch, TaskSnapshot | None]]:
            return [
                (watch, read_view(db, each))
                for each in tasks
                for watch in watches_where(db, "task_id = ?", each)
            ]

        return await self._thread.run(work)

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """The watch of a message, closed ones too."""
        found = await self._thread.run(lambda db: watches_where(db, "message_id = ?", ref.message_id))
        return found[0] if found else None

    async def save(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Keep these views."""

        def work(db: Database) -> None:
            with db.atomic():
                save_views(db, snapshots)

        await self._thread.run(work)

    async def snapshot(self, task_id: TaskId) -> TaskSnapshot | None:
        """The last view of a task."""
        return await self._thread.run(lambda db: read_view(db, task_id))

    async def save_delivered(
        self, delivered: Mapping[MessageRef, DeliveredState], over: Iterable[MessageRef] = ()
    ) -> None:
        """Keep what these messages show, and close the watches that are over."""

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
                db.conn.executemany(_CLOSE, [[ref.message_id] for ref in over])

        await self._thread.run(work)

    async def saw(self, place: InteractionContext, task_id: TaskId, at: float) -> None:
        """This guild (or, in a direct message, this person) has seen the task."""

        def work(db: Database) -> None:
            with db.atomic():
                save_seen(db, audience_key(place.guild_id, place.user_id), task_id, at)

        await self._thread.run(work)

    async def suggestions(self, place: InteractionContext, text: str, limit: int) -> list[Suggestion]:
        """Tasks that this place has seen, whose id or prompt has the text: running first, then newest.

        Only the newest few thousand are looked at.
        """

        def work(db: Database) -> list[Suggestion]:
            pattern = "%" + text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
            where = audience_key(place.guild_id, place.user_id)
            values = {"place": where, "text": pattern, "limit": limit, "recent": _RECENT}
            rows = db.query(_OFFERS, values)
            snapshots = [(parse_view(row["view"]), row["at"]) for row in rows]
            return [Suggestion(snapshot, at) for snapshot, at in snapshots if snapshot is not None]

        return await self._thread.run(work)

    async def named(self, name: str) -> str | None:
        """A named value, such as the hash of the commands that Discord knows."""
        rows = await self._thread.run(lambda db: list(db.table("named").rows_where("name = ?", [name])))
        return str(rows[0]["value"]) if rows else None

    async def set_named(self, name: str, value: str) -> None:
        """Keep a named value."""

        def work(db: Database) -> None:
            with db.atomic():
                db.table("named").upsert({"name": name, "value": value}, pk="name")

        await self._thread.run(work)


_CLOSE = "update watches set state = 'closed' where message_id = ?"
_OFFERS = r"""
select seen.at as at, tasks.view as view
from (select * from seen where place = :place order by at desc limit :recent) seen
join tasks on tasks.id = seen.task_id
where tasks.id like :text escape '\' or prompt like :text escape '\'
order by phase in ('success', 'failure', 'cancelled', 'over'), seen.at desc limit :limit
"""
