"""Modals: which buttons open a modal, the initial text, and validation of the input.

Only the structure of a customId is interpreted. A button that is not known here may need a modal, too. The
task that it creates then waits in status MODAL, and that task's card asks for the input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from mjbot.core.card.components import CustomId
from mjbot.core.card.draws import numbered_prompts
from mjbot.core.model.task import Task

MAX_PROMPT = 4_000  # Discord's limit for a text input
_ZOOM = re.compile(r"--zoom\s+(\S+)")
_NUMBER = re.compile(r"::(\d)")


class ModalKind(StrEnum):
    """Kinds of input that a modal asks for."""

    PROMPT = "prompt"
    ZOOM = "zoom"
    REGION = "region"


_KINDS = (
    (re.compile(r"::CustomZoom::"), ModalKind.ZOOM),
    (re.compile(r"::Inpaint::"), ModalKind.REGION),
    (re.compile(r"::PicReader::\d"), ModalKind.PROMPT),
    (re.compile(r"::PromptAnalyzer::\d"), ModalKind.PROMPT),
    (re.compile(r"::manual"), ModalKind.PROMPT),  # of a video
)


@dataclass(frozen=True, slots=True)
class ModalSpec:
    """A modal to open: the custom_id, the title, and the initial text of the input.

    With ``asks_for_mask``, the modal has an upload field for the user's own mask. ``mask_size`` is the
    required width and height in pixels, or (0, 0) if unknown. ``shape`` is the preselected aspect ratio, or
    "" for none. If ``shape`` is None, the modal has no choice of shape. ``pictures`` is the number of
    reference pictures that can be uploaded. They replace the ``pictures_kept`` pictures of the earlier
    request.
    """

    custom_id: CustomId
    title: str
    initial_text: str
    asks_for_mask: bool = False
    mask_size: tuple[int, int] = (0, 0)
    shape: str | None = None
    pictures: int = 0
    pictures_kept: int = 0


def modal_kind_of(custom_id: str) -> ModalKind | None:
    """Return the kind of modal that a button needs, or None if it needs none or is not known."""
    return next((kind for pattern, kind in _KINDS if pattern.search(custom_id)), None)


def initial_prompt(task: Task, custom_id: str) -> str:
    """Return the initial text of the modal that a button opens."""
    kind = modal_kind_of(custom_id)
    if kind is ModalKind.ZOOM:
        return f"{_ZOOM.sub('', task.prompt).strip()} --zoom 2"[:MAX_PROMPT]
    number = _NUMBER.search(custom_id)
    if kind is ModalKind.PROMPT and number:
        return numbered_prompts(task.text or task.prompt).get(int(number[1]), "")[:MAX_PROMPT]
    return task.prompt[:MAX_PROMPT]


def has_valid_zoom(prompt: str) -> bool:
    """Return whether a prompt has ``--zoom x`` with 1 < x <= 2, the range that Midjourney accepts."""
    found = _ZOOM.search(prompt)
    try:
        return found is not None and 1 < float(found[1]) <= 2
    except ValueError:
        return False
