"""Which message of a task is drawn again."""

from __future__ import annotations

from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, Watch, newest


def watch(task: str, channel: int, message: int) -> Watch:
    return Watch(MessageRef(channel, message), TaskId(task), 1, 2, "en", 1000.0)


def test_two_tasks_of_one_channel_have_a_newest_message_each() -> None:
    older, newer, elsewhere = watch("task1", 5, 10), watch("task1", 5, 20), watch("task1", 6, 15)
    other = watch("task2", 5, 30)
    assert set(newest([newer, older, other, elsewhere])) == {newer, elsewhere, other}
