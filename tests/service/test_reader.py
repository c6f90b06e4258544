"""The reader of tasks for interactions."""

from __future__ import annotations

from functools import partial
from typing import cast

import pytest

from mjbot.clock import Clock
from mjbot.core.model.snapshot import DEFAULT_THRESHOLDS
from mjbot.core.model.task import Task, TaskId
from mjbot.core.polling.intervals import PollSettings
from mjbot.core.polling.schedule import PollSchedule
from mjbot.errors import UpstreamError, UpstreamRateLimited, UpstreamUnavailable
from mjbot.guard import LoopGuard
from mjbot.ports import TaskSource
from mjbot.service.reader import TaskReader
from mjbot.service.watching.write_behind import WriteBehind
from mjbot.tracker import TaskTracker

TASK = TaskId("1730000000000001")


class RefusingSource:
    """The part of a `TaskSource` that reads one task, and always fails."""

    def __init__(self, error: UpstreamError) -> None:
        self.error = error

    async def fetch(self, task_id: TaskId) -> Task:
        raise self.error


@pytest.mark.parametrize(("error", "factor"), [(UpstreamRateLimited(), 2), (UpstreamUnavailable(), 1)])
async def test_a_read_for_a_user_that_was_one_too_many_slows_down_polling(
    error: UpstreamError, factor: int
) -> None:
    clock, schedule = Clock(), PollSchedule(PollSettings())
    source = cast("TaskSource", RefusingSource(error))
    tracker = TaskTracker(source, schedule, clock, DEFAULT_THRESHOLDS, partial(LoopGuard, clock=clock))
    reader = TaskReader(source, cast("WriteBehind", None), tracker, clock)  # a fetch stores nothing
    usual = schedule.intervals(clock.now()).spacing
    with pytest.raises(type(error)):
        await reader.fetch(TASK)
    assert schedule.intervals(clock.now()).spacing == factor * usual
