"""When lost submits are looked for."""

from __future__ import annotations

import pytest

from mjbot.core.polling.lookups import LOOKS, look_again, looks_missed, next_look


def test_a_lost_submit_is_looked_for_three_times() -> None:
    assert [next_look(100.0, looks) for looks in range(4)] == [105.0, 120.0, 160.0, None]
    assert len(LOOKS) == 3


@pytest.mark.parametrize(
    ("now", "missed", "due"),
    [(100.0, 0, 105.0), (104.9, 0, 105.0), (106.0, 0, 105.0), (125.0, 1, 120.0), (9_999.0, 2, 160.0)],
)
def test_after_a_restart_one_look_makes_up_for_all_that_were_missed(
    now: float, missed: int, due: float
) -> None:
    assert (looks_missed(100.0, now), next_look(100.0, missed)) == (missed, due)


def test_a_look_that_could_not_be_read_is_repeated_for_a_quarter_of_an_hour() -> None:
    assert [look_again(100.0, now) for now in (105.0, 999.0, 1000.0)] == [165.0, 1059.0, None]
