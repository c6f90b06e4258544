"""The pauses between the tries of a submit, and stopping them."""

from __future__ import annotations

import asyncio

import pytest

from mjbot.clock import Clock
from mjbot.core.access.place import Place
from mjbot.core.model.task import TaskId
from mjbot.errors import KeyRefused, QuotaExceeded, UpstreamRateLimited, UpstreamUnavailable
from mjbot.errors.submits import (
    ActionNotOffered,
    NotReady,
    QueueFull,
    RefusalReason,
    SubmitRefused,
    SubmitUnclear,
)
from mjbot.service.pressing.retries import (
    NOT_STARTED,
    Pause,
    RetryBackoff,
    RetryStopped,
    SubmitRetries,
    UnclearBackoff,
)

TASK, HERE = TaskId("1730000000000001"), Place(1)


def test_a_full_queue_is_tried_again_five_times_ever_less_often() -> None:
    backoff = RetryBackoff()
    pauses = [backoff.pause_after(QueueFull()) for _ in range(6)]
    assert [pause.seconds for pause in pauses if pause] == [10, 20, 40, 60, 60]
    assert pauses[-1] is None
    assert all(pause.visible for pause in pauses if pause)
    assert sum(pause.seconds for pause in pauses if pause) < 14 * 60  # the life of an interaction token


def test_a_parent_that_is_not_ready_is_tried_again_once_and_unseen() -> None:
    backoff = RetryBackoff()
    assert backoff.pause_after(NotReady()) == Pause(2.0, visible=False)
    assert backoff.pause_after(NotReady()) is None
    assert backoff.pause_after(QueueFull()) == Pause(10.0, visible=True)


@pytest.mark.parametrize(
    "error",
    [
        SubmitRefused(RefusalReason.NOT_ACCEPTED),
        SubmitRefused(RefusalReason.QUEUE_FULL),  # only the class says that it may be sent again
        ActionNotOffered(),
        SubmitUnclear(),
        UpstreamUnavailable(),
    ],
)
def test_nothing_else_is_tried_again(error: Exception) -> None:
    assert RetryBackoff().pause_after(error) is None


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (QueueFull(), [10, 20, 40, 60, 60, None]),
        (UpstreamRateLimited(), [10, 20, 40, 60, 60, None]),
        (UpstreamRateLimited(retry_after=30.0), [30, 30, 40, 60, 60, None]),
        (UpstreamUnavailable(), [10, 20, 40, 60, 60, None]),
        (UpstreamUnavailable(retry_after=90.0), [90, 90, 90, 90, 90, None]),
        (SubmitRefused(RefusalReason.BANNED_WORD), [None]),
        (SubmitUnclear(), [None]),
        (KeyRefused(), [None]),
        (QuotaExceeded(), [None]),
    ],
)
def test_a_series_tries_again_what_was_not_started_and_as_late_as_it_was_asked(
    error: Exception, seconds: list[float | None]
) -> None:
    backoff = RetryBackoff(NOT_STARTED)
    pauses = [backoff.pause_after(error) for _ in seconds]
    assert [pause.seconds if pause else None for pause in pauses] == seconds


def test_pauses_after_unclear_submits_double_up_to_a_minute_until_one_is_accepted() -> None:
    unclear = UnclearBackoff()
    assert [unclear.after_unclear() for _ in range(5)] == [10, 20, 40, 60, 60]
    unclear.accepted()
    assert unclear.after_unclear() == 10


async def wait(retries: SubmitRetries) -> None:
    with retries.pending(TASK, "a", HERE) as retry:
        await retry.wait(Clock().now() + 60)


async def test_a_retry_that_waits_can_be_stopped_in_its_place_and_no_other_can() -> None:
    retries = SubmitRetries(Clock())
    waiting = asyncio.ensure_future(wait(retries))
    await asyncio.sleep(0)
    assert not retries.stop(TASK, "b", HERE)
    assert not retries.stop(TASK, "a", Place(2))
    assert not retries.stop(TASK, "a", Place(None, 1))
    assert retries.stop(TASK, "a", HERE)
    with pytest.raises(RetryStopped):
        await waiting
    assert not retries.stop(TASK, "a", HERE)


async def test_after_close_every_retry_is_stopped_and_none_begins() -> None:
    retries = SubmitRetries(Clock())
    waiting = asyncio.ensure_future(wait(retries))
    await asyncio.sleep(0)
    retries.close()
    with pytest.raises(RetryStopped):
        await waiting
    with pytest.raises(RetryStopped):
        await wait(retries)


async def test_a_retry_that_is_stopped_before_it_waits_does_not_wait() -> None:
    retries = SubmitRetries(Clock())
    with retries.pending(TASK, "a", HERE) as retry:
        assert retries.stop(TASK, "a", HERE)
        with pytest.raises(RetryStopped):
            await retry.wait(Clock().now() + 60)
