"""Tasks as the image service reports them. All times are unix seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NewType

ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_-]{3,63}"
_ID = re.compile(rf"\A(?=[A-Za-z_-]*[0-9]){ID_PATTERN}")
_PERCENT = re.compile(r"\A\s*(\d{1,3})(?:\.\d+)?\s*")
# Midjourney surrounds it with other text: "(25%) (fast)".
_PERCENT_IN_WORDS = re.compile(r"(?:\A|\(|[^\W\d] )(\d{1,3})(?:\.\d+)? ?%")
_TEXT_BUTTONS = ("MJ::Job::PicReader", "MJ::Job::PromptAnalyzer", "MJ::Picread")
_IMAGE_BUTTONS = "MJ::JOB::"
_TEXT_ACTIONS = ("DESCRIBE", "SHORTEN")
_ACTIONS_WITHOUT_RESULT = ("UPLOAD", "SHOW")
_CHOICES = re.compile(r"^[^\S\n]*1\ufe0f?\u20e3", re.MULTILINE)

# Most servers use 14 to 18 digits; some relays use "task-mj-abc123". Always a string: ids may exceed what
# JSON numbers hold, and relays refuse numbers.
TaskId = NewType("TaskId", str)
NO_TASK = TaskId("1000000000000000")
"""An id that no task has: a service that knows a command answers that it does not know the task."""
Mark = NewType("Mark", str)
"""A random text that the bot sends with a submit, and that the service stores with the task."""
NO_MARK = Mark("")


def parse_task_id(text: str) -> TaskId | None:
    """Return a text as a task id, or None if it is not exactly one.

    An id is 4 to 64 letters, digits, ``_`` and ``-``, with at least one digit. What users paste is read by
    `parse_reference`.
    """
    return TaskId(text) if _ID.fullmatch(text) else None


class Phase(StrEnum):
    """Phases of a task: a simplified form of the status for users. The last three phases are final."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the task will no longer change."""
        return self in _FINAL


_FINAL = frozenset((Phase.SUCCESS, Phase.FAILURE, Phase.CANCELLED))
_PHASES = {
    "": Phase.QUEUED,
    "NOT_START": Phase.QUEUED,
    "SUBMITTED": Phase.QUEUED,
    "IN_PROGRESS": Phase.RUNNING,
    "MODAL": Phase.WAITING,
    "SUCCESS": Phase.SUCCESS,
    "FAILURE": Phase.FAILURE,
    "CANCEL": Phase.CANCELLED,
}
KNOWN_STATUSES = frozenset(_PHASES)
# Names of the same states on similar servers.
_PHASES |= {
    **dict.fromkeys(("PENDING", "QUEUED", "QUEUEING", "WAITING", "CREATED"), Phase.QUEUED),
    **dict.fromkeys(("未启动", "已提交", "排队中", "排隊中", "等待中"), Phase.QUEUED),
    **dict.fromkeys(("RUNNING", "PROCESSING", "STARTED", "PROGRESS"), Phase.RUNNING),
    **dict.fromkeys(("进行中", "進行中", "执行中", "執行中", "处理中", "處理中", "生成中"), Phase.RUNNING),
    **dict.fromkeys(("成功", "已完成", "完成"), Phase.SUCCESS),
    **dict.fromkeys(("失败", "失敗", "超时", "超時"), Phase.FAILURE),
    **dict.fromkeys(("已取消", "取消"), Phase.CANCELLED),
    "窗口等待": Phase.WAITING,
    **dict.fromkeys(("SUCCEEDED", "SUCCEED", "COMPLETED", "COMPLETE", "FINISHED", "DONE"), Phase.SUCCESS),
    **dict.fromkeys(("FAILED", "FAIL", "ERROR", "TIMEOUT", "REJECTED"), Phase.FAILURE),
    **dict.fromkeys(("CANCELLED", "CANCELED", "ABORTED"), Phase.CANCELLED),
}
# A relay's table lags behind the proxy it reads from, so a lower rank is an old reading, not a step back.
_RANK = {Phase.QUEUED: 0, Phase.WAITING: 0, Phase.RUNNING: 1}


@dataclass(frozen=True, slots=True)
class Button:
    """An action of a task, as sent by the server. ``style`` is Discord's button style. 2 is secondary."""

    custom_id: str = ""
    label: str = ""
    emoji: str = ""
    style: int = 2
    url: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """The state of a task in one response. Fields that the server does not send are empty or None."""

    id: TaskId
    status: str = ""
    action: str = ""
    prompt: str = ""
    text: str = ""
    progress: str = ""
    image_url: str = ""
    more_images: tuple[str, ...] = ()
    """Further images of a result that has no combined image."""
    video_urls: tuple[str, ...] = ()
    fail_reason: str = ""
    mark: Mark = NO_MARK
    submitted_at: int | None = None
    started_at: int | None = None
    finished_at: int | None = None
    ahead: int | None = None
    buttons: tuple[Button, ...] = ()

    @property
    def phase(self) -> Phase:
        """The phase. It depends on the status, not on the progress. An unknown status counts as running."""
        return _PHASES.get(self.status, Phase.RUNNING)

    @property
    def known_status(self) -> bool:
        """Whether the bot knows the status that the server sent."""
        return self.status in _PHASES

    @property
    def percent(self) -> int | None:
        """The progress in whole percent, or None for values such as "", "paused" or null."""
        bare = _PERCENT.fullmatch(self.progress)
        found = [bare[1]] if bare else _PERCENT_IN_WORDS.findall(self.progress)
        return min(int(found[0]), 100) if len(found) == 1 else None

    @property
    def is_text(self) -> bool:
        """Whether the result is text (describe, shorten).

        The type of result is taken from the buttons. If no button indicates it, it is taken from the text and
        the action.
        """
        if self.phase is not Phase.SUCCESS:
            return False
        if any(button.custom_id.startswith(_TEXT_BUTTONS) for button in self.buttons):
            return True
        if any(button.custom_id.startswith(_IMAGE_BUTTONS) for button in self.buttons):
            return False
        return is_list_of_prompts(self.text) or self.action.upper() in _TEXT_ACTIONS

    @property
    def has_result(self) -> bool:
        """Whether the task has a result: a picture, a video or a text."""
        return bool(self.image_url or self.video_urls or (self.text and self.is_text))

    @property
    def lacks_result(self) -> bool:
        """Whether the task has succeeded without the result that its action should produce."""
        expected = self.action.strip().upper() not in _ACTIONS_WITHOUT_RESULT
        return self.phase is Phase.SUCCESS and expected and not self.has_result


def is_list_of_prompts(text: str) -> bool:
    """Return whether a text is the result of a describe or shorten task: a line begins with 1️⃣."""
    return _CHOICES.search(text) is not None


def goes_back(held: Task, seen: Task) -> bool:
    """Return whether a reading shows less progress than the stored one (``held``).

    This happens if an old response arrives late, or if the task restarts under the same id.
    """
    if held.phase.final or seen.phase.final:
        return False
    if _RANK[seen.phase] != _RANK[held.phase]:
        return _RANK[seen.phase] < _RANK[held.phase]
    return held.percent is not None and seen.percent is not None and seen.percent < held.percent


def merged(held: Task, seen: Task) -> Task:
    """Return the task, updated by a newer reading. A final task changes only if its result was missing.

    A reading without a picture or prompt keeps the stored one.
    """
    if held.phase.final and (held.has_result or seen.phase is not held.phase or not seen.has_result):
        return held
    return replace(
        seen,
        prompt=seen.prompt or held.prompt,
        action=seen.action or held.action,
        mark=seen.mark or held.mark,
        image_url=seen.image_url or ("" if seen.phase.final else held.image_url),
        submitted_at=seen.submitted_at or held.submitted_at,
        started_at=seen.started_at or held.started_at,
        ahead=held.ahead if seen.ahead is None and seen.phase is Phase.QUEUED else seen.ahead,
    )
