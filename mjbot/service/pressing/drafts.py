"""Words that were written into a window and led to nothing: the next window begins with them."""

from __future__ import annotations

from collections import OrderedDict

from mjbot.core.model.task import TaskId

_MOST = 200  # each at most 4,000 characters; in memory only, since they are people's words


class Drafts:
    """The last words of each person for each action."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, TaskId, str], str] = OrderedDict()

    def keep(self, user_id: int, task_id: TaskId, action: str, modal_input: str) -> None:
        """Keep what somebody wrote, until it has led somewhere."""
        self._kept[user_id, task_id, action] = modal_input
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def get(self, user_id: int, task_id: TaskId, action: str) -> str | None:
        """What somebody wrote last, if it led to nothing."""
        return self._kept.get((user_id, task_id, action))

    def drop(self, user_id: int, task_id: TaskId, action: str) -> None:
        """It has led somewhere."""
        self._kept.pop((user_id, task_id, action), None)
