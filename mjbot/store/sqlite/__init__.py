"""The implementation of the stores in SQLite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mjbot.ports import Stores
from mjbot.store.sqlite.file import locked_file, make_private
from mjbot.store.sqlite.guilds import SqliteGuilds
from mjbot.store.sqlite.key_values import SqliteKeyValues
from mjbot.store.sqlite.makes import SqliteMakes
from mjbot.store.sqlite.marks import SqliteMarks
from mjbot.store.sqlite.presses import SqlitePresses
from mjbot.store.sqlite.pruning import SqlitePruner
from mjbot.store.sqlite.thread import DatabaseThread
from mjbot.store.sqlite.unknown_actions import SqliteUnknownActions
from mjbot.store.sqlite.usage import SqliteUsage
from mjbot.store.sqlite.watches import SqliteWatches


@asynccontextmanager
async def open_sqlite(path: str, upstream: str) -> AsyncIterator[Stores]:
    """Open the SQLite stores in a file (or ``:memory:``), locked for this process. Raises `StartupError`."""
    with locked_file(path) as in_place:
        async with DatabaseThread(path, in_place) as thread:
            make_private(path)
            yield Stores(
                watches=SqliteWatches(thread),
                presses=SqlitePresses(thread),
                makes=SqliteMakes(thread),
                marks=SqliteMarks(thread),
                unknown_actions=SqliteUnknownActions(thread, upstream),
                guilds=SqliteGuilds(thread),
                usage=SqliteUsage(thread),
                pruner=SqlitePruner(thread),
                key_values=SqliteKeyValues(thread),
            )
