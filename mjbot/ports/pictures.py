"""Ports for files: results, masks of the area to repaint, uploads and reference pictures."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self

from mjbot.core.access.place import Place
from mjbot.core.card.content import ATTACHMENT, is_attachment

if TYPE_CHECKING:
    from mjbot.core.card.card import Picture

_SMALLER = "-smaller"
NO_SIZE = (0, 0)
"""The size of a file that is not an image."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach: an image that an embed shows, a video, or a text."""

    name: str
    data: bytes
    alt: str = ""
    size: tuple[int, int] = NO_SIZE
    """The width and height of the original, even for a smaller copy."""

    @classmethod
    def smaller_copy(cls, name: str, data: bytes, alt: str, size: tuple[int, int]) -> Self:
        """Create a file with a downscaled copy of a picture that is too large for Discord.

        The file name marks it as a copy: see `is_smaller_copy`.
        """
        stem, dot, kind = name.rpartition(".")
        return cls(f"{stem}{_SMALLER}{dot}{kind}", data, alt, size)

    @property
    def url(self) -> str:
        """The URL by which the embed of the same message refers to the file."""
        return ATTACHMENT + self.name


def is_smaller_copy(image_url: str) -> bool:
    """Return whether the URL of an embed's image refers to a downscaled copy.

    The file name encodes this, because after a restart only the stored URL is known. The card's text depends
    on it.
    """
    return is_attachment(image_url) and _SMALLER in image_url


class MaskProblem(StrEnum):
    """Reasons why a mask cannot be used."""

    NO_PICTURE = "no_picture"  # the picture that it belongs to cannot be fetched
    NOT_AN_IMAGE = "not_an_image"
    WRONG_SIZE = "wrong_size"
    BLANK = "blank"


class MaskRefused(Exception):
    """A mask cannot be used. For WRONG_SIZE, ``expected`` and ``size`` are widths and heights in pixels."""

    def __init__(
        self, problem: MaskProblem, expected: tuple[int, int] = (0, 0), size: tuple[int, int] = (0, 0)
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.expected = expected
        self.size = size


class PictureSource(Protocol):
    """Provides task results as files: verified images that are small enough to send, videos, and texts."""

    def link(self, picture: Picture) -> str | None:
        """Return the URL to show without an attachment, or None if Discord cannot or must not fetch it."""
        ...

    def attaches(self, picture: Picture) -> bool:
        """Return whether this picture must be sent as an attachment."""
        ...

    def loaded(self, picture: Picture) -> AbstractAsyncContextManager[File | None]:
        """Wait for the file (None if unavailable), and reserve memory for it until the context ends.

        Entering can take a minute or two. Limit the wait with `asyncio.timeout`. All callers share one
        download. It continues after callers stop waiting, so a later call finds the file. The context must
        last until the upload has been sent or dropped. No failure of the download or of the file raises an
        exception.
        """
        ...


class MaskSource(Protocol):
    """Creates masks of the area to repaint. A mask is a PNG as a data URL, and is white in that area."""

    async def preview(self, picture: Picture, region: str) -> File | None:
        """Draw a small copy of the image with numbered cells. The selected cells are highlighted.

        Returns None if the image cannot be loaded.
        """
        ...

    async def of_cells(self, picture: Picture, region: str) -> str:
        """Draw the mask of a region at the size of the image. Raises `MaskRefused`."""
        ...

    async def of_upload(self, picture: Picture | None, data: bytes) -> str:
        """Validate an uploaded mask against the image, and return it as a data URL. Raises `MaskRefused`."""
        ...


class Upload(Protocol):
    """A file uploaded by a user in a modal or with a command, downloaded on demand."""

    @property
    def name(self) -> str:
        """The file name."""
        ...

    @property
    def content_type(self) -> str | None:
        """The media type, or None. Discord omits it for some files."""
        ...

    @property
    def size(self) -> int:
        """The size in bytes, as Discord reports it."""
        ...

    async def read(self) -> bytes:
        """Download the file. Raises OSError."""
        ...


class ReferenceSource(Protocol):
    """Loads reference pictures that users add to a command, as data URLs for the image service.

    ``place`` is where the user sent the command. What is loaded for one place does not hold up others.
    """

    async def of_upload(self, upload: Upload, place: Place) -> str:
        """Load an uploaded picture. Raises `PressRefused`."""
        ...

    async def of_address(self, address: str, place: Place) -> str:
        """Load the picture at a public address. Raises `PressRefused`."""
        ...
