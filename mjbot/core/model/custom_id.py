"""The grammar of our own buttons: ``mj1:<verb>:<task id>:<argument>``, at most 100 characters.

The task id is in it, so that a button works on a message that the database has never seen. The
upstream customId is not: it can be longer than Discord allows, and two tasks can share one. A digest
of it finds it again in the task. The number after ``mj`` is the version; old buttons stay in channels
for years, so a version once shipped must be answered for ever.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from mjbot.core.model.task import ID_PATTERN, TaskId

_VERBS = "press|again|look|more|write|leave|stop|area"


def _pattern(verbs: str) -> str:
    return rf"mj1:(?P<verb>{verbs}):(?P<task>{ID_PATTERN}):(?P<arg>[a-z0-9]{{0,24}})"


BUTTON = _pattern(_VERBS)
MENU = _pattern("pick")
_ANY = _pattern(f"{_VERBS}|pick|form")  # a window's answer is no item's business
_AIM = re.compile(r"([0-9a-f]{12}|modal)(?:n([0-9]+))?(?:x([0-9a-f]{3}|own))?")
_OURS = re.compile(r"mj\d+:.*", re.DOTALL)
_SOME_ID = re.compile(ID_PATTERN)


class Verb(StrEnum):
    """What a button asks for; PICK is a choice in a menu, FORM the answer of a window."""

    PRESS = "press"
    AGAIN = "again"
    REFRESH = "look"
    MORE = "more"
    OPEN_MODAL = "write"
    DISMISS = "leave"
    STOP = "stop"
    AREA = "area"
    SELECT = "pick"
    MODAL = "form"


@dataclass(frozen=True, slots=True)
class CustomId:
    """One parsed custom_id."""

    verb: Verb
    task_id: TaskId
    arg: str = ""

    def pressing(self, arg: str) -> CustomId:
        """The press of an action of the same task."""
        return CustomId(Verb.PRESS, self.task_id, arg)

    def __str__(self) -> str:
        return f"mj1:{self.verb}:{self.task_id}:{self.arg}"


def parse(custom_id: str) -> CustomId | None:
    """Read a custom_id of this version, or None."""
    match = re.fullmatch(_ANY, custom_id)
    if match is None:
        return None
    return CustomId(Verb(match["verb"]), TaskId(match["task"]), match["arg"])


@dataclass(frozen=True, slots=True)
class PressTarget:
    """The argument of a press. ``repeats``: the press that it knowingly repeats, 0 for none.

    ``area``: where to repaint, as `mjbot.core.card.region` writes it; empty where that was not asked.
    """

    action: str
    repeats: int = 0
    area: str = ""

    def __str__(self) -> str:
        repeats = f"n{self.repeats}" if self.repeats else ""
        return self.action + repeats + (f"x{self.area}" if self.area else "")


def parse_target(arg: str) -> PressTarget:
    """Read the argument of a press; what cannot be read aims at an action that does not exist."""
    match = _AIM.fullmatch(arg)
    return PressTarget(match[1], int(match[2] or 0), match[3] or "") if match else PressTarget(arg)


def foreign(custom_id: str) -> bool:
    """True for a button of ours whose version or verb this program does not speak."""
    return _OURS.fullmatch(custom_id) is not None and parse(custom_id) is None


def task_of(custom_id: str) -> str:
    """The likeliest task id inside a button of another version, or ""."""
    parts = custom_id.split(":")[1:]
    ids = [part for part in parts if _SOME_ID.fullmatch(part) and any(map(str.isdigit, part))]
    return max(ids, key=len, default="")


def action_digest(upstream_custom_id: str) -> str:
    """The short name of an upstream action inside our custom_ids and in the presses table."""
    return hashlib.sha256(upstream_custom_id.encode("utf-8", "replace")).hexdigest()[:12]
