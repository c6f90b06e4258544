"""An in-memory index of all open watches, which are messages that follow a task."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, Watch


class WatchIndex:
    """All open watches. A lookup by message or by task takes O(1) time."""

    def __init__(self) -> None:
        self._by_ref: dict[MessageRef, Watch] = {}
        self._by_task: defaultdict[TaskId, dict[MessageRef, None]] = defaultdict(dict)
        self._guilds: Counter[int | None] = Counter()

    def __contains__(self, ref: MessageRef) -> bool:
        return ref in self._by_ref

    def add(self, watch: Watch) -> None:
        """Add a watch. It replaces any other watch of the same message."""
        self.pop(watch.ref)
        self._by_ref[watch.ref] = watch
        self._by_task[watch.task_id][watch.ref] = None
        self._guilds[watch.guild_id] += 1

    def pop(self, ref: MessageRef) -> Watch | None:
        """Remove and return the watch of a message, or return None."""
        watch = self._by_ref.pop(ref, None)
        if watch is not None:
            refs = self._by_task[watch.task_id]
            del refs[ref]
            if not refs:
                del self._by_task[watch.task_id]
            self._guilds[watch.guild_id] -= 1
        return watch

    def get(self, ref: MessageRef) -> Watch | None:
        """Return the watch of a message, or None."""
        return self._by_ref.get(ref)

    def of(self, task_id: TaskId) -> list[Watch]:
        """Return the watches of one task."""
        return [self._by_ref[ref] for ref in self._by_task.get(task_id, ())]

    def followed(self, task_id: TaskId) -> bool:
        """Return whether any message follows a task."""
        return task_id in self._by_task

    def where(self, holds: Callable[[Watch], bool]) -> list[Watch]:
        """Return the watches for which ``holds`` returns True."""
        return [watch for watch in self._by_ref.values() if holds(watch)]

    def live(self, guild_id: int) -> int:
        """Return the number of messages in a guild that follow a task."""
        return self._guilds[guild_id]
