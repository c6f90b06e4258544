"""Button presses and the lineage of tasks, stored in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlite_utils import Database

from mjbot.core.access.place import Place
from mjbot.core.model.press import AFTER_RESTART, MAKE_ACTION, Press, PressKey, may_begin
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, Watch
from mjbot.ports import NO_HISTORY, PendingCard, PressRecord, SubmitOrigin, TaskHistory
from mjbot.store.sqlite.created import save_created
from mjbot.store.sqlite.lineage import lineage_of, messages_of_children, save_message_of_child
from mjbot.store.sqlite.makes import make_shown_as
from mjbot.store.sqlite.marks import delete_marks, delete_marks_of_refused, save_marks
from mjbot.store.sqlite.rows import (
    pending_cards,
    press_record,
    read_snapshot,
    save_watch,
)
from mjbot.store.sqlite.series import parts_of, series_of
from mjbot.store.sqlite.thread import DatabaseThread


class SqlitePresses:
    """Stores button presses and the lineage of tasks in SQLite. Implements `PressStore`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def begin(
        self,
        task_id: TaskId,
        action: str,
        user_id: int,
        at: float,
        *,
        repeats: int = 0,
        origin: SubmitOrigin | None = None,
    ) -> PressKey | PressRecord:
        """Store a press as SENDING, or return the earlier press that forbids it.

        The press changes the card, so what the messages of the task show is unknown until it is noted again.
        A user can confirm that an accepted or unclear press is to be submitted again. ``repeats`` is then the
        number of that earlier press.
        """

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
                    "not_found": 0,
                    # The tasks of the previous press may be in another place.
                    **dict.fromkeys(("child_id", "guild_id", "channel_id", "message_id")),
                }
                db.table("presses").upsert(row, pk=("task_id", "action"))
                db.execute(_UNKNOWN, [task_id])
                if origin is not None:
                    save_marks(db, key, origin, at)
                return key

        return await self._thread.run(work)

    async def last(self, task_id: TaskId, action: str) -> PressRecord | None:
        """Return the latest press of an action on a task, or None."""
        return await self._thread.run(lambda db: _last(db, task_id, action))

    async def note(self, press: PressKey, state: Press) -> None:
        """Store the new state of a press."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute(_NOTE, [state, press.task_id, press.action, press.number])
                if state in (Press.ACCEPTED, Press.REFUSED):
                    delete_marks(db, press)

        await self._thread.run(work)

    async def accept(
        self, press: PressKey, label: str, watch: Watch, snapshots: Sequence[TaskSnapshot]
    ) -> None:
        """Store that a press was accepted, the tasks that it created, and the watch of the first task."""

        def work(db: Database) -> None:
            child = [snapshots[0].id, watch.guild_id, watch.ref.channel_id, watch.ref.message_id or None]
            with db.atomic():
                save_created(db, press, label, watch, snapshots, shown=bool(watch.ref.message_id))
                db.execute(_ACCEPT, [*child, press.task_id, press.action, press.number])
                delete_marks(db, press)

        await self._thread.run(work)

    async def pending_cards(self) -> list[tuple[PendingCard, TaskSnapshot]]:
        """Return the tasks whose card has not been posted yet, each with its snapshot."""

        def work(db: Database) -> list[tuple[PendingCard, TaskSnapshot]]:
            return [
                # A snapshot in another version's format is replaced by an empty one, and read again upstream.
                (card, read_snapshot(db, card.task_id) or TaskSnapshot(card.task_id, card.created_at))
                for card in pending_cards(db)
            ]

        return await self._thread.run(work)

    async def add_card(self, watch: Watch) -> Sequence[TaskId]:
        """Store the watch of a card that has been posted, and delete the pending card."""

        def work(db: Database) -> Sequence[TaskId]:
            with db.atomic():
                save_watch(db, watch)
                save_message_of_child(db, watch)
                db.execute(_DROP_PENDING, [watch.task_id])
            return series_of(db, watch.task_id)

        return await self._thread.run(work)

    async def drop_pending_card(self, task_id: TaskId) -> None:
        """Delete a pending card, which will then never be posted."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute(_DROP_PENDING, [task_id])

        await self._thread.run(work)

    async def of(self, task_id: TaskId) -> dict[str, Press]:
        """Return the state of the latest press of each action on a task."""
        return await self._thread.run(lambda db: _presses(db, task_id))

    async def end_interrupted(self) -> list[TaskId]:
        """Update the state of presses that a restart interrupted, and return the ids of their tasks."""

        def work(db: Database) -> list[TaskId]:
            with db.atomic():
                rows = list(
                    db.query("select distinct task_id from presses where state in ('sending', 'retrying')")
                )
                for before, after in AFTER_RESTART.items():
                    db.execute("update presses set state = ? where state = ?", [after, before])
                delete_marks_of_refused(db)
            return [TaskId(row["task_id"]) for row in rows]

        return await self._thread.run(work)

    async def recently_pressed(self) -> list[TaskId]:
        """Return the ids of recently pressed tasks, latest first."""
        return await self._thread.run(lambda db: [TaskId(task_id) for (task_id,) in db.execute(_RECENT)])

    async def histories(
        self, asked: Sequence[tuple[TaskId, Place]]
    ) -> dict[tuple[TaskId, Place], TaskHistory]:
        """Return the presses and the lineage for each pair of a task and a place."""

        def work(db: Database) -> dict[tuple[TaskId, Place], TaskHistory]:
            # Most tasks have none. To ask for all at once takes a tenth of the time of four queries for each.
            ids = orjson.dumps([task_id for task_id, _ in asked]).decode()
            related = {task_id for (task_id,) in db.execute(_WITH_HISTORY, [ids])}
            return {
                (task_id, place): _history(db, task_id, place) if task_id in related else NO_HISTORY
                for task_id, place in asked
            }

        return await self._thread.run(work)

    async def children(self, task_id: TaskId, place: Place, limit: int) -> list[MessageRef]:
        """Return up to ``limit`` messages that show the children of a task in a place, oldest first."""
        return await self._thread.run(lambda db: messages_of_children(db, task_id, place)[:limit])

    async def unlink(self, ref: MessageRef) -> list[TaskId]:
        """Remove every link to a message, and return the ids of the tasks whose cards linked to it."""

        def work(db: Database) -> list[TaskId]:
            with db.atomic():
                rows = list(db.table("lineage").rows_where("message_id = ?", [ref.message_id]))
                db.execute("delete from lineage where message_id = ?", [ref.message_id])
                db.execute("update presses set message_id = null where message_id = ?", [ref.message_id])
            return [TaskId(row["parent_id"]) for row in rows]

        return await self._thread.run(work)


_UNKNOWN = "update watches set delivered_digest = '' where task_id = ? collate nocase"
_NOTE = "update presses set state = ? where task_id = ? and action = ? and number = ?"
_ACCEPT = """
update presses set state = 'accepted', child_id = ?, guild_id = ?, channel_id = ?, message_id = ?
where task_id = ? and action = ? and number = ?
"""
_RECENT = """
select task_id from presses where at > (select max(at) from presses) - 900
group by task_id order by max(at) desc limit 200
"""
_WITH_HISTORY = """
select value from json_each(?) where exists (select 1 from presses where task_id = value)
or exists (select 1 from lineage where child_id = value)
or exists (select 1 from lineage where parent_id = value)
or exists (select 1 from makes where task_id = value) or exists (select 1 from makes where id = value)
"""
_DROP_PENDING = "delete from pending_cards where task_id = ?"


def _history(db: Database, task_id: TaskId, place: Place) -> TaskHistory:
    make = make_shown_as(db, task_id, place)
    if make and make.id == task_id and (parts := parts_of(db, task_id)):
        return TaskHistory({}, lineage_of(db, task_id, place), make, series=parts)
    last = _last(db, make.id, MAKE_ACTION) if make and make.id == task_id else None
    presses, lineage = _presses(db, task_id), lineage_of(db, task_id, place)
    if last is None:
        return TaskHistory(presses, lineage, make)
    return TaskHistory(presses, lineage, make, last.number, last.not_found)


def _presses(db: Database, task_id: TaskId) -> dict[str, Press]:
    rows = db.execute("select action, state from presses where task_id = ?", [task_id])
    return {action: Press(state) for action, state in rows}


def _last(db: Database, task_id: TaskId, action: str) -> PressRecord | None:
    rows = list(db.table("presses").rows_where("task_id = ? and action = ?", [task_id, action]))
    return press_record(rows[0]) if rows else None
