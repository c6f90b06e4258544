"""What the simulated service decides about a submit, before any server has put it into its own words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mjbot.sandbox import art
from mjbot.sandbox.buttons import ButtonEffect
from mjbot.sandbox.script import LONG, MODAL_STEPS, SHORT, Result, Scene, Script

Decision = Literal[
    "accepted", "window", "unchanged", "gone", "early", "unknown", "full", "banned", "wordless"
]
SubmitKind = Literal["action", "change", "modal"]
"""The last part of the address that a submit was sent to."""

_RESULTS: dict[str, Result] = {
    "UPSCALE": "single",
    "HIGH_UPSCALE": "single",
    "VIDEO": "video",
    "CLIP": "clip",
}
_NAMES = {"HIGH_UPSCALE": "UPSCALE", "CLIP": "VIDEO"}
_PANNED = {"left": "3:2", "right": "3:2", "up": "2:3", "down": "2:3"}
# What opens a window when the account is in Remix mode, beside what always does.
_REMIXED = ("VARIATION", "LOW_VARIATION", "HIGH_VARIATION", "REROLL", "PAN", "VIDEO")


@dataclass(frozen=True)
class Verdict:
    """One decision. ``text``: the prompt a window starts from, the banned word, or the unknown customId.

    ``prompt``: the words that were refused.
    """

    decision: Decision
    ids: tuple[str, ...] = ()
    ahead: int = 0
    text: str = ""
    action: str = ""
    prompt: str = ""

    @property
    def made(self) -> str | None:
        """The first task that it made, if it made one."""
        return self.ids[0] if self.decision in ("accepted", "window") else None


@dataclass(frozen=True)
class Submitted:
    """One submit that reached the service, accepted or not."""

    at: float
    task_id: str
    custom_id: str
    child_id: str | None
    """The task it made, if it made one."""
    prompt: str = ""
    mask: str = ""
    kind: SubmitKind = "action"


def wants_modal(press: ButtonEffect, *, remix: bool) -> bool:
    """True when a press must be given words before it begins."""
    return press.kind == "window" or (remix and press.action in _REMIXED)


def child_of(
    parent: Script, press: ButtonEffect, task_id: str, now: float, seed: int, *, modal: bool, notify: str = ""
) -> Script:
    """The task a button starts."""
    scene, result = parent.scene, _RESULTS.get(press.action, "grid")
    if press.part.isdigit():
        scene = replace(scene, index=int(press.part) - 1)
    if result == "grid":
        mood = None if press.action == "REROLL" else art.mood_of(scene.seed, scene.index, scene.mood)
        scene = Scene(seed, 0, mood, _PANNED.get(press.part, scene.aspect))
    steps = MODAL_STEPS if modal else SHORT if press.action in ("UPSCALE", "CLIP") else LONG
    return Script(
        task_id,
        steps,
        parent.prompt,
        scene,
        now,
        action=_NAMES.get(press.action, press.action),
        result=result,
        prompt_en=parent.prompt_en,
        description=f"/up {parent.id} {press.action}",
        notify=notify,
    )


def change_of(action: str, index: object, job: str) -> str:
    """The customId that a change stands for, on a server without buttons; "" for none."""
    name = {"UPSCALE": "upsample", "VARIATION": "variation"}.get(action)
    if name is not None:
        return f"MJ::JOB::{name}::{index}::{job}"
    return f"MJ::JOB::reroll::0::{job}::SOLO" if action == "REROLL" else ""


def proposed(parent: Script, press: ButtonEffect) -> str:
    """The prompt that a window starts from: none for a region, one of four for a description."""
    if press.action == "INPAINT":
        return ""
    if press.action == "IMAGINE" and press.part:
        return parent.prompt.split("\n\n")[int(press.part) - 1].partition(" ")[2]
    return parent.final_prompt
