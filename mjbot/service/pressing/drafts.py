"""Drafts: modal input that was not accepted, with which the next modal is pre-filled."""

from __future__ import annotations

from mjbot.core.model.task import TaskId
from mjbot.core.scheduling.bounded_dict import BoundedDict

_MOST = 200  # each at most 4,000 characters; in memory only, because users wrote them


class Drafts:
    """The last modal input of each user for each action."""

    def __init__(self) -> None:
        self._drafts = BoundedDict[tuple[int, TaskId, str], str](_MOST)

    def keep(self, user_id: int, task_id: TaskId, action: str, prompt: str) -> None:
        """Keep a draft until it is dropped or newer drafts evict it."""
        self._drafts[user_id, task_id, action] = prompt

    def get(self, user_id: int, task_id: TaskId, action: str) -> str | None:
        """Return the draft, or None."""
        return self._drafts.get((user_id, task_id, action))

    def drop(self, user_id: int, task_id: TaskId, action: str) -> None:
        """Drop a draft, because the input was accepted."""
        self._drafts.pop((user_id, task_id, action), None)
