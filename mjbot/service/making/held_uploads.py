"""Uploads of makes that wait for an answer of their user: links to Discord's files, kept in memory only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from mjbot.core.model.task import TaskId
from mjbot.ports import Upload

_MOST = 200  # makes


class HeldUploads:
    """The uploads of each make that was not sent yet."""

    def __init__(self) -> None:
        self._uploads: OrderedDict[TaskId, Sequence[Upload]] = OrderedDict()

    def keep(self, make_id: TaskId, uploads: Sequence[Upload]) -> None:
        """Keep the uploads of a make until they are evicted by newer ones."""
        if uploads:
            self._uploads[make_id] = uploads
        while len(self._uploads) > _MOST:
            self._uploads.popitem(last=False)

    def get(self, make_id: TaskId) -> Sequence[Upload]:
        """Return the uploads of a make."""
        return self._uploads.get(make_id, ())

    def drop(self, make_id: TaskId) -> None:
        """Drop the uploads of a make that was sent."""
        self._uploads.pop(make_id, None)
