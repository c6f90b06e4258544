"""Parses only the tasks that have changed since they were last read.

A poll reads a hundred tasks, and most of them have not changed. To compare what was sent takes a tenth of the
time that parsing takes.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from mjbot.core.model.task import Task
from mjbot.core.scheduling.bounded_dict import BoundedDict
from mjbot.upstream.wire import parse_task

_REMEMBERED: Final = 20_000  # tasks; twice as many as the bot is built to follow

Note = Callable[[Mapping[str, Any]], None]
"""A function that is called with a raw task before it is parsed."""


class LastReadings:
    """Keeps the last reading of each unfinished task, with a digest of the JSON that it was parsed from.

    ``note`` is called with each raw task that has to be parsed. Finished tasks are not kept, because they are
    not read again. Large responses are parsed in a thread, so the methods may be called from any thread.
    """

    def __init__(self, note: Note) -> None:
        self._note = note
        self._lock = threading.Lock()
        self._last = BoundedDict[str, tuple[bytes, Task]](_REMEMBERED)

    def parse(self, raw: Mapping[str, Any]) -> Task | None:
        """Parse a raw task. An unchanged task is returned as the same object."""
        sent_id, digest = str(raw.get("id")), _digest(raw)
        if (last := self._last.get(sent_id)) is not None and last[0] == digest:
            return last[1]
        self._note(raw)
        task = parse_task(raw)
        with self._lock:
            self._last.pop(sent_id, None)
            if digest and task is not None and not task.phase.final:
                self._last[sent_id] = digest, task
        return task


def _digest(raw: Mapping[str, Any]) -> bytes:
    """Return a digest of a raw task, or b"" if it holds something that only the lenient parser accepts."""
    try:
        return hashlib.blake2b(orjson.dumps(raw), digest_size=16).digest()
    except TypeError:  # a lone surrogate, a huge integer, deep nesting
        return b""
