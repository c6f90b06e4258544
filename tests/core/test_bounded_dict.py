"""A dictionary that forgets its oldest entries."""

from __future__ import annotations

from mjbot.core.scheduling.bounded_dict import BoundedDict


def test_the_oldest_key_is_evicted_and_one_that_is_set_again_keeps_its_age() -> None:
    kept = BoundedDict[str, int](2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        kept[key] = value
    assert dict(kept) == {"b": 2, "c": 4}
    kept.pop("b")
    kept["d"] = 5
    assert dict(kept) == {"c": 4, "d": 5}


def test_whoever_has_the_most_entries_loses_the_oldest_of_them() -> None:
    kept = BoundedDict[str, str](3, owner_of=lambda value: value)
    for key, owner in (("a", "ann"), ("b", "bob"), ("c", "bob"), ("d", "bob"), ("e", "bob"), ("f", "cy")):
        kept[key] = owner
    assert list(kept) == ["a", "e", "f"]
