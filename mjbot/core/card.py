"""The card: what one message says about one task. Drawn from a view alone, without a clock.

State first, prompt last; waiting is shown by timestamps that tick in the reader's client, so that only
a change moves the card.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

from mjbot.core.buttons import CardButton, Rows, rows_of
from mjbot.core.custom_id import Aim, CustomId, Verb
from mjbot.core.description import describe, timestamp, wants_area, with_prompt
from mjbot.core.region import NOTHING
from mjbot.core.state import MODAL, Context, State, state_of
from mjbot.core.task import TaskId
from mjbot.core.text import clean, cut, cut_middle, units
from mjbot.core.view import Condition, TaskView
from mjbot.core.words import has, say

ALT = 1_000
_ID = 40
_IMAGE_URL = 2_000

GREY, BLUE, AMBER, GREEN, RED = 0x80848E, 0x5865F2, 0xF0B232, 0x23A55A, 0xF23F43


_OVER = (State.NOT_FOUND, State.LOST, State.ENDED, State.LEFT)
_COLOURS = {
    State.RUNNING: BLUE,
    State.QUIET: AMBER,
    State.WAITING: AMBER,
    State.DONE: GREEN,
    State.FAILED: RED,
}


@dataclass(frozen=True)
class Picture:
    """A picture at the image service: a preview, or a result (which must outlive its link)."""

    url: str
    final: bool
    alt: str = ""

    @cached_property
    def key(self) -> str:
        """A short name that differs when the picture differs."""
        kind = "final" if self.final else "preview"
        return f"{kind}-{hashlib.sha256(self.url.encode('utf-8', 'replace')).hexdigest()[:12]}"


@dataclass(frozen=True)
class Card:
    """One rendered message, in our own terms. Equal cards need no edit between them."""

    state: State
    title: str
    colour: int
    description: str
    footer: str
    picture: Picture | None = None
    pictureless: str = ""  # the description to use where the picture cannot be shown
    shrunk: str = ""  # the description to use where only a smaller copy of it can be
    rows: Rows = ()
    final: bool = False

    @property
    def without_picture(self) -> Card:
        """The same card, with words where its picture cannot be shown."""
        return replace(self, description=self.pictureless or self.description)

    @property
    def with_smaller_picture(self) -> Card:
        """The same card, with words for a picture that is only a smaller copy."""
        return replace(self, description=self.shrunk or self.description)

    @cached_property
    def digest(self) -> str:
        """Names exactly what this card shows; kept with the message, so that a restart skips equals."""
        return hashlib.sha256(repr(self).encode("utf-8", "replace")).hexdigest()[:16]


def render(view: TaskView, context: Context) -> Card:
    """Draw the card for a view."""
    locale = context.locale
    state = state_of(view, context.presses)
    unreachable = view.condition is Condition.UNREACHABLE
    picture = picture_of(view, state)
    result = picture is not None and picture.final
    return Card(
        state=state,
        title=_title(state, unreachable, locale),
        colour=AMBER if unreachable else _COLOURS.get(state, GREY),
        description=describe(view, state, context),
        footer=_footer(view, locale),
        picture=picture,
        pictureless=describe(view, state, context, about_picture="done.no_picture") if result else "",
        shrunk=describe(view, state, context, about_picture="done.smaller") if result else "",
        rows=_rows(view, state, context),
        final=view.settled,
    )


def moved(view: TaskView, url: str, locale: str) -> Card:
    """The last card of a message whose task is now followed on a newer one."""
    return Card(
        state=State.MOVED,
        title=say("title.moved", locale),
        colour=GREY,
        description=with_prompt([say("moved", locale, url=url)], view.task, locale),
        footer=_footer(view, locale),
        final=True,
    )


def crowded(target: CustomId, label: str, next_try: float, locale: str) -> Card:
    """What stands where a child's card will be, while the service's queue is full."""
    lines = (say("crowded", locale), say("crowded.next", locale, t=timestamp(next_try)))
    return Card(
        state=State.CROWDED,
        title=say("title.crowded", locale),
        colour=GREY,
        description="\n".join(lines),
        footer=label,
        rows=_stop(target, locale),
    )


def _title(state: State, unreachable: bool, locale: str) -> str:
    seen = f"title.{state}.unreachable"
    return say(seen if unreachable and has(seen) else f"title.{state}", locale)


def _footer(view: TaskView, locale: str) -> str:
    action = view.task.action.upper() if view.task else ""
    kind = say(f"kind.{action}", locale) if has(f"kind.{action}") else None
    return " · ".join(filter(None, (kind, cut_middle(view.id, _ID))))


def picture_of(view: TaskView, state: State) -> Picture | None:
    """The picture to show of a task; only a whole one where it has ended."""
    task = view.task
    if task is None or not task.image_url or state in (State.FAILED, State.CANCELLED, State.ENDED):
        return None
    if units(task.image_url) > _IMAGE_URL:
        return None
    return Picture(task.image_url, final=state is State.DONE, alt=cut(clean(task.prompt), ALT))


def _rows(view: TaskView, state: State, context: Context) -> Rows:
    if state is State.DONE and view.task is not None:
        return rows_of(view.task, context.presses, context.locale, context.refused)
    if state is State.WAITING:
        return (_window(view, context.locale),)
    if state is State.CROWDED:
        return _stop(CustomId(Verb.STOP, view.id, MODAL), context.locale)
    if state in (State.NOT_FOUND, State.LOST, State.ENDED, State.LEFT) or (
        context.unwatched and not view.settled
    ):
        return ((_look(view.id, context.locale),),)
    return ()


def _window(view: TaskView, locale: str) -> tuple[CardButton, ...]:
    write = CardButton(str(CustomId(Verb.WRITE, view.id)), label=say("button.write", locale), primary=True)
    leave = CardButton(str(CustomId(Verb.LEAVE, view.id)), label=say("button.leave", locale))
    if wants_area(view):
        target = CustomId(Verb.AREA, view.id, str(Aim(MODAL, area=NOTHING)))
        write = CardButton(str(target), label=say("button.area", locale), primary=True)
    return (write, leave)


def _stop(target: CustomId, locale: str) -> Rows:
    return ((CardButton(str(target), label=say("button.stop", locale)),),)


def _look(task_id: TaskId, locale: str) -> CardButton:
    return CardButton(str(CustomId(Verb.LOOK, task_id)), label=say("button.look", locale))
