"""SQLite queries for the lineage of tasks: the parent of each task, and its children.

Lineage is stored for the place (a guild or direct messages) in which a button was pressed. The caller commits
the transaction.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from mjbot.core.access.place import Place
from mjbot.core.card.lineage import Lineage, RelatedTask
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, Watch

_PARENT = """
select lineage.parent_id, lineage.label, w.channel_id, w.message_id, (
    select count(*) from lineage other
    where other.parent_id = lineage.parent_id and other.place = lineage.place and other.label = lineage.label
      and (other.at, other.child_id) <= (lineage.at, lineage.child_id)
) as number from lineage
left join watches w on w.message_id = (
    select max(message_id) from watches
    where task_id = lineage.parent_id
      and coalesce('guild:' || guild_id, 'user:' || requester_id) = lineage.place)
where child_id = ? and lineage.place = ?
"""
_CHILDREN = """
select child_id, label, channel_id, message_id,
row_number() over (partition by label order by at, child_id) as number
from lineage where parent_id = ? and place = ? order by at, child_id
"""


def save_lineage(
    db: Database, parent_id: TaskId, label: str, watch: Watch, child_id: TaskId, message_id: int | None
) -> None:
    """Store the parent of a task that was created by pressing a button in the place of ``watch``."""
    row = {
        "child_id": child_id,
        "parent_id": parent_id,
        "label": label,
        "at": watch.created_at,
        "place": watch.place.key,
        "channel_id": watch.ref.channel_id,
        "message_id": message_id,
    }
    db.table("lineage").upsert(row, pk=("child_id", "place"))


def save_message_of_child(db: Database, watch: Watch) -> None:
    """Add the message that shows a child task to the stored lineage of the task."""
    values = [watch.ref.channel_id, watch.ref.message_id, watch.task_id, watch.place.key]
    db.execute("update lineage set channel_id = ?, message_id = ? where child_id = ? and place = ?", values)


def lineage_of(db: Database, task_id: TaskId, place: Place) -> Lineage:
    """Return the parent and the children of a task that are known in a place (a guild or direct messages)."""
    up = list(db.query(_PARENT, [task_id, place.key]))
    down = db.query(_CHILDREN, [task_id, place.key])
    return Lineage(
        _related(up[0], "parent_id", place) if up else None,
        tuple(_related(row, "child_id", place) for row in down),
    )


def messages_of_children(db: Database, task_id: TaskId, place: Place) -> list[MessageRef]:
    """Return the messages that show the children of a task in a place, oldest first."""
    rows = db.query(_CHILDREN, [task_id, place.key])
    return [MessageRef(row["channel_id"], row["message_id"]) for row in rows if row["message_id"]]


def _related(row: dict[str, Any], column: str, place: Place) -> RelatedTask:
    ref = MessageRef(row["channel_id"], row["message_id"]) if row["message_id"] else None
    return RelatedTask(
        TaskId(row[column]), row["label"], ref.url(place.guild_id) if ref else None, row["number"]
    )
