"""The marks of submits whose outcome is unknown, stored in SQLite with one row for each mark.

A mark is sent with a submit, and identifies the created task even if the response is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlite_utils import Database

from mjbot.core.model.press import PressKey
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Mark, TaskId
from mjbot.core.model.watch import Watch
from mjbot.ports import LostSubmit, SubmitOrigin
from mjbot.store.sqlite.created import save_created
from mjbot.store.sqlite.thread import DatabaseThread

_INSERT = """
insert into marks (mark, step, task_id, action, number, label, guild_id, channel_id, user_id, locale, sent_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_LOST = """
select marks.* from marks left join presses using (task_id, action)
where presses.number is null or marks.number < presses.number or state = 'unclear'
order by sent_at, task_id, action, number, step
"""
_IS_CURRENT = """
select 1 from presses where task_id = ? and action = ? and number = ? and state in ('sending', 'unclear')
"""
# The number increases, so that the "Do it again" button of the unclear press no longer submits anything.
_FOUND = """
update presses set state = 'accepted', child_id = ?, guild_id = ?, channel_id = ?, message_id = ?,
number = number + 1
where task_id = ? and action = ? and number = ?
"""
_CONTINUED = """
update presses set state = 'accepted', number = number + 1
where task_id = ? and action = ? and number = ? and state in ('sending', 'unclear')
"""
_NOT_FOUND = """
update presses set not_found = 1 where task_id = ? and action = ? and number = ? and state = 'unclear'
"""
_DELETE = "delete from marks where task_id = ? and action = ? and number = ?"
_DELETE_REFUSED = """
delete from marks where exists (
    select 1 from presses
    where presses.task_id = marks.task_id and presses.action = marks.action
      and presses.number = marks.number and presses.state = 'refused')
"""


class SqliteMarks:
    """Stores the marks of submits in SQLite. Implements `MarkStore`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def lost(self) -> Sequence[LostSubmit]:
        """Return the submits whose response was lost."""
        return await self._thread.run(_lost)

    async def found(self, lost: LostSubmit, watch: Watch, tasks: Sequence[TaskSnapshot]) -> bool:
        """Store that a submit was accepted although its response was lost, and delete its marks.

        Returns whether ``watch`` was stored.
        """

        def work(db: Database) -> bool:
            with db.atomic():
                return _accept(db, lost, watch, tasks)

        return await self._thread.run(work)

    async def continued(self, lost: LostSubmit) -> None:
        """Store that a submit was accepted and continues its task, and delete its marks."""

        def work(db: Database) -> None:
            with db.atomic():
                db.execute(_CONTINUED, _key(lost.press))
                delete_marks(db, lost.press)

        await self._thread.run(work)

    async def not_found(self, lost: Iterable[LostSubmit]) -> None:
        """Store that the search for the tasks of these submits found nothing."""
        keys = [_key(each.press) for each in lost]

        def work(db: Database) -> None:
            with db.atomic():
                db.conn.executemany(_NOT_FOUND, keys)

        await self._thread.run(work)


def save_marks(db: Database, press: PressKey, origin: SubmitOrigin, at: float) -> None:
    """Insert the marks of a press that is about to be sent."""
    place = (origin.label, origin.guild_id, origin.channel_id, origin.user_id, origin.locale, at)
    rows = [(mark, step, *_key(press), *place) for step, mark in enumerate(origin.marks)]
    db.conn.executemany(_INSERT, rows)


def delete_marks(db: Database, press: PressKey) -> None:
    """Delete the marks of a press whose outcome is known."""
    db.execute(_DELETE, _key(press))


def delete_marks_of_refused(db: Database) -> None:
    """Delete the marks of all refused presses."""
    db.execute(_DELETE_REFUSED)


def _lost(db: Database) -> list[LostSubmit]:
    def key(row: dict[str, object]) -> tuple[object, ...]:
        return row["task_id"], row["action"], row["number"]

    found = []
    for _, group in groupby(db.query(_LOST), key):
        rows = list(group)
        row, marks = rows[0], tuple(Mark(each["mark"]) for each in rows)
        press = PressKey(TaskId(row["task_id"]), row["action"], row["number"])
        place = (row["guild_id"], row["channel_id"], row["user_id"], row["locale"])
        found.append(LostSubmit(press, SubmitOrigin(marks, row["label"], *place), row["sent_at"]))
    return found


def _accept(db: Database, lost: LostSubmit, watch: Watch, tasks: Sequence[TaskSnapshot]) -> bool:
    press, ref = lost.press, watch.ref
    current = bool(db.execute(_IS_CURRENT, _key(press)).fetchone())
    goes_on = current and ref.message_id != 0
    save_created(db, press, lost.origin.label, watch, tasks, shown=goes_on, current=current)
    if current:
        child = (tasks[0].id, watch.guild_id, ref.channel_id, ref.message_id if goes_on else None)
        db.execute(_FOUND, [*child, *_key(press)])
    delete_marks(db, press)
    return goes_on


def _key(press: PressKey) -> tuple[str, str, int]:
    return press.task_id, press.action, press.number
