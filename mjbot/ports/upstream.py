"""The image service: tasks, submits, and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mjbot.core.card.card import Picture
    from mjbot.core.model.task import Task, TaskId
    from mjbot.errors import UpstreamError


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What one read of many tasks brought. ``failed`` holds the tasks that could not be read."""

    found: Mapping[TaskId, Task] = field(default_factory=dict)
    missing: frozenset[TaskId] = frozenset()
    failed: Mapping[TaskId, UpstreamError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """A submit was accepted.

    ``task_id`` is the child's (the parent's own when no task was made), ``others`` those made beside
    it, ``ahead`` its place in the queue. ``needs_modal``: the child is a window that waits for a
    prompt, for which ``prompt`` is proposed.
    """

    task_id: TaskId
    others: tuple[TaskId, ...] = ()
    ahead: int | None = None
    needs_modal: bool = False
    prompt: str = ""


class TaskSource(Protocol):
    """The image service."""

    @property
    def per_request(self) -> int:
        """How many tasks one request reads."""
        ...

    @property
    def delay(self) -> float:
        """Seconds until a read for a person could begin; 0 where nobody is before them."""
        ...

    async def fetch(self, task_id: TaskId) -> Task:
        """Read one task. Raises an `UpstreamError`."""
        ...

    async def fetch_many(self, ids: Sequence[TaskId]) -> FetchReport:
        """Read many tasks at once. Never raises for what the service does."""
        ...

    async def submit_action(self, task_id: TaskId, custom_id: str) -> SubmitResult:
        """Press an upstream button, once. Raises `SubmitRefused`, `SubmitUnclear`, `UpstreamError`."""
        ...

    async def submit_modal(self, task_id: TaskId, prompt: str, mask: str = "") -> SubmitResult:
        """Answer a window, once. ``mask``: a PNG as a data URL. Raises like `submit_action`."""
        ...


SMALLER = "-smaller"
"""In the name of a file: a smaller copy, because the picture itself is larger than Discord takes."""


@dataclass(frozen=True, slots=True)
class File:
    """A picture to attach. ``name`` is what ``attachment://`` refers to; it tells a smaller copy, too."""

    name: str
    data: bytes
    alt: str = ""
    size: tuple[int, int] = (0, 0)
    """Width and height of the picture itself, also where this is a smaller copy."""


class PictureSource(Protocol):
    """Result pictures, checked and small enough."""

    def link(self, picture: Picture) -> str | None:
        """The address to show without attaching, or None when Discord cannot or must not fetch it."""
        ...

    def attaches(self, picture: Picture) -> bool:
        """True when this picture is to be sent as a file."""
        ...

    async def load(self, picture: Picture) -> File | None:
        """The picture as a file; None when it cannot be had."""
        ...


class MaskSource(Protocol):
    """Pictures of where to repaint. A mask is a PNG as a data URL, white where to repaint."""

    async def preview(self, picture: Picture, region: str) -> File | None:
        """A small copy of the picture with its cells numbered and those of the area lit."""
        ...

    async def of_cells(self, picture: Picture, region: str) -> str:
        """The mask of an area, as large as the picture. Raises `MaskRefused`."""
        ...

    async def of_upload(self, picture: Picture | None, data: bytes) -> str:
        """A mask that somebody brought, checked against the picture. Raises `MaskRefused`."""
        ...
