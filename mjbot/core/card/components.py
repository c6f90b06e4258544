"""The bot's own message components: the verbs and custom_ids of components, and the list of buttons.

A custom_id is ``mj1:<verb>:<task id>:<argument>``, at most 100 characters. It contains the task id, so that a
button works on a message that is not in the database. It does not contain the service's customId, which can
be longer than Discord allows and may occur in two tasks. Instead, a digest identifies the customId within the
task. The number after ``mj`` is the version. Old buttons stay in channels for years, so every released
version must remain supported.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mjbot.core.card.series import can_be_stopped
from mjbot.core.card.state import CardContext, CardState, needs_region
from mjbot.core.i18n.texts import Text
from mjbot.core.model.press import MAKE_ACTION, MODAL_ACTION
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import ID_PATTERN, TaskId

NO_CELLS: Final = "000"
"""The encoded region in which no cell is selected."""

_TARGET = re.compile(rf"([0-9a-f]{{12}}|{MODAL_ACTION}|{MAKE_ACTION})(?:n([0-9]+))?(?:x([0-9a-f]{{3}}|own))?")
_ANY_VERSION = re.compile(r"mj\d+:.*", re.DOTALL)
_TASK_ID = re.compile(ID_PATTERN)


class Verb(StrEnum):
    """Verbs in custom_ids.

    SELECT is a menu choice, MODAL is a modal submission, and all others are buttons.
    """

    PRESS = "press"
    AGAIN = "again"
    REFRESH = "look"
    MORE = "more"
    OPEN_MODAL = "write"
    DISMISS = "leave"
    STOP = "stop"
    STOP_UPDATING = "unfollow"
    CANCEL = "cancel"
    SEED = "seed"
    EDIT = "edit"
    SEND_ANYWAY = "send"
    START_SERIES = "start"
    STOP_SERIES = "halt"
    REGION = "area"
    SELECT = "pick"
    MODAL = "form"


def _pattern(verbs: Iterable[Verb]) -> str:
    return rf"mj1:(?P<verb>{'|'.join(verbs)}):(?P<task>{ID_PATTERN}):(?P<arg>[a-z0-9]{{0,24}})"


BUTTON: Final = _pattern(verb for verb in Verb if verb not in (Verb.SELECT, Verb.MODAL))
MENU: Final = _pattern([Verb.SELECT])
_ANY: Final = re.compile(_pattern(Verb))


@dataclass(frozen=True, slots=True)
class CustomId:
    """A parsed custom_id."""

    verb: Verb
    task_id: TaskId
    arg: str = ""

    def __str__(self) -> str:
        return f"mj1:{self.verb}:{self.task_id}:{self.arg}"


def parse(custom_id: str) -> CustomId | None:
    """Parse a custom_id of the current version. Return None for any other string."""
    match = _ANY.fullmatch(custom_id)
    if match is None:
        return None
    return CustomId(Verb(match["verb"]), TaskId(match["task"]), match["arg"])


@dataclass(frozen=True, slots=True)
class PressTarget:
    """The action that a press submits, identified by a digest, and the options of the press.

    ``repeats`` is the number of the earlier press that is done again, or 0. ``region`` is the area to
    repaint, as encoded in `mjbot.core.card.region`, or "" if the action needs none.
    """

    action: str
    repeats: int = 0
    region: str = ""

    def __str__(self) -> str:
        repeats = f"n{self.repeats}" if self.repeats else ""
        return self.action + repeats + (f"x{self.region}" if self.region else "")


def parse_target(arg: str) -> PressTarget:
    """Parse the argument of a custom_id. If it is invalid, the returned target matches no action."""
    match = _TARGET.fullmatch(arg)
    return PressTarget(match[1], int(match[2] or 0), match[3] or "") if match else PressTarget(arg)


def is_foreign(custom_id: str) -> bool:
    """Return whether a custom_id belongs to this bot but has an unsupported version or verb."""
    return _ANY_VERSION.fullmatch(custom_id) is not None and parse(custom_id) is None


def guess_task_id(custom_id: str) -> str:
    """Return the most likely task id in a custom_id of another version, or ""."""
    parts = custom_id.split(":")[1:]
    ids = [part for part in parts if _TASK_ID.fullmatch(part) and any(map(str.isdigit, part))]
    return max(ids, key=len, default="")


def action_digest(upstream_custom_id: str) -> str:
    """Return the digest that identifies an action of the service in custom_ids and in the presses table."""
    return hashlib.sha256(upstream_custom_id.encode("utf-8", "replace")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class OwnButton:
    """One of the bot's own buttons: the text, the card states that show it, and the custom_id argument.

    ``when`` is a further condition on the card's state, the snapshot and the context. ``behind``: the button
    is in the ephemeral *More…* menu, not on the card.
    """

    text: Text
    states: tuple[CardState, ...] = ()
    when: Callable[[CardState, TaskSnapshot, CardContext], bool] = lambda _state, _snapshot, _context: True
    arg: Callable[[CardContext], str] = lambda _context: ""
    primary: bool = False
    behind: bool = False


_ALIVE: Final = (CardState.QUEUED, CardState.RUNNING, CardState.QUIET, CardState.UNSEEN)
_NO_LONGER_FOLLOWED: Final = (
    CardState.NOT_FOUND,
    CardState.LOST,
    CardState.ENDED,
    CardState.DISMISSED,
    CardState.STOPPED,
)
_OF_MAKES: Final = (CardState.SUBMITTING, CardState.REFUSED, CardState.UNCLEAR)
_WITH_OTHER_BUTTONS: Final = (
    CardState.DONE,
    CardState.WAITING,
    CardState.QUEUE_FULL,
    CardState.SERIES,
    *_OF_MAKES,
)
_WITH_PROMPT: Final = (CardState.DONE, CardState.FAILED, CardState.CANCELLED, *_OF_MAKES[1:])


def _can_refresh(state: CardState, snapshot: TaskSnapshot, context: CardContext) -> bool:
    return state in _NO_LONGER_FOLLOWED or (context.obstacle is not None and not snapshot.settled)


def _can_stop(_state: CardState, _snapshot: TaskSnapshot, context: CardContext) -> bool:
    return context.obstacle is None


def _can_cancel(state: CardState, snapshot: TaskSnapshot, context: CardContext) -> bool:
    return context.can_cancel and snapshot.task is not None and _can_stop(state, snapshot, context)


def _has_seed(_state: CardState, snapshot: TaskSnapshot, context: CardContext) -> bool:
    task = snapshot.task
    pictured = task is not None and task.image_url and not (task.is_text or task.video_urls)
    return context.has_seeds and bool(pictured)


def _can_edit(_state: CardState, snapshot: TaskSnapshot, context: CardContext) -> bool:
    """Return whether the prompt of a card is known, so that the user can edit it and make new pictures."""
    task = snapshot.task
    return context.can_make and task is not None and bool(task.prompt.strip()) and not task.is_text


def _retried_action(context: CardContext) -> str:
    return MAKE_ACTION if MAKE_ACTION in context.presses else MODAL_ACTION


OWN_BUTTONS: Final[Mapping[Verb, OwnButton]] = {
    Verb.OPEN_MODAL: OwnButton(
        Text.BUTTON_WRITE,
        (CardState.WAITING,),
        when=lambda _state, snapshot, _context: not needs_region(snapshot),
        primary=True,
    ),
    Verb.REGION: OwnButton(
        Text.BUTTON_REGION,
        (CardState.WAITING,),
        when=lambda _state, snapshot, _context: needs_region(snapshot),
        arg=lambda _context: str(PressTarget(MODAL_ACTION, region=NO_CELLS)),
        primary=True,
    ),
    Verb.DISMISS: OwnButton(Text.BUTTON_DISMISS, (CardState.WAITING,)),
    Verb.STOP: OwnButton(Text.BUTTON_STOP, (CardState.QUEUE_FULL,), arg=_retried_action),
    Verb.AGAIN: OwnButton(
        Text.BUTTON_AGAIN,
        (CardState.UNCLEAR,),
        arg=lambda context: str(PressTarget(MAKE_ACTION, repeats=context.tries)),
    ),
    Verb.SEND_ANYWAY: OwnButton(Text.BUTTON_SEND_ANYWAY),  # on the private question
    Verb.START_SERIES: OwnButton(Text.BUTTON_START_SERIES, primary=True),  # on the private question
    Verb.STOP_SERIES: OwnButton(
        Text.BUTTON_STOP_SERIES,
        (CardState.SERIES,),
        when=lambda _state, _snapshot, context: can_be_stopped(context.series),
    ),
    Verb.REFRESH: OwnButton(
        Text.BUTTON_REFRESH,
        tuple(each for each in CardState if each not in _WITH_OTHER_BUTTONS),
        when=_can_refresh,
    ),
    Verb.STOP_UPDATING: OwnButton(Text.BUTTON_STOP_UPDATING, _ALIVE, when=_can_stop),
    Verb.CANCEL: OwnButton(Text.BUTTON_CANCEL, _ALIVE, when=_can_cancel),
    Verb.EDIT: OwnButton(Text.BUTTON_EDIT, _WITH_PROMPT, when=_can_edit),
    Verb.MORE: OwnButton(Text.BUTTON_MORE),  # on each card that has something behind it
    Verb.SEED: OwnButton(Text.BUTTON_SEED, (CardState.DONE,), when=_has_seed, behind=True),
}
"""The bot's own buttons in display order. A card shows them in the last row."""
