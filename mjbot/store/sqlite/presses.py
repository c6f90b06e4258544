"""Presses and lineage on SQLite."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from mjbot.core.card.lineage import Lineage, RelatedTask
from mjbot.core.model.press import AFTER_RESTART, Press, PressKey, may_begin
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, Watch
from mjbot.ports import PendingCard, PressRecord, TaskHistory
from mjbot.store.sqlite.rows import (
    pending_cards,
    press_record,
    read_snapshot,
    save_pending_card,
    save_snapshots,
    save_watch,
)
from mjbot.store.sqlite.thread import DatabaseThread


class SqlitePresses:
    """A `PressStore`; ``upstream`` is the address of the image service."""

    def __init__(self, thread: DatabaseThread, upstream: str) -> None:
        self._thread = thread
        self._upstream = upstream
        self._refused: dict[str, float] | None = None  # a cache: every card needs it

    async def begin(
        self, task_id: TaskId, action: str, user_id: int, at: float, *, repeats: int = 0
    ) -> PressKey | PressRecord:
        """Store a press as SENDING, or return the earlier one that forbids it."""

        def work(db: Database) -> PressKey | PressRecord:
            with db.atomic():
                earlier = _last(db, task_id, action)
                if earlier is not None and not may_begin(earlier.state, earlier.number, repeats):
                    return earlier
                key = PressKey(task_id, action, (earlier.number if earlier else 0) + 1)
                row = {
                    "task_id": task_id,
                    "action": action,
                    "number": key.number,
                    "user_id": user_id,
                    "at": at,
                    "state": Press.SENDING,
                }
                db.table("presses").upsert(row, pk=("task_id", "action"))
                return key

        return await self._thread.run(work)

    async def last(self, task_id: TaskId, action: str) -> PressRecord | None:
        """Return the last press of an action."""
        return await self._thread.run(lambda db: _last(db, task_id, action))

    async def note(self, press: PressKey, state: Press) -> None:
        """Store the state of a press."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute(_NOTE, [state, press.task_id, press.action, press.number])

        await self._thread.run(work)

    async def accept(
        self, press: PressKey, label: str, watch: Watch, snapshots: Sequence[TaskSnapshot]
    ) -> None:
        """Store that a press was accepted, with all tasks that it created."""

        def work(db: Database) -> None:
            first, *others = snapshots
            ref = watch.ref
            with db.atomic():
                save_snapshots(db, snapshots, keep=True)
                save_watch(db, watch)
                _link(db, press.task_id, label, watch, first.id, ref.message_id)
                for each in others:
                    _link(db, press.task_id, label, watch, each.id, None)
                    save_pending_card(db, each.id, watch)
                child = [first.id, watch.guild_id, ref.channel_id, ref.message_id]
                db.execute(_ACCEPT, [*child, press.task_id, press.action, press.number])

        await self._thread.run(work)

    async def pending_cards(self) -> list[tuple[PendingCard, TaskSnapshot]]:
        """Return the tasks that have no card yet."""

        def work(db: Database) -> list[tuple[PendingCard, TaskSnapshot]]:
            return [
                # One that another version stored in another format is read from the upstream again.
                (card, read_snapshot(db, card.task_id) or TaskSnapshot(card.task_id, card.created_at))
                for card in pending_cards(db)
            ]

        return await self._thread.run(work)

    async def add_card(self, watch: Watch) -> None:
        """Store that a pending card was posted."""

        def work(db: Database) -> None:
            where = [watch.ref.channel_id, watch.ref.message_id, watch.task_id]
            with db.atomic():
                save_watch(db, watch)
                db.execute("update lineage set channel_id = ?, message_id = ? where child_id = ?", where)
                db.execute(_DROP_PENDING, [watch.task_id])

        await self._thread.run(work)

    async def drop_pending_card(self, task_id: TaskId) -> None:
        """Store that a pending card will never be posted."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute(_DROP_PENDING, [task_id])

        await self._thread.run(work)

    async def of(self, task_id: TaskId) -> dict[str, Press]:
        """Return the state of the last press of each action."""
        return await self._thread.run(lambda db: _presses(db, task_id))

    async def end_interrupted(self) -> list[TaskId]:
        """Settle presses that were in flight, and return their tasks."""

        def work(db: Database) -> list[TaskId]:
            with db.atomic():
                rows = list(
                    db.query("select distinct task_id from presses where state in ('sending', 'retrying')")
                )
                for before, after in AFTER_RESTART.items():
                    db.execute("update presses set state = ? where state = ?", [after, before])
            return [TaskId(row["task_id"]) for row in rows]

        return await self._thread.run(work)

    async def recently_pressed(self) -> list[TaskId]:
        """Return the tasks of the last presses."""
        return await self._thread.run(lambda db: [TaskId(task_id) for (task_id,) in db.execute(_RECENT)])

    async def histories(
        self, asked: Sequence[tuple[TaskId, int | None]]
    ) -> dict[tuple[TaskId, int | None], TaskHistory]:
        """Return presses and lineage of each ``(task, guild)``."""

        def work(db: Database) -> dict[tuple[TaskId, int | None], TaskHistory]:
            return {
                (task_id, guild_id): TaskHistory(_presses(db, task_id), _lineage(db, task_id, guild_id))
                for task_id, guild_id in asked
            }

        return await self._thread.run(work)

    async def children(self, task_id: TaskId, guild_id: int | None, limit: int) -> list[MessageRef]:
        """Return the messages of the first children of a task."""

        def work(db: Database) -> list[MessageRef]:
            rows = list(db.query(_CHILDREN, {"id": task_id, "guild": guild_id}))[:limit]
            return [MessageRef(row["channel_id"], row["message_id"]) for row in rows if row["message_id"]]

        return await self._thread.run(work)

    async def refuse_kind(self, kind: str, at: float) -> None:
        """Store that the service does not offer a kind of action."""
        row = {"upstream": self._upstream, "kind": kind, "at": at}

        def work(db: Database) -> None:
            with db.atomic():
                db.table("refused_kinds").upsert(row, pk=("upstream", "kind"))

        await self._thread.run(work)
        (await self._refused_kinds())[kind] = at

    async def refused_kinds(self, since: float, until: float = math.inf) -> frozenset[str]:
        """Return the kinds of action that the service does not offer."""
        return frozenset(kind for kind, at in (await self._refused_kinds()).items() if since <= at <= until)

    async def _refused_kinds(self) -> dict[str, float]:
        def work(db: Database) -> dict[str, float]:
            rows = db.table("refused_kinds").rows_where("upstream = ?", [self._upstream])
            return {row["kind"]: row["at"] for row in rows}

        if self._refused is None:
            self._refused = await self._thread.run(work)
        return self._refused

    async def unlink(self, ref: MessageRef) -> list[TaskId]:
        """Remove every link to a message; return the tasks whose cards had one."""

        def work(db: Database) -> list[TaskId]:
            with db.atomic():
                rows = list(db.table("lineage").rows_where("message_id = ?", [ref.message_id]))
                db.execute("delete from lineage where message_id = ?", [ref.message_id])
                db.execute("update presses set message_id = null where message_id = ?", [ref.message_id])
            return [TaskId(row["parent_id"]) for row in rows]

        return await self._thread.run(work)


_NOTE = "update presses set state = ? where task_id = ? and action = ? and number = ?"
_ACCEPT = """
update presses set state = 'accepted', child_id = ?, guild_id = ?, channel_id = ?, message_id = ?
where task_id = ? and action = ? and number = ?
"""
_RECENT = """
select task_id from presses where at > (select max(at) from presses) - 900
group by task_id order by max(at) desc limit 200
"""
_DROP_PENDING = "delete from pending_cards where task_id = ?"
_PARENT = """
select lineage.parent_id, lineage.label, w.channel_id, w.message_id from lineage
left join watches w on w.message_id = (
    select message_id from watches where task_id = lineage.parent_id and guild_id is :guild
    order by created_at desc limit 1)
where lineage.child_id = :id and lineage.guild_id is :guild
"""
_CHILDREN = """
select child_id, label, channel_id, message_id from lineage
where parent_id = :id and guild_id is :guild order by at, child_id
"""


def _link(
    db: Database, parent_id: TaskId, label: str, watch: Watch, child_id: TaskId, message_id: int | None
) -> None:
    row = {
        "child_id": child_id,
        "parent_id": parent_id,
        "label": label,
        "at": watch.created_at,
        "guild_id": watch.guild_id,
        "channel_id": watch.ref.channel_id,
        "message_id": message_id,
    }
    db.table("lineage").upsert(row, pk="child_id")


def _presses(db: Database, task_id: TaskId) -> dict[str, Press]:
    rows = db.execute("select action, state from presses where task_id = ?", [task_id])
    return {action: Press(state) for action, state in rows}


def _lineage(db: Database, task_id: TaskId, guild_id: int | None) -> Lineage:
    up = list(db.query(_PARENT, {"id": task_id, "guild": guild_id}))
    down = db.query(_CHILDREN, {"id": task_id, "guild": guild_id})
    return Lineage(
        _related(up[0], "parent_id", guild_id) if up else None,
        tuple(_related(row, "child_id", guild_id) for row in down),
    )


def _last(db: Database, task_id: TaskId, action: str) -> PressRecord | None:
    rows = list(db.table("presses").rows_where("task_id = ? and action = ?", [task_id, action]))
    return press_record(rows[0]) if rows else None


def _related(row: dict[str, Any], column: str, guild_id: int | None) -> RelatedTask:
    ref = MessageRef(row["channel_id"], row["message_id"]) if row["message_id"] else None
    return RelatedTask(TaskId(row[column]), row["label"], ref.url(guild_id) if ref else None)
