"""Uploads for `Make` requests that were not sent yet. Links to Discord's files are kept in memory only."""

from __future__ import annotations

from collections.abc import Sequence

from mjbot.core.model.task import TaskId
from mjbot.core.scheduling.bounded_dict import BoundedDict
from mjbot.ports import Upload

_MOST = 200  # makes


class HeldUploads:
    """The uploads for each `Make` request that was not sent yet."""

    def __init__(self) -> None:
        self._uploads = BoundedDict[TaskId, Sequence[Upload]](_MOST)

    def keep(self, make_id: TaskId, uploads: Sequence[Upload]) -> None:
        """Keep the uploads for a `Make` request until newer ones evict them."""
        if uploads:
            self._uploads[make_id] = uploads

    def get(self, make_id: TaskId) -> Sequence[Upload]:
        """Return the uploads for a `Make` request."""
        return self._uploads.get(make_id, ())

    def drop(self, make_id: TaskId) -> None:
        """Drop the uploads for a `Make` request that was sent."""
        self._uploads.pop(make_id, None)
