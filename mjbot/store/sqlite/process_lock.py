"""Keeps a second process off a database: two bots with one token would both answer and both edit.

SQLite's own locks do not prevent this: they last for a transaction.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mjbot.errors import StartupError


@contextmanager
def process_lock(path: str) -> Iterator[None]:
    """Hold the lock file ``<path>.lock``. Raises `StartupError` if another process holds it.

    The kernel releases it when the process ends, however it ends; the empty file stays.
    """
    if path == ":memory:":
        yield
        return
    try:
        file = Path(f"{path}.lock").open("w", encoding="utf-8")  # noqa: SIM115 (closed below)
    except OSError as error:
        raise StartupError(f"The database {path} cannot be opened: {error.strerror}.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Another mjbot is using the database {path}. Stop it first."
            raise StartupError(message, lasting=False) from None
        yield
