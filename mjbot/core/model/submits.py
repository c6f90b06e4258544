"""What can be submitted to the image service: one record for each kind.

Every submit may carry a *mark*, a random text that the service keeps with the task (its ``state``). If the
response is lost, the task can be found by it. It has no data of users, and only marks of ours are ever read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from mjbot.core.model.task import NO_MARK, Mark, TaskId

MARK_BYTES = 16
_MARK = re.compile(r"mj1:[0-9a-f]{32}")


def mark_of(entropy: bytes) -> Mark:
    """Return the mark made of `MARK_BYTES` random bytes: 36 characters; services accept 255."""
    return Mark(f"mj1:{entropy.hex()}")


def parse_mark(text: str) -> Mark:
    """Return the mark in a task's ``state``; `NO_MARK` for the text of any other client."""
    return Mark(text) if _MARK.fullmatch(text) else NO_MARK


class Command(StrEnum):
    """What a service may or may not offer, by the last part of its endpoint."""

    IMAGINE = "imagine"
    DESCRIBE = "describe"
    BLEND = "blend"
    SHORTEN = "shorten"
    UPLOAD = "upload-discord-images"
    SEED = "image-seed"
    CANCEL = "cancel"
    LIST = "list"


class BlendShape(StrEnum):
    """The shapes of a blend: 2:3, 1:1 and 3:2."""

    PORTRAIT = "PORTRAIT"
    SQUARE = "SQUARE"
    LANDSCAPE = "LANDSCAPE"


@dataclass(frozen=True, slots=True)
class Imagine:
    """Make pictures from a prompt. ``pictures``: image prompts, as data URLs. ``niji``: the anime model."""

    prompt: str
    pictures: tuple[str, ...] = ()
    niji: bool = False
    mark: Mark = NO_MARK


@dataclass(frozen=True, slots=True)
class Describe:
    """Describe a picture in four prompts. ``picture``: a data URL; trueai's server takes an address, too."""

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
    """Shorten a prompt to its important words."""

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
    """Answer the modal of a task in status MODAL. ``mask``: a PNG as a data URL."""

    task_id: TaskId
    prompt: str
    mask: str = ""
    mark: Mark = NO_MARK


SubmitRequest = Imagine | Describe | Blend | Shorten | ButtonPress | ModalAnswer
