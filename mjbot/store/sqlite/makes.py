"""Makes, stored in SQLite. A make is a submit that creates a task from a prompt or a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlite_utils import Database

from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import MakeOptions
from mjbot.core.model.makes import is_make
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.submits import Command
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import Watch
from mjbot.ports import Make, Refusal
from mjbot.store.sqlite.rows import save_snapshots, save_watch
from mjbot.store.sqlite.thread import DatabaseThread

_OPTIONS = TypeAdapter(MakeOptions)
_OF_TASK = """
task_id = ? and coalesce('guild:' || guild_id, 'user:' || user_id) = ? order by created_at desc limit 1
"""
_PRESSED = "exists (select 1 from presses where task_id = makes.id and state {})"
_UNSENT = "refusal is null and not " + _PRESSED.format("!= 'refused'")
_UNSENT_SERIES = f"""
select series from makes where series != '' and {_UNSENT} group by series order by min(created_at)
"""
_STOPPABLE = f"""
select id from makes
where series = ? and refusal is null and not {_PRESSED.format("not in ('refused', 'retrying')")}
"""
# What is in flight, too: it may come back as refused because the queue is full.
_STOP = f"""
update makes set refusal = ?
where series = ? and refusal is null and not {_PRESSED.format("in ('accepted', 'unclear')")}
"""


class SqliteMakes:
    """Stores makes, the submits that create a task, in SQLite. Implements `MakeStore`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def add(self, make: Make, snapshot: TaskSnapshot | None = None) -> None:
        """Store a make and, if given, the task snapshot that the message of the make shows."""

        def work(db: Database) -> None:
            with db.atomic():
                db.table("makes").upsert(_row(make), pk="id")
                if snapshot is not None:
                    save_snapshots(db, [snapshot])

        await self._thread.run(work)

    async def get(self, make_id: TaskId) -> Make | None:
        """Return the make with this id, or None."""
        return await self._thread.run(lambda db: make_where(db, "id = ?", make_id))

    async def of_task(self, task_id: TaskId, place: Place) -> Make | None:
        """Return the latest make that created this task in a place, or None."""
        return await self._thread.run(lambda db: make_where(db, _OF_TASK, task_id, place.key))

    async def start_series(self, parts: Sequence[Make], watch: Watch) -> bool:
        """Store the makes of a series and the watch of its card, unless they are stored."""

        def work(db: Database) -> bool:
            with db.atomic():
                if db.table("makes").count_where("series = ?", [parts[0].series]):
                    return False
                db.table("makes").insert_all(map(_row, parts))
                save_watch(db, watch)
            return True

        return await self._thread.run(work)

    async def stop_series(self, series: TaskId, refusal: Refusal) -> Sequence[TaskId]:
        """Refuse the makes of a series that have not started, and return those that are not in flight."""

        def work(db: Database) -> Sequence[TaskId]:
            with db.atomic():
                ids = [TaskId(each) for (each,) in db.execute(_STOPPABLE, [series])]
                db.execute(_STOP, [_stored(refusal), series])
            return ids

        return await self._thread.run(work)

    async def unsent_series(self) -> Sequence[TaskId]:
        """Return the series with at least one unsent make."""
        return await self._thread.run(lambda db: [TaskId(each) for (each,) in db.execute(_UNSENT_SERIES)])

    async def next_of(self, series: TaskId) -> Make | None:
        """Return the first unsent make of a series."""
        where = f"series = ? and {_UNSENT} order by position limit 1"
        return await self._thread.run(lambda db: make_where(db, where, series))

    async def refuse(self, make_id: TaskId, refusal: Refusal) -> None:
        """Store the reason why a make was refused."""
        stored = _stored(refusal)

        def work(db: Database) -> None:
            with db.atomic():
                db.execute("update makes set refusal = ? where id = ?", [stored, make_id])

        await self._thread.run(work)


def make_shown_as(db: Database, task_id: TaskId, place: Place) -> Make | None:
    """Return the make that a card (the message of a task) shows, or None.

    ``task_id`` is the id of the make itself, or of the task that the make created in this place.
    """
    if is_make(task_id):
        return make_where(db, "id = ?", task_id)
    return make_where(db, _OF_TASK, task_id, place.key)


def make_where(db: Database, where: str, *values: object) -> Make | None:
    """Return the first make that matches an SQL condition, or None."""
    for row in db.query(f"select * from makes where {where}", values):
        return read_make(row)
    return None


def _row(make: Make) -> dict[str, Any]:
    return {
        "id": make.id,
        "command": make.command,
        "text": make.text,
        "guild_id": make.guild_id,
        "channel_id": make.channel_id,
        "user_id": make.user_id,
        "locale": make.locale,
        "created_at": make.created_at,
        "options": _OPTIONS.dump_json(make.options, exclude_defaults=True).decode(),
        "pictures": make.pictures,
        "series": make.series,
        "position": make.position,
        "refusal": _stored(make.refusal),
        "task_id": make.task_id,
    }


def read_make(row: Mapping[str, Any]) -> Make:
    """Build a make from its row."""
    stored = {
        **row,
        "id": TaskId(row["id"]),
        "command": Command(row["command"]),
        "options": _read_options(row["options"]),
        "refusal": _read_refusal(row["refusal"]),
        "task_id": TaskId(row["task_id"]) if row["task_id"] else None,
    }
    return Make(**stored)


def _read_options(stored: str) -> MakeOptions:
    try:
        return _OPTIONS.validate_json(stored)
    except ValidationError:
        return MakeOptions()  # written by another version of mjbot


def _stored(refusal: Refusal | None) -> str | None:
    return json.dumps([refusal.text, dict(refusal.values)]) if refusal else None


def _read_refusal(stored: str | None) -> Refusal | None:
    if stored is None:
        return None
    key, values = json.loads(stored)
    text = Text.get(key)
    return Refusal(text, values) if text else None
