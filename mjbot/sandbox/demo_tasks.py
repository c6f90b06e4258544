"""The tasks that exist when the demo starts: one of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import product

from mjbot.sandbox.buttons import Payload, button, describe_buttons, grid_buttons, single_buttons
from mjbot.sandbox.demo_prompts import ENGLISH_PROMPTS, DemoPrompts
from mjbot.sandbox.making import TEXT_STEPS, numbered
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
    MANY = "1730617233409518"
    REFUSED = "1730617318846270"
    VIDEO = "1730617655092743"
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
"""A prompt of 900 characters."""


def demo_tasks(seed: int, now: float, prompts: DemoPrompts = ENGLISH_PROMPTS) -> Iterator[Script]:
    """Yield all demo tasks as of ``now``. Running tasks start when they are first fetched."""
    yield _imagine(seed, DemoIds.RUNNING, prompts.running, None)
    chinese = _imagine(seed, DemoIds.RUNNING_CHINESE, "画一座雾中的雪山，木刻版画风格", None)
    chinese.prompt_en = "A snow mountain in the mist, woodblock print style --ar 1:1 --v 7"
    yield chinese
    yield _imagine(seed, DemoIds.RUNNING_LONG, LONG_PROMPT, None)
    yield _imagine(seed, DemoIds.GRID, prompts.grid, now - 3600)
    single = _imagine(seed, DemoIds.SINGLE, prompts.grid, now - 3500)
    single.scene = Scene(seed_of(seed, DemoIds.GRID), 1)
    single.steps, single.action, single.result = SHORT, "UPSCALE", "single"
    single.description = f"/up {DemoIds.GRID} U2"
    yield single
    failed = _imagine(seed, DemoIds.FAILED, prompts.failed, now - 4200)
    failed.steps = ((0, "SUBMITTED", "0%"), (2, "IN_PROGRESS", "0%"), (36, "FAILURE", "100%"))
    failed.fail_reason = "[Invalid parameter] Unrecognized parameter(s): --arr"
    yield failed
    queued = _imagine(seed, DemoIds.QUEUED, prompts.queued, None)
    queued.steps = (
        (0, "NOT_START", "0%"),
        *((60 + after, name, share) for after, name, share in LONG),
    )
    yield queued
    modal = _imagine(seed, DemoIds.MODAL, prompts.grid, now - 3400)
    modal.steps, modal.action = MODAL_STEPS, "ZOOM"
    modal.description = f"/up {DemoIds.SINGLE} Custom Zoom"
    yield modal
    yield _describe(seed, now - 5000, prompts.described)
    many = _imagine(seed, DemoIds.MANY, prompts.many, now - 4700)
    many.buttons = _many_buttons(many.job)
    yield many
    refused = _imagine(seed, DemoIds.REFUSED, prompts.refused, now - 4600)
    refused.buttons = [*grid_buttons(refused.job), button(f"MJ::JOB::remaster::1::{refused.job}", "Remaster")]
    yield refused
    video = _imagine(seed, DemoIds.VIDEO, prompts.video, now - 4300)
    video.action, video.result = "VIDEO", "clip"
    yield video


def _many_buttons(job: str) -> list[Payload]:
    """Return more buttons than the 25 that a message can have."""
    larger = [button(f"MJ::JOB::upsample_v5_{size}x::{size}::{job}", f"Upscale ({size}x)") for size in (2, 4)]
    return [*grid_buttons(job), *single_buttons(job), *larger]


def _imagine(seed: int, task_id: str, prompt: str, start: float | None) -> Script:
    return Script(task_id, LONG, prompt, Scene(seed_of(seed, task_id), aspect=parse_aspect(prompt)), start)


def _describe(seed: int, start: float, texts: Sequence[str]) -> Script:
    prompt = numbered(texts)
    task = _imagine(seed, DemoIds.DESCRIBE, prompt, start)
    task.steps = TEXT_STEPS
    task.action, task.result = "DESCRIBE", "single"
    task.description = f"/describe {task.id}.png"
    task.buttons = describe_buttons()
    return task
