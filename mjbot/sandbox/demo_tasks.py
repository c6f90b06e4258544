"""The tasks that the demo starts with: one of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import product

from mjbot.sandbox.buttons import button
from mjbot.sandbox.script import LONG, MODAL_STEPS, SHORT, Scene, Script, parse_aspect, seed_of


class DemoIds(StrEnum):
    """The ids of the demo tasks."""

    RUNNING = "1730621718151844"
    RUNNING_CHINESE = "1730621742906217"
    RUNNING_LONG = "1730621766318450"
    GRID = "1730618103477921"
    SINGLE = "1730618215930064"
    FAILED = "1730617450286633"
    QUEUED = "1730621781604298"
    MODAL = "1730617902751186"
    DESCRIBE = "1730616688420375"
    UNKNOWN = "1730600000000404"


_TAIL = " --ar 1:1 --v 7"
_SUBJECTS = (
    f"{when} over {what}, {how}"
    for how, what, when in product(
        ("printed in five flat inks", "seen through thin mist", "with birds high above"),
        ("a quiet mountain lake", "terraced hills", "a fir forest", "a wide salt plain"),
        ("first light", "a low copper sun", "the blue hour", "a full moon"),
    )
)
LONG_PROMPT = "; ".join(_SUBJECTS)[: 900 - len(_TAIL)].rstrip().ljust(900 - len(_TAIL), ".") + _TAIL
"""Nine hundred characters."""

_PROMPT = "a mountain lake at first light, screen print, five inks --v 7"
_DESCRIBED = "\n\n".join(
    (
        "1️⃣ A screen print of layered mountains under a low sun --ar 1:1",
        "2️⃣ Misty ridges in flat colours, a calm lake in front --ar 1:1",
        "3️⃣ A travel poster of the high country at dusk --ar 1:1",
        "4️⃣ Birds above a fir forest, five inks, soft gradients --ar 1:1",
    )
)


def demo_tasks(seed: int, now: float) -> Iterator[Script]:
    """Yield all demo tasks as of ``now``; those that run start when they are first fetched."""
    yield _imagine(seed, DemoIds.RUNNING, "a cabin by a mountain lake, ember sky --v 7", None)
    chinese = _imagine(seed, DemoIds.RUNNING_CHINESE, "画一座雾中的雪山，木刻版画风格", None)
    chinese.prompt_en = "A snow mountain in the mist, woodblock print style --ar 1:1 --v 7"
    yield chinese
    yield _imagine(seed, DemoIds.RUNNING_LONG, LONG_PROMPT, None)
    yield _imagine(seed, DemoIds.GRID, _PROMPT, now - 3600)
    single = _imagine(seed, DemoIds.SINGLE, _PROMPT, now - 3500)
    single.scene = Scene(seed_of(seed, DemoIds.GRID), 1)
    single.steps, single.action, single.result = SHORT, "UPSCALE", "single"
    single.description = f"/up {DemoIds.GRID} U2"
    yield single
    failed = _imagine(seed, DemoIds.FAILED, "a paper crane above the sea --arr 16:9 --v 7", now - 4200)
    failed.steps = ((0, "SUBMITTED", "0%"), (2, "IN_PROGRESS", "0%"), (36, "FAILURE", "100%"))
    failed.fail_reason = "[Invalid parameter] Unrecognized parameter(s): --arr"
    yield failed
    queued = _imagine(seed, DemoIds.QUEUED, "desert dunes under the stars --ar 16:9 --v 7", None)
    queued.steps = (
        (0, "NOT_START", "0%"),
        *((60 + after, name, share) for after, name, share in LONG),
    )
    yield queued
    modal = _imagine(seed, DemoIds.MODAL, _PROMPT, now - 3400)
    modal.steps, modal.action = MODAL_STEPS, "ZOOM"
    modal.description = f"/up {DemoIds.SINGLE} Custom Zoom"
    yield modal
    yield _describe(seed, now - 5000)


def _imagine(seed: int, task_id: str, prompt: str, start: float | None) -> Script:
    return Script(task_id, LONG, prompt, Scene(seed_of(seed, task_id), aspect=parse_aspect(prompt)), start)


def _describe(seed: int, start: float) -> Script:
    task = _imagine(seed, DemoIds.DESCRIBE, _DESCRIBED, start)
    task.steps = ((0, "SUBMITTED", "0%"), (1, "IN_PROGRESS", "0%"), (7, "SUCCESS", "100%"))
    task.action, task.result = "DESCRIBE", "single"
    task.description = f"/describe {task.id}.png"
    task.buttons = [
        *(button(f"MJ::Job::PicReader::{n}", emoji=f"{n}\ufe0f\u20e3") for n in range(1, 5)),
        button("MJ::Picread::Retry", emoji="🔄"),
        button("MJ::Job::PicReader::all", "Imagine all", "🎉"),
    ]
    return task
