"""A dictionary with a limited number of entries, for values that may be forgotten."""

from __future__ import annotations

from typing import TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


class BoundedDict(dict[_K, _V]):
    """A dict that evicts its oldest key when ``d[key] = value`` makes it larger than ``most`` entries.

    A key that is set again keeps its age. Remove it first to make it the newest.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: _K, value: _V) -> None:
        super().__setitem__(key, value)
        if len(self) > self._most:
            del self[next(iter(self))]
