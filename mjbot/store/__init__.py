"""Implementations of the stores. Each kind of database has a folder of its own with all of its SQL."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from mjbot.errors import StartupError
from mjbot.ports import Stores
from mjbot.store.sqlite import open_sqlite


def open_stores(database: str, upstream: str = "") -> AbstractAsyncContextManager[Stores]:
    """Migrate a database, and open its stores. Raises `StartupError`.

    ``database`` is the path of an SQLite file, or ``:memory:``. ``upstream`` is the address of the image
    service. It is stored with each action that the service rejects as unknown.
    """
    scheme, separator, _ = database.partition("://")
    if not separator:
        return open_sqlite(database, upstream)
    raise StartupError(f"MJBOT_DATABASE: {scheme}:// is not supported. Set the path of a file.")
