"""The databases behind the store ports. Each kind of database has one folder, with all of its SQL."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from mjbot.errors import StartupError
from mjbot.ports import Stores
from mjbot.store.sqlite import open_sqlite


def open_stores(database: str, upstream: str = "") -> AbstractAsyncContextManager[Stores]:
    """Open the stores of a database, which is brought up to date first. Raises `StartupError`.

    ``database`` is the path of an SQLite file, or ``:memory:``. ``upstream`` is the address of the image
    service: the actions that it does not offer are stored with this address.
    """
    scheme, separator, _ = database.partition("://")
    if not separator:
        return open_sqlite(database, upstream)
    raise StartupError(f"MJBOT_DATABASE: {scheme}:// is not supported. Set the path of a file.")
