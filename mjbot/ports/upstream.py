"""The image service: tasks, submits, and images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from mjbot.core.card.card import Picture
    from mjbot.core.model.task import Task, TaskId
    from mjbot.errors import UpstreamError


@dataclass(frozen=True, slots=True)
class FetchReport:
    """The result of reading many tasks. ``failed`` holds the tasks that could not be read."""

    found: Mapping[TaskId, Task] = field(default_factory=dict)
    missing: frozenset[TaskId] = frozenset()
    failed: Mapping[TaskId, UpstreamError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """An accepted submit.

    ``task_id`` is the child's id (the parent's own if no task was created), ``other_ids`` are further tasks
    of the same submit, ``ahead`` is the number of tasks before it in the queue. ``needs_modal``: the
    child waits for a modal with a prompt, and ``prompt`` is the proposed one.
    """

    task_id: TaskId
    other_ids: tuple[TaskId, ...] = ()
    ahead: int | None = None
    needs_modal: bool = False
    prompt: str = ""


class TaskSource(Protocol):
    """Reads and submits tasks."""

    @property
    def per_request(self) -> int:
        """How many tasks one request reads."""
        ...

    @property
    def delay(self) -> float:
        """Seconds until an interactive read could start; 0 if it can start now."""
        ...

    async def fetch(self, task_id: TaskId) -> Task:
        """Read one task. Raises an `UpstreamError`."""
        ...

    async def fetch_many(self, ids: Sequence[TaskId]) -> FetchReport:
        """Read many tasks at once. Failures of the service are reported, not raised."""
        ...

    async def submit_action(self, task_id: TaskId, custom_id: str) -> SubmitResult:
        """Press an upstream button, once. Raises `SubmitRefused`, `SubmitUnclear`, `UpstreamError`."""
        ...

    async def submit_modal(self, task_id: TaskId, prompt: str, mask: str = "") -> SubmitResult:
        """Submit a modal, once. ``mask``: a PNG as a data URL. Raises like `submit_action`."""
        ...


_ATTACHMENT = "attachment://"
_SMALLER = "-smaller"


@dataclass(frozen=True, slots=True)
class File:
    """An image to attach. Embeds refer to it by its name."""

    name: str
    data: bytes
    alt: str = ""
    size: tuple[int, int] = (0, 0)
    """Width and height of the original, also for a smaller copy."""

    @classmethod
    def smaller_copy(cls, name: str, data: bytes, alt: str, size: tuple[int, int]) -> Self:
        """A downscaled copy, for an original that is too large for Discord. `is_smaller_copy` knows it."""
        stem, dot, kind = name.rpartition(".")
        return cls(f"{stem}{_SMALLER}{dot}{kind}", data, alt, size)

    @property
    def url(self) -> str:
        """The URL under which the embed of the same message shows it."""
        return _ATTACHMENT + self.name


def is_attachment(image_url: str) -> bool:
    """True if the image of an embed is a file attached to its message."""
    return image_url.startswith(_ATTACHMENT)


def is_smaller_copy(image_url: str) -> bool:
    """True if a message shows a downscaled copy, by the URL of its embed's image.

    The name carries this, not a field: after a restart, the stored image URL is all that is known of a
    delivered file, and the card's text depends on it.
    """
    return is_attachment(image_url) and _SMALLER in image_url


class PictureSource(Protocol):
    """Result images, verified and small enough."""

    def link(self, picture: Picture) -> str | None:
        """The URL to show without attaching; None if Discord cannot or must not fetch it."""
        ...

    def attaches(self, picture: Picture) -> bool:
        """True if this image must be sent as an attachment."""
        ...

    def loaded(self, picture: Picture) -> AbstractAsyncContextManager[File | None]:
        """The image as a file while the context lasts; None if it is not available."""
        ...

    async def load(self, picture: Picture) -> File | None:
        """The image as a file; None if it is not available."""
        ...


class MaskSource(Protocol):
    """Masks of the area to repaint: a PNG as a data URL, white where to repaint."""

    async def preview(self, picture: Picture, region: str) -> File | None:
        """A small copy of the image with numbered cells, the selected ones highlighted."""
        ...

    async def of_cells(self, picture: Picture, region: str) -> str:
        """The mask of a region, in the size of the image. Raises `MaskRefused`."""
        ...

    async def of_upload(self, picture: Picture | None, data: bytes) -> str:
        """An uploaded mask, checked against the image. Raises `MaskRefused`."""
        ...
