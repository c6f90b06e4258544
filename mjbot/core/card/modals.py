"""Which buttons want words first, what their windows begin with, and which words cannot work.

Only the shape of a customId tells. A button that is not known here may still turn out to want a
window: then its child waits in status MODAL, and its card asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from mjbot.core.model.custom_id import CustomId
from mjbot.core.model.task import Task

PROMPT = 4_000  # the most that a text field of Discord takes
_ZOOM = re.compile(r"--zoom\s+(\S+)")
_CHOICES = re.compile(r"(\d)\ufe0f?\u20e3\s*(.+?)(?=\s*\d\ufe0f?\u20e3|\Z)", re.DOTALL)
_NUMBER = re.compile(r"::(\d)")


class ModalKind(StrEnum):
    """The kinds of windows."""

    PROMPT = "prompt"
    ZOOM = "zoom"
    REGION = "region"


_FORMS = (
    (re.compile(r"::CustomZoom::"), ModalKind.ZOOM),
    (re.compile(r"::Inpaint::"), ModalKind.REGION),
    (re.compile(r"::PicReader::\d"), ModalKind.PROMPT),
    (re.compile(r"::PromptAnalyzer::\d"), ModalKind.PROMPT),
    (re.compile(r"::video::.*::manual"), ModalKind.PROMPT),
)


@dataclass(frozen=True, slots=True)
class ModalSpec:
    """A window to open: where its answer goes, what it is about, and the words it begins with.

    ``mask``: it asks for a mask of one's own, too.
    """

    target: CustomId
    label: str
    text: str
    mask: bool = False


def modal_kind_of(custom_id: str) -> ModalKind | None:
    """The window that a button is known to open, or None."""
    return next((form for pattern, form in _FORMS if pattern.search(custom_id)), None)


def proposed(task: Task, custom_id: str) -> str:
    """The words that a button's window begins with."""
    form = modal_kind_of(custom_id)
    if form is ModalKind.ZOOM:
        return f"{_ZOOM.sub('', task.prompt).strip()} --zoom 2"[:PROMPT]
    number = _NUMBER.search(custom_id)
    if form is ModalKind.PROMPT and number:
        choices: dict[str, str] = dict(_CHOICES.findall(task.text or task.prompt))
        return choices.get(number[1], "").strip()[:PROMPT]
    return task.prompt[:PROMPT]


def zooms(prompt: str) -> bool:
    """True when a prompt says how far to zoom out: ``--zoom x``, above 1 and at most 2."""
    found = _ZOOM.search(prompt)
    try:
        return found is not None and 1 < float(found[1]) <= 2
    except ValueError:
        return False
