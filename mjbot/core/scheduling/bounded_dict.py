"""A dictionary with a limited number of entries, for values that may be forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


class BoundedDict(dict[_K, _V]):
    """A dict that evicts its oldest key when ``d[key] = value`` makes it larger than ``most`` entries.

    A key that is set again keeps its age. Remove it first to make it the newest.

    With ``owner_of``, it evicts the oldest key of the owner that has the most entries, so that one owner
    cannot evict the entries of all others.
    """

    def __init__(self, most: int, owner_of: Callable[[_V], Hashable] | None = None) -> None:
        super().__init__()
        self._most = most
        self._owner_of = owner_of

    def __setitem__(self, key: _K, value: _V) -> None:
        super().__setitem__(key, value)
        if len(self) > self._most:
            del self[self._evicted()]

    def _evicted(self) -> _K:
        if self._owner_of is None:
            return next(iter(self))
        owners = [self._owner_of(each) for each in self.values()]
        largest = Counter(owners).most_common(1)[0][0]
        return next(key for key, owner in zip(self, owners, strict=True) if owner == largest)
