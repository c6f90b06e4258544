"""Faults of an open SQLite database, made where the disk or another program would make them."""

from __future__ import annotations

from contextlib import suppress
from itertools import count

from sqlite_utils import Database

from mjbot.errors import StoreFailed
from mjbot.ports import Stores
from mjbot.store.sqlite.pruning import SqlitePruner
from mjbot.store.sqlite.thread import DatabaseThread

_PAGES = 1_000_000


def thread_of(stores: Stores) -> DatabaseThread:
    """The thread behind stores on SQLite."""
    assert isinstance(stores.pruner, SqlitePruner)
    return stores.pruner._thread


async def pragma(stores: Stores, statement: str) -> int:
    def work(db: Database) -> int:
        row = db.execute(f"pragma {statement}").fetchone()
        return int(row[0]) if row else 0

    return await thread_of(stores).run(work)


async def refuse_writes(stores: Stores, *, on: bool) -> None:
    """Refuse every write, as on a read-only disk."""
    await pragma(stores, f"query_only = {'on' if on else 'off'}")


async def refuse_all(stores: Stores, *, on: bool) -> None:
    """Interrupt every statement, reads too."""
    await thread_of(stores).run(lambda db: db.conn.set_progress_handler((lambda: 1) if on else None, 1))


async def refuse_all_after(stores: Stores, words: str) -> None:
    """Interrupt every statement that follows the next transaction in which one has these words."""
    found = failing = False

    def install(db: Database) -> None:
        def note(statement: str) -> None:
            nonlocal found, failing
            failing = failing or (found and not db.conn.in_transaction)
            found = found or words in statement

        db.conn.set_trace_callback(note)
        db.conn.set_progress_handler(lambda: failing, 1)

    await thread_of(stores).run(install)


async def age_pending_cards(stores: Stores, seconds: int) -> None:
    """Make the cards that wait to be posted older, as if the process had not run meanwhile."""

    def work(db: Database) -> None:
        with db.atomic():
            db.execute("update pending_cards set created_at = created_at - ?", [seconds])

    await thread_of(stores).run(work)


async def fill_disk(stores: Stores) -> None:
    """Let the file grow no more, and use up what is free in it."""
    await pragma(stores, f"max_page_count = {await pragma(stores, 'page_count')}")
    with suppress(StoreFailed):
        for number in count():
            await stores.key_values.set(f"filler:{number}", "." * 8192)


async def free_disk(stores: Stores) -> None:
    await pragma(stores, f"max_page_count = {_PAGES}")
