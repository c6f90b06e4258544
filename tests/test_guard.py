"""The guard of a loop: what it contains, and when it lets the loop end."""

from __future__ import annotations

import pytest

from mjbot.clock import Clock
from mjbot.guard import LoopGuard


class Loop:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.counted: list[str] = []
        self.guard = LoopGuard("poll loop", Clock(lambda: self.now), self.counted.append)

    def fail(self, error: Exception, *passing: type[Exception]) -> None:
        with self.guard.contain(*passing):
            raise error

    def succeed(self) -> None:
        with self.guard.contain():
            pass


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), RecursionError(), OSError(), TypeError()])
def test_an_error_of_one_item_is_contained_and_counted(error: Exception) -> None:
    loop = Loop()
    loop.fail(error)
    assert loop.counted == ["poll loop"]


def test_each_kind_of_error_is_logged_once_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    loop = Loop()
    for _ in range(5):
        loop.fail(ValueError("one"))
    loop.fail(KeyError("two"))
    logged = [record for record in caplog.records if record.levelname != "DEBUG"]
    assert [record.levelname for record in logged] == ["ERROR", "ERROR"]
    assert all(record.exc_info for record in logged)


def test_a_loop_in_which_nothing_succeeds_for_a_minute_ends() -> None:
    loop = Loop()
    for _ in range(19):
        loop.fail(ValueError("broken"))
        loop.now += 3.5
    with pytest.raises(ValueError, match="broken"):
        loop.fail(ValueError("broken"))


def test_a_success_now_and_then_keeps_the_loop_going() -> None:
    loop = Loop()
    for number in range(200):
        loop.fail(ValueError("broken"))
        loop.now += 10
        if number % 19 == 0:
            loop.succeed()


def test_many_errors_in_one_moment_do_not_end_the_loop() -> None:
    loop = Loop()
    for _ in range(1000):
        loop.fail(ValueError("broken"))


def test_the_pause_grows_with_each_error_in_a_row_and_ends_with_a_success() -> None:
    loop = Loop()
    pauses = []
    for _ in range(8):
        pauses.append(loop.guard.pause)
        loop.fail(ValueError("x"))
    assert pauses == [0, 1, 2, 4, 8, 16, 30, 30]
    loop.succeed()
    assert loop.guard.pause == 0


def test_an_error_that_is_to_pass_and_a_cancellation_end_the_item() -> None:
    loop = Loop()
    with pytest.raises(LookupError):
        loop.fail(LookupError(), LookupError)
    with pytest.raises(KeyboardInterrupt), loop.guard.contain():
        raise KeyboardInterrupt
    assert loop.counted == []


def test_a_thousand_errors_at_once_still_have_a_pause() -> None:
    loop = Loop()
    for _ in range(1_100):
        loop.fail(ValueError("broken"))
    assert loop.guard.pause == 30.0
