"""The database file: private, locked by one process, and checked for removal and replacement."""

from __future__ import annotations

import logging
import os
import stat
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mjbot.errors import StartupError
from mjbot.store.sqlite.failures import NOT_A_FILE, failure_of_file

try:
    import fcntl
except ModuleNotFoundError:
    import msvcrt

    _POSIX = False
else:
    _POSIX = True

log = logging.getLogger(__name__)

# The first byte after those that SQLite locks: https://www.sqlite.org/fileformat2.html#the_lock_byte_page
_LOCK_BYTE = 0x4000_0000 + 512
_COMPANIONS = ("-wal", "-shm", "-journal")


@contextmanager
def locked_file(path: str) -> Iterator[Callable[[], bool]]:
    """Open or create the file, and lock it for this process. Raises `StartupError`.

    Yields a function that returns False if the database files have been moved, removed or replaced. The lock
    is on the file itself, so it also applies to links and to other paths of the same file. The kernel
    releases the lock when the process ends for any reason.
    """
    if path == ":memory:":
        yield lambda: True
        return
    try:
        descriptor = _open(path)
    except OSError as error:
        raise failure_of_file(error).at_start(path) from error
    try:
        opened = os.fstat(descriptor)
        if not stat.S_ISREG(opened.st_mode):
            raise NOT_A_FILE.at_start(path)
        _lock(path, descriptor)
        if opened.st_nlink > 1:
            log.warning("%s has another name (a hard link): SQLite loses data if both are used", path)
        file, write_ahead_log = Path(path), Path(os.path.realpath(path) + "-wal")
        yield lambda: _is_in_place(file, opened, write_ahead_log)
    finally:
        os.close(descriptor)  # after SQLite closes: closing a file can release all locks of the process


def make_private(path: str) -> None:
    """Allow only the owner to read the database files.

    SQLite creates its other files with the mode of the database file. On Windows, a mode only controls
    whether a file can be written; the access rights of the folder apply.
    """
    if path == ":memory:" or not _POSIX:
        return
    for name in (path, *(os.path.realpath(path) + each for each in _COMPANIONS)):
        with suppress(FileNotFoundError):
            mode = stat.S_IMODE(Path(name).stat().st_mode)
            if not mode & 0o077:
                continue
            try:
                Path(name).chmod(mode & 0o700)
            except OSError:
                log.warning("%s can be read by other users, and mjbot may not change that", name)
            else:
                log.warning("%s could be read by other users; now only its owner can", name)


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR)
    except FileNotFoundError:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        log.info("created the database %s", path)
        return descriptor


def _lock(path: str, descriptor: int) -> None:
    """Lock a byte of the file that SQLite does not use. SQLite's own locks last only for a transaction."""
    try:
        if not _POSIX:
            os.lseek(descriptor, _LOCK_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        elif sys.platform == "linux":
            # A lock of the open file, not of the process: closing another handle does not release it.
            lock = struct.pack("hhqqi0q", fcntl.F_WRLCK, os.SEEK_SET, _LOCK_BYTE, 1, 0)
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, lock)
        else:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _LOCK_BYTE)
    except (BlockingIOError, PermissionError):
        message = f"Another mjbot is using the database {path}. Stop it first."
        raise StartupError(message, lasting=False) from None
    except OSError as error:
        raise failure_of_file(error).at_start(path) from error


def _is_in_place(file: Path, opened: os.stat_result, write_ahead_log: Path) -> bool:
    """Return whether the path still leads to the opened file, and the write-ahead log exists."""
    try:
        write_ahead_log.stat()
        return os.path.samestat(file.stat(), opened)
    except OSError:
        return False
