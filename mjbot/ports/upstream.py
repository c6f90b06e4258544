"""The port of the image service: tasks and submits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mjbot.core.model.submits import Command, SubmitRequest
    from mjbot.core.model.task import Mark, Task, TaskId
    from mjbot.errors import UpstreamError


@dataclass(frozen=True, slots=True)
class FetchReport:
    """The result of reading several tasks. ``failed`` holds the ids of tasks that could not be read."""

    found: Mapping[TaskId, Task] = field(default_factory=dict)
    missing: frozenset[TaskId] = frozenset()
    failed: Mapping[TaskId, UpstreamError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """The result of an accepted submit.

    ``task_id`` is the id of the created task, or the parent's id if no task was created. ``other_ids`` are
    further tasks of the same submit. ``ahead`` is the number of earlier tasks in the queue. ``needs_modal``:
    the task waits for a modal with a prompt, and ``prompt`` is the proposed prompt. ``existed``: the task
    existed before the submit, and must be read to find out its state.
    """

    task_id: TaskId
    other_ids: tuple[TaskId, ...] = ()
    ahead: int | None = None
    needs_modal: bool = False
    prompt: str = ""
    existed: bool = False


class BatchSource(Protocol):
    """Reads many tasks at once."""

    @property
    def per_request(self) -> int:
        """The number of tasks that one request reads."""
        ...

    async def fetch_many(self, ids: Sequence[TaskId]) -> FetchReport:
        """Read many tasks at once. Failures of the service are reported in the result and never raised."""
        ...


class TaskSource(BatchSource, Protocol):
    """Reads and submits tasks."""

    @property
    def delay(self) -> float:
        """The seconds until an interactive read could start, or 0 if it can start now."""
        ...

    async def fetch(self, task_id: TaskId) -> Task:
        """Read one task. Raises an `UpstreamError`."""
        ...

    def offers(self, command: Command) -> bool | None:
        """Return whether the service offers a command. Return None if this is not known yet."""
        ...

    async def submit(self, request: SubmitRequest) -> SubmitResult:
        """Send a submit, without retries. Raises `SubmitRefused`, `SubmitUnclear`, `UpstreamError`."""
        ...

    async def upload(self, pictures: Sequence[str]) -> tuple[str, ...]:
        """Upload pictures, given as data URLs, and return their web URLs.

        Raises the same errors as `submit`.
        """
        ...

    async def cancel(self, task_id: TaskId) -> None:
        """Cancel a task. Raises `CommandNotOffered`, `CancelRefused`, `UpstreamError`."""
        ...

    async def seed(self, task_id: TaskId) -> str:
        """Return the seed of a picture. This can take a minute.

        Raises `CommandNotOffered`, `UpstreamError`.
        """
        ...

    async def find_marked(self, marks: Collection[Mark]) -> Mapping[Mark, Sequence[Task]]:
        """Return the tasks that carry these marks, oldest first.

        Only the service's latest tasks are searched.

        A mark is a random text that the bot sent with a submit. One submit can create several tasks. A task
        that is not found may still appear later. Raises `CommandNotOffered`, `UpstreamError`.
        """
        ...
