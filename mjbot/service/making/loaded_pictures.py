"""A limit on the pictures in memory. A make keeps its own from their download until the service answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from mjbot.core.i18n.texts import Text
from mjbot.errors import PressRefused

_PER_USER, _IN_ALL = 10, 30  # each up to 2.7 MB as a data URL, and while it is sent again as a body


class LoadedPictures:
    """Counts the pictures in memory, of each user and in all. A make can wait minutes for a full queue."""

    def __init__(self) -> None:
        self._by_user: Counter[int] = Counter()

    @contextmanager
    def reserve(self, user_id: int, number: int) -> Iterator[None]:
        """Reserve memory for the pictures of a make until the context ends. Raises `PressRefused`."""
        if number and (
            self._by_user[user_id] + number > _PER_USER or self._by_user.total() + number > _IN_ALL
        ):
            raise PressRefused(Text.PICTURES_ON_THEIR_WAY)
        self._by_user[user_id] += number
        try:
            yield
        finally:
            self._by_user[user_id] -= number
            self._by_user += Counter()  # without those at zero
