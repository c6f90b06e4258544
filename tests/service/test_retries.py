"""The pauses between the tries of a submit, and stopping them."""

from __future__ import annotations

import asyncio

import pytest

from mjbot.clock import Clock
from mjbot.core.access.place import Place
from mjbot.core.model.task import TaskId
from mjbot.errors import UpstreamUnavailable
from mjbot.errors.submits import (
    ActionNotOffered,
    NotReady,
    QueueFull,
    RefusalReason,
    SubmitRefused,
    SubmitUnclear,
)
from mjbot.service.pressing.retries import Pause, RetryBackoff, RetryStopped, SubmitRetries

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
