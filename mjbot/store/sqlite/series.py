"""Queries for the parts of a series in SQLite. Callers commit."""

from __future__ import annotations

from sqlite_utils import Database

from mjbot.core.model.press import Press
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.ports import SeriesPart
from mjbot.store.sqlite.makes import read_make

_PARTS = """
select makes.*, presses.state as press, presses.not_found as in_vain, (
    select max(message_id) from watches
    where watches.task_id = makes.task_id and watches.channel_id = makes.channel_id) as message
from makes left join presses on presses.task_id = makes.id
where series = ? order by position
"""
# Two queries, because with `or` SQLite would use no index.
_LISTED_BY = """
select series from makes where task_id = ? and series != ''
union select series from makes where id = ? and series != ''
"""


def parts_of(db: Database, series: TaskId) -> list[SeriesPart]:
    """Return the makes of a series in order, each with its state and message."""
    parts = []
    for row in db.query(_PARTS, [series]):
        press, in_vain, message = row.pop("press"), row.pop("in_vain"), row.pop("message")
        ref = MessageRef(row["channel_id"], message) if message else None
        parts.append(SeriesPart(read_make(row), Press(press) if press else None, bool(in_vain), ref))
    return parts


def series_of(db: Database, task_id: TaskId) -> list[TaskId]:
    """Return the series that list a task, or a make by its own id."""
    rows = db.execute(_LISTED_BY, [task_id, task_id])
    return [TaskId(series) for (series,) in rows]
