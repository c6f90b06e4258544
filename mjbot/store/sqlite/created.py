"""The tasks that a press created, with what shows them. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from mjbot.core.model.makes import is_make
from mjbot.core.model.press import PressKey
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.watch import Watch
from mjbot.store.sqlite.lineage import save_lineage
from mjbot.store.sqlite.rows import save_pending_card, save_seen, save_snapshots, save_watch


def save_created(
    db: Database,
    press: PressKey,
    label: str,
    watch: Watch,
    tasks: Sequence[TaskSnapshot],
    *,
    shown: bool = True,
    current: bool = True,
) -> None:
    """Insert the tasks that a press created.

    ``shown``: the message of ``watch`` is the card of the first task, and the other cards are pending; else
    all are. ``current``: the press was not repeated since. Then a make becomes the first task.
    """
    first = tasks[0]
    save_snapshots(db, tasks, keep=True)
    for each in tasks:
        save_seen(db, watch, each.id)
    if shown:
        save_watch(db, watch)
    if not is_make(press.task_id):
        for each in tasks:
            message_id = watch.ref.message_id if shown and each is first else None
            save_lineage(db, press.task_id, label, watch, each.id, message_id)
    elif current:
        db.execute("update makes set task_id = ? where id = ?", [first.id, press.task_id])
    for each in tasks[1:] if shown else tasks:
        save_pending_card(db, each.id, watch)
