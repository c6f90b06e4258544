"""A limit on the pictures in memory. A make keeps its own from their download until the service answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.errors import PressRefused

_Holder = int | Place | None  # a user, a place, or all together
# each up to 2.7 MB as a data URL, and while it is sent again as a body
_PER_USER, _PER_PLACE, _IN_ALL = 10, 20, 30


class LoadedPictures:
    """Counts the pictures in memory: of each user, of each place, and in all.

    A make can wait minutes for a full queue.
    """

    def __init__(self) -> None:
        self._held: Counter[_Holder] = Counter()

    @contextmanager
    def reserve(self, user_id: int, place: Place, number: int) -> Iterator[None]:
        """Reserve memory for the pictures of a make until the context ends. Raises `PressRefused`."""
        limits: dict[_Holder, int] = {user_id: _PER_USER, place: _PER_PLACE, None: _IN_ALL}
        if number and any(self._held[key] + number > most for key, most in limits.items()):
            raise PressRefused(Text.PICTURES_ON_THEIR_WAY)
        self._held.update(dict.fromkeys(limits, number))
        try:
            yield
        finally:
            self._held.subtract(dict.fromkeys(limits, number))
            self._held += Counter()  # without those at zero
