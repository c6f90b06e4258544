"""The port of the image service: tasks and submits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mjbot.core.model.task import Task, TaskId
    from mjbot.errors import UpstreamError


@dataclass(frozen=True, slots=True)
class FetchReport:
    """The result of a batch read. ``failed`` holds the tasks that could not be read."""

    found: Mapping[TaskId, Task] = field(default_factory=dict)
    missing: frozenset[TaskId] = frozenset()
    failed: Mapping[TaskId, UpstreamError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """The result of an accepted submit.

    ``task_id`` is the child's id (the parent's own if no task was created), ``other_ids`` are further tasks
    of the same submit, ``ahead`` is the number of tasks before the child in the queue. With ``needs_modal``,
    the child waits for a modal with a prompt, and ``prompt`` is the proposed prompt. With ``existed``, the
    child was there before, in a state that only a read can tell.
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
        """Read many tasks at once. Failures of the service are part of the report and never raised."""
        ...


class TaskSource(BatchSource, Protocol):
    """Reads and submits tasks."""

    @property
    def delay(self) -> float:
        """The seconds until an interactive read could start; 0 if it can start now."""
        ...

    async def fetch(self, task_id: TaskId) -> Task:
        """Read one task. Raises an `UpstreamError`."""
        ...

    async def submit_action(self, task_id: TaskId, custom_id: str) -> SubmitResult:
        """Press an upstream button, once. Raises `SubmitRefused`, `SubmitUnclear`, `UpstreamError`."""
        ...

    async def submit_modal(self, task_id: TaskId, prompt: str, mask: str = "") -> SubmitResult:
        """Submit a modal, once. ``mask``: a PNG as a data URL. Raises like `submit_action`."""
        ...
