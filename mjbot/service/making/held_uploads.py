"""Uploads for `Make` requests that were not sent yet. Links to Discord's files are kept in memory only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mjbot.core.access.place import Place
from mjbot.core.model.task import TaskId
from mjbot.core.scheduling.bounded_dict import BoundedDict
from mjbot.ports import InteractionContext, Upload

_MOST = 200  # makes


class _Held(NamedTuple):
    uploads: Sequence[Upload]
    place: Place


class HeldUploads:
    """The uploads of each user for each `Make` request that was not sent yet.

    Keyed by user, because a forged custom_id can contain the id of another user's request.
    """

    def __init__(self) -> None:
        self._uploads = BoundedDict[tuple[int, TaskId], _Held](_MOST, lambda each: each.place)

    def keep(self, context: InteractionContext, make_id: TaskId, uploads: Sequence[Upload]) -> None:
        """Keep what a user uploaded for a `Make` request.

        Newer uploads evict it only if its place has the most.
        """
        if uploads:
            self._uploads[context.user_id, make_id] = _Held(uploads, context.place)

    def get(self, user_id: int, make_id: TaskId) -> Sequence[Upload]:
        """Return what a user uploaded for a `Make` request."""
        held = self._uploads.get((user_id, make_id))
        return held.uploads if held else ()

    def drop(self, user_id: int, make_id: TaskId) -> None:
        """Drop what a user uploaded for a `Make` request, because it was sent."""
        self._uploads.pop((user_id, make_id), None)
