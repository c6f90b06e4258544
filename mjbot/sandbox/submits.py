"""Accepts or refuses submits. The dialect (the kind of server) turns each decision into a response."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from mjbot.sandbox import art
from mjbot.sandbox.buttons import ButtonEffect, button_effect
from mjbot.sandbox.script import LONG, MODAL_STEPS, SHORT, Repainted, Result, Scene, Script

DecisionKind = Literal[
    "accepted",
    "modal",
    "unchanged",
    "existed",
    "no_grid",
    "parent_gone",
    "not_ready",
    "unknown_action",
    "queue_full",
    "banned_word",
    "uploaded",
    "invalid",
    "no_account",
    "no_credit",
    "daily_limit",
    "total_limit",
    "too_many_running",
    "too_many_queued",
    "account_blocked",
    "uploads_off",
]
MakeKind = Literal["imagine", "describe", "blend", "shorten"]
SubmitKind = Literal["action", "change", "modal", "upload-discord-images"] | MakeKind
"""The last part of the URL that a submit was sent to."""

_RESULTS: dict[str, Result] = {
    "UPSCALE": "single",
    "HIGH_UPSCALE": "single",
    "VIDEO": "video",
    "CLIP": "clip",
    "DESCRIBE": "single",
}
_TASK_ACTIONS = {"HIGH_UPSCALE": "UPSCALE", "CLIP": "VIDEO"}
_SHORT_ACTIONS = {"UPSCALE": "U", "VARIATION": "V", "REROLL": "R"}  # in descriptions
_GRIDS = ("IMAGINE", "VARIATION", "REROLL", "BLEND")
_PAN_ASPECTS = {"left": "3:2", "right": "3:2", "up": "2:3", "down": "2:3"}
# These open a modal if the account is in Remix mode, in addition to those that always do.
_REMIXABLE = ("VARIATION", "LOW_VARIATION", "HIGH_VARIATION", "REROLL", "PAN", "VIDEO")


@dataclass(frozen=True)
class Decision:
    """The decision of the simulated service about one submit.

    ``text`` is the proposed prompt of a modal, the banned word, the unknown customId, the status of the task
    that already exists, or what is invalid. ``prompt`` is the refused prompt.
    """

    kind: DecisionKind
    ids: tuple[str, ...] = ()
    ahead: int = 0
    text: str = ""
    action: str = ""
    prompt: str = ""

    @property
    def child_id(self) -> str | None:
        """The id of the first task that the submit created, or None."""
        return self.ids[0] if self.kind in ("accepted", "modal") else None


class Sender(NamedTuple):
    """The fields of a submit that its sender chooses: the webhook URL, and the mark that the task keeps."""

    notify: str = ""
    mark: str = ""


ANYONE = Sender()


@dataclass(frozen=True)
class RecordedSubmit:
    """One submit that reached the service, accepted or not."""

    at: float
    task_id: str
    custom_id: str
    child_id: str | None
    """The task that the submit created, if any."""
    prompt: str = ""
    mask: str = ""
    kind: SubmitKind = "action"
    mark: str = ""
    """The mark that the submit carried in ``state``."""
    pictures: int = 0


def needs_modal(effect: ButtonEffect, *, remix: bool) -> bool:
    """Return whether a press needs a prompt before the task starts."""
    return effect.kind == "modal" or (remix and effect.action in _REMIXABLE)


def build_child(
    parent: Script,
    effect: ButtonEffect,
    task_id: str,
    now: float,
    seed: int,
    *,
    modal: bool,
    sender: Sender,
) -> Script:
    """Return the task that a button starts."""
    scene, result = parent.scene, _RESULTS.get(effect.action, "grid")
    if effect.part.isdigit():
        scene = replace(scene, index=int(effect.part) - 1)
    if result == "grid":
        mood = None if effect.action == "REROLL" else art.mood_of(scene.seed, scene.index, scene.mood)
        scene = Scene(seed, 0, mood, _PAN_ASPECTS.get(effect.part, scene.aspect))
    repainted = parent.repainted if effect.action in ("UPSCALE", "HIGH_UPSCALE") else None
    if effect.action == "INPAINT":
        repainted = Repainted(parent.scene)
    steps = MODAL_STEPS if modal else SHORT if effect.action in ("UPSCALE", "CLIP") else LONG
    return Script(
        task_id,
        steps,
        parent.prompt,
        scene,
        now,
        action=_TASK_ACTIONS.get(effect.action, effect.action),
        result=result,
        buttons=parent.buttons if effect.action == "DESCRIBE" else None,
        prompt_en=parent.prompt_en,
        description=_description(parent.id, effect),
        text=parent.text if effect.action == "DESCRIBE" else "",
        notify=sender.notify,
        mark=sender.mark,
        repainted=repainted,
    )


def _description(parent_id: str, effect: ButtonEffect) -> str:
    return f"/up {parent_id} {_SHORT_ACTIONS.get(effect.action, effect.action)}{effect.part}"


def existing_change(tasks: Iterable[Script], parent_id: str, custom_id: str) -> Script | None:
    """Return the task of an earlier identical change, or None.

    Compares the descriptions of tasks, as novicezk's server does.
    """
    effect = button_effect(custom_id)
    wanted = _description(parent_id, effect) if effect else None
    return next((each for each in tasks if each.description == wanted), None)


def is_changeable(task: Script) -> bool:
    """Return whether novicezk's server can change this task, which requires that the result is a grid."""
    return task.action in _GRIDS


def change_custom_id(action: str, index: object, job: str) -> str:
    """Return the customId that is equivalent to a ``/submit/change`` request, or "" if there is none."""
    name = {"UPSCALE": "upsample", "VARIATION": "variation"}.get(action)
    if name is not None:
        return f"MJ::JOB::{name}::{index}::{job}"
    return f"MJ::JOB::reroll::0::{job}::SOLO" if action == "REROLL" else ""


_NUMBERED = re.compile(r"[1-9]\ufe0f\u20e3 (.*)")


def proposed_prompt(parent: Script, effect: ButtonEffect) -> str:
    """Return the prompt that a modal proposes.

    It is empty for inpainting. For a result with several numbered prompts, it is the chosen one.
    """
    if effect.action == "INPAINT":
        return ""
    if effect.action == "IMAGINE" and effect.part:
        return str(_NUMBERED.findall(parent.text or parent.prompt)[int(effect.part) - 1])
    return parent.final_prompt
