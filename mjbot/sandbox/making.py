"""The commands that create a task without a parent task: imagine, describe, blend and shorten."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mjbot.sandbox.buttons import describe_buttons, shorten_buttons
from mjbot.sandbox.demo_prompts import ENGLISH_PROMPTS
from mjbot.sandbox.script import LONG, Scene, Script, Step, parse_aspect
from mjbot.sandbox.submits import MakeKind, Sender

TEXT_STEPS: tuple[Step, ...] = (
    (0, "SUBMITTED", "0%"),
    (1, "IN_PROGRESS", "0%"),
    (7, "SUCCESS", "100%"),
)
_SHAPES = {"PORTRAIT": "2:3", "SQUARE": "1:1", "LANDSCAPE": "3:2"}
_DATA_URL = re.compile(r"data:image/[a-z]+;base64,")
_SHORT_FORMS = 5


class MakeBody(NamedTuple):
    """The parsed body of an imagine, describe, blend or shorten submit."""

    kind: MakeKind
    prompt: str = ""
    pictures: tuple[str, ...] = ()
    """The uploaded pictures, without a linked picture to describe."""
    shape: str = "SQUARE"
    link: str = ""


def read_make(kind: MakeKind, body: Mapping[str, Any], *, takes_links: bool) -> MakeBody:
    """Parse the body of a submit. With ``takes_links``, the picture to describe may also be a URL."""
    listed = body.get("base64Array")
    pictures = listed if isinstance(listed, list) and kind in ("imagine", "blend") else []
    single = [body["base64"]] if kind == "describe" and body.get("base64") else []
    return MakeBody(
        kind,
        str(body.get("prompt") or "") if kind in ("imagine", "shorten") else "",
        tuple(map(str, [*pictures, *single])),
        str(body.get("dimensions") or "SQUARE"),
        str(body.get("link") or "") if takes_links and kind == "describe" else "",
    )


def problem_of(make: MakeBody, *, needs_data_urls: bool) -> str:
    """Return why the body of a submit is invalid, or "" if it is valid."""
    if make.kind in ("imagine", "shorten") and not make.prompt.strip():
        return "prompt不能为空"
    if make.kind == "describe" and not (make.pictures or make.link):
        return "base64不能为空"
    if make.kind == "blend" and not 2 <= len(make.pictures) <= 5:
        return "base64List参数错误"
    if make.shape not in _SHAPES:
        return "dimensions参数错误"
    if needs_data_urls and not all(map(_DATA_URL.match, make.pictures)):
        return "base64格式错误"
    return ""


def build_task(make: MakeBody, task_id: str, now: float, seed: int, sender: Sender) -> Script:
    """Return the task that a submit starts."""
    aspect = _SHAPES[make.shape] if make.kind == "blend" else parse_aspect(make.prompt)
    task = Script(task_id, LONG, make.prompt, Scene(seed, aspect=aspect), now, make.kind.upper())
    task.notify, task.mark = sender
    task.description = f"/{make.kind} {make.prompt or task_id}"
    if make.kind == "describe":
        task.steps, task.result, task.buttons = TEXT_STEPS, "single", describe_buttons()
        task.text = numbered(ENGLISH_PROMPTS.described)
    elif make.kind == "shorten":
        task.steps, task.result, task.buttons = TEXT_STEPS, None, shorten_buttons()
        task.text = _shortened(make.prompt)
    return task


def numbered(texts: Sequence[str]) -> str:
    """Return prompts as the numbered list that a result contains."""
    return "\n\n".join(f"{n}\ufe0f\u20e3 {text}" for n, text in enumerate(texts, 1))


def _shortened(prompt: str) -> str:
    """Return the result of a shorten task: the first word is important, and the last one is struck out."""
    words = prompt.split()
    marked = [f"**{words[0]}**", *words[1:-1], *(f"~~{each}~~" for each in words[1:][-1:])]
    forms = [" ".join(words[: max(1, len(words) - n)]) for n in range(_SHORT_FORMS)]
    return f"## Important tokens\n{' '.join(marked)}\n\n## Shortened prompts\n{numbered(forms)}"
