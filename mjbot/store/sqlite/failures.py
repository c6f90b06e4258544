"""Explains errors of SQLite and of the file system to the operator, and recognizes lasting ones."""

from __future__ import annotations

import errno
import sqlite3
from dataclasses import dataclass

from mjbot.errors import StartupError


@dataclass(frozen=True, slots=True)
class DatabaseFailure:
    """The reason why the database cannot be used, and what the operator can do.

    ``lasting`` is True if a restart alone does not help.
    """

    reason: str
    advice: str
    lasting: bool = False

    def at_start(self, path: str) -> StartupError:
        """Return the error to raise at startup. ``path`` is the path of the database."""
        message = f"The database {path} cannot be used: {self.reason}. {self.advice}"
        return StartupError(message, lasting=self.lasting)


_FULL = DatabaseFailure("the disk is full", "Free some space.")
_NO_FOLDER = DatabaseFailure("its folder does not exist", "Create it, or change MJBOT_DATABASE.", True)
_NOT_WRITABLE = DatabaseFailure(
    "mjbot may not write to it, or to its folder", "Change their owner, or MJBOT_DATABASE.", True
)
_CHANGE_PATH = "Change MJBOT_DATABASE."
_BY_ERRNO = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.ENOENT: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EISDIR: DatabaseFailure("it is a folder", "MJBOT_DATABASE is the path of a file.", True),
    errno.EACCES: _NOT_WRITABLE,
    errno.EPERM: _NOT_WRITABLE,
    errno.EROFS: _NOT_WRITABLE,
    errno.ELOOP: DatabaseFailure("its symbolic link leads to itself", _CHANGE_PATH, True),
    errno.ENAMETOOLONG: DatabaseFailure("its name is too long", _CHANGE_PATH, True),
}
NO_WAL = DatabaseFailure(
    "SQLite's write-ahead log does not work on its file system", "Use a local disk.", True
)
FOREIGN = DatabaseFailure("it belongs to another program", _CHANGE_PATH, True)
NEWER = DatabaseFailure("it was made by a newer mjbot", "Install that version.", True)
NOT_A_FILE = DatabaseFailure("it is not a file", _CHANGE_PATH, True)
MOVED = "it was removed or replaced"
LOCKED = DatabaseFailure("another program keeps it locked", "Start mjbot when that program has finished.")
_BY_CODE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_READONLY: _NOT_WRITABLE,
    sqlite3.SQLITE_PERM: _NOT_WRITABLE,
    sqlite3.SQLITE_CANTOPEN: DatabaseFailure(
        "mjbot cannot create files in its folder", "Change the owner of the folder, or free some space."
    ),
    sqlite3.SQLITE_IOERR: DatabaseFailure(
        "the disk does not take or give its data", "Is it full, or damaged?"
    ),
    sqlite3.SQLITE_CORRUPT: DatabaseFailure("it is damaged", "Move it away, or restore a copy of it.", True),
    sqlite3.SQLITE_NOTADB: DatabaseFailure(
        "it is not an SQLite database", "Move it away, or change MJBOT_DATABASE.", True
    ),
}


def failure_of_file(error: OSError) -> DatabaseFailure:
    """Explain an error of the file system."""
    known = _BY_ERRNO.get(error.errno or 0)
    return known or DatabaseFailure(error.strerror or type(error).__name__, "Is the disk in order?")


def failure_of(error: sqlite3.Error) -> DatabaseFailure | None:
    """Explain an error of SQLite, or return None if it can only be a bug in mjbot."""
    # https://www.sqlite.org/rescode.html#extrc
    known = _BY_CODE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if known is None and isinstance(error, sqlite3.OperationalError):
        return DatabaseFailure(str(error), "Is the disk in order?")
    return known
