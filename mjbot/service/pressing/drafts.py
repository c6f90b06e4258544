"""Drafts: modal input that was not accepted, with which the next modal is pre-filled."""

from __future__ import annotations

from typing import NamedTuple

from mjbot.core.access.place import Place
from mjbot.core.model.task import TaskId
from mjbot.core.scheduling.bounded_dict import BoundedDict
from mjbot.ports import InteractionContext

_MOST = 200  # each at most 4,000 characters; in memory only, because users wrote them


class _Draft(NamedTuple):
    prompt: str
    place: Place


class Drafts:
    """The last modal input of each user for each action."""

    def __init__(self) -> None:
        self._drafts = BoundedDict[tuple[int, TaskId, str], _Draft](_MOST, lambda each: each.place)

    def keep(self, context: InteractionContext, task_id: TaskId, action: str, prompt: str) -> None:
        """Keep a draft until it is dropped or newer drafts of the place that has the most evict it."""
        self._drafts[context.user_id, task_id, action] = _Draft(prompt, context.place)

    def get(self, user_id: int, task_id: TaskId, action: str) -> str | None:
        """Return the draft, or None."""
        draft = self._drafts.get((user_id, task_id, action))
        return draft.prompt if draft else None

    def drop(self, user_id: int, task_id: TaskId, action: str) -> None:
        """Drop a draft, because the input was accepted."""
        self._drafts.pop((user_id, task_id, action), None)
