"""Converts database rows to and from watches, snapshots and presses. The caller commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlite_utils import Database

from mjbot.core.access.place import Place
from mjbot.core.model.makes import is_make
from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Phase, TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch, WatchState
from mjbot.ports import PendingCard, PressRecord

_SNAPSHOT = TypeAdapter(TaskSnapshot)
_WATCH = (
    "message_id, channel_id, guild_id, task_id, requester_id, locale, created_at, state, "
    "delivered_digest, delivered_picture, delivered_image"
)

_SEEN = (
    "insert into seen (place, task_id, at) values (?, ?, ?)"
    " on conflict (place, task_id) do update set at = max(at, excluded.at)"
)


def save_watch(db: Database, watch: Watch) -> None:
    """Insert or replace a watch: a message that follows a task."""
    db.execute(
        f"insert or replace into watches ({_WATCH}) values ({', '.join('?' * len(_WATCH.split(',')))})",
        [
            watch.ref.message_id,
            watch.ref.channel_id,
            watch.guild_id,
            watch.task_id,
            watch.requester_id,
            watch.locale,
            watch.created_at,
            watch.state,
            watch.delivered.digest,
            watch.delivered.picture,
            watch.delivered.image,
        ],
    )


def watches_where(db: Database, where: str, *values: object) -> list[Watch]:
    """Return the watches that match an SQL condition, oldest first."""
    rows = db.query(f"select {_WATCH} from watches where {where} order by created_at", list(values))
    return [
        Watch(
            ref=MessageRef(row["channel_id"], row["message_id"]),
            task_id=TaskId(row["task_id"]),
            guild_id=row["guild_id"],
            requester_id=row["requester_id"],
            locale=row["locale"],
            created_at=row["created_at"],
            state=WatchState(row["state"]),
            delivered=DeliveredState(
                row["delivered_digest"], row["delivered_picture"], row["delivered_image"]
            ),
        )
        for row in rows
    ]


def save_snapshots(db: Database, snapshots: Sequence[TaskSnapshot], *, keep: bool = False) -> None:
    """Insert or replace task snapshots. With ``keep``, existing snapshots are not replaced."""
    db.conn.executemany(
        f"insert or {'ignore' if keep else 'replace'} into tasks"
        " (id, snapshot, phase, prompt, updated_at) values (?, ?, ?, ?, ?)",
        [
            (
                snapshot.id,
                _SNAPSHOT.dump_json(snapshot, exclude_defaults=True).decode(),
                _stored_phase(snapshot),
                snapshot.task.prompt if snapshot.task else "",
                snapshot.seen_at or snapshot.opened_at,
            )
            for snapshot in snapshots
        ],
    )


def save_seen(db: Database, watch: Watch, task_id: TaskId) -> None:
    """Store that a task was seen in the place of a watch, so that autocomplete suggests it there.

    The id of a make (a submit that creates a task) is ignored, because it is not the id of a task.
    """
    if is_make(task_id):
        return
    db.execute(_SEEN, [watch.place.key, task_id, watch.created_at])


def _stored_phase(snapshot: TaskSnapshot) -> str:
    if snapshot.task is not None and snapshot.final:
        return snapshot.task.phase
    return "over" if snapshot.settled else (snapshot.task.phase if snapshot.task else Phase.QUEUED)


def read_snapshot(db: Database, task_id: TaskId) -> TaskSnapshot | None:
    """Return the last snapshot of a task, or None."""
    rows = list(db.table("tasks").rows_where("id = ?", [task_id], select="snapshot"))
    return parse_snapshot(rows[0]["snapshot"]) if rows else None


def parse_snapshot(stored: str) -> TaskSnapshot | None:
    """Parse a stored snapshot, or return None if another version of mjbot wrote it in another format."""
    try:
        return _SNAPSHOT.validate_json(stored)
    except ValidationError:
        return None  # the next read from the image service replaces it


def save_pending_card(db: Database, task_id: TaskId, first: Watch) -> None:
    """Store that the card of a task is still to be posted, in the channel of ``first``.

    ``first`` is the watch of the first task that the same press created.
    """
    row = {
        "task_id": task_id,
        "guild_id": first.guild_id,
        "channel_id": first.ref.channel_id,
        "requester_id": first.requester_id,
        "locale": first.locale,
        "created_at": first.created_at,
    }
    db.table("pending_cards").upsert(row, pk="task_id")


def pending_cards(db: Database, where: str = "true", *values: object) -> list[PendingCard]:
    """Return the pending cards that match an SQL condition, oldest first."""
    rows = db.table("pending_cards").rows_where(where, list(values), order_by="created_at, task_id")
    return [PendingCard(**{**row, "task_id": TaskId(row["task_id"])}) for row in rows]


def press_record(row: Mapping[str, Any]) -> PressRecord:
    """Convert a row of the table ``presses`` to a `PressRecord`."""
    message = MessageRef(row["channel_id"], row["message_id"]) if row["message_id"] else None
    child = TaskId(row["child_id"]) if row["child_id"] else None
    place, state = Place.of(row["guild_id"], row["user_id"]), Press(row["state"])
    # A submit that was searched for in vain may be found afterwards.
    not_found = state is Press.UNCLEAR and bool(row["not_found"])
    return PressRecord(state, place, child, message, row["number"], not_found)
