"""Submits: the requests to the image service that create tasks, with one record for each type.

Every submit may carry a *mark*: a random text that the service stores in the ``state`` field of the task. If
the response is lost, the bot can find the task by the mark. A mark contains no user data, and the bot ignores
the ``state`` of other clients.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from mjbot.core.model.task import NO_MARK, Mark, TaskId

MARK_BYTES = 16
_MARK = re.compile(r"mj1:[0-9a-f]{32}")


def mark_of(entropy: bytes) -> Mark:
    """Return a mark of 36 characters, made from `MARK_BYTES` random bytes. Services accept up to 255."""
    return Mark(f"mj1:{entropy.hex()}")


def parse_mark(text: str) -> Mark:
    """Return the mark in the ``state`` of a task, or `NO_MARK` if another client wrote the text."""
    return Mark(text) if _MARK.fullmatch(text) else NO_MARK


class Command(StrEnum):
    """Commands that some services do not offer, by the last part of the endpoint path."""

    IMAGINE = "imagine"
    DESCRIBE = "describe"
    BLEND = "blend"
    SHORTEN = "shorten"
    UPLOAD = "upload-discord-images"
    SEED = "image-seed"
    CANCEL = "cancel"
    LIST = "list"


class BlendShape(StrEnum):
    """The aspect ratios of a blended picture: 2:3, 1:1 and 3:2."""

    PORTRAIT = "PORTRAIT"
    SQUARE = "SQUARE"
    LANDSCAPE = "LANDSCAPE"


@dataclass(frozen=True, slots=True)
class Imagine:
    """Make pictures from a prompt. ``pictures``: image prompts, as data URLs.

    ``niji``: use the anime model.
    """

    prompt: str
    pictures: tuple[str, ...] = ()
    niji: bool = False
    mark: Mark = NO_MARK


@dataclass(frozen=True, slots=True)
class Describe:
    """Describe a picture in four prompts.

    ``picture`` is a data URL. trueai's server also accepts a web URL.
    """

    picture: str
    mark: Mark = NO_MARK


@dataclass(frozen=True, slots=True)
class Blend:
    """Blend two to five pictures, given as data URLs."""

    pictures: tuple[str, ...]
    shape: BlendShape = BlendShape.SQUARE
    niji: bool = False
    mark: Mark = NO_MARK


@dataclass(frozen=True, slots=True)
class Shorten:
    """Find the most important words of a prompt, and suggest shorter prompts."""

    prompt: str
    niji: bool = False
    mark: Mark = NO_MARK


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """Press a button that the service sent with a task."""

    task_id: TaskId
    custom_id: str
    mark: Mark = NO_MARK


@dataclass(frozen=True, slots=True)
class ModalAnswer:
    """Submit the input for a task in status MODAL. ``mask`` is a PNG as a data URL."""

    task_id: TaskId
    prompt: str
    mask: str = ""
    mark: Mark = NO_MARK


SubmitRequest = Imagine | Describe | Blend | Shorten | ButtonPress | ModalAnswer
