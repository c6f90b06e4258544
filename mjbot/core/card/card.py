"""The card: what one message says about one task. Drawn from a view alone, without a clock.

State first, prompt last; waiting is shown by timestamps that tick in the reader's client, so that only
a change moves the card.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

from mjbot.core.card.buttons import CardButton, Rows, rows_of
from mjbot.core.card.description import describe, timestamp, wants_area, with_prompt
from mjbot.core.card.region import NOTHING
from mjbot.core.card.state import MODAL, CardContext, State, state_of
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import clean, cut, cut_middle, units
from mjbot.core.i18n.texts import Text
from mjbot.core.model.custom_id import CustomId, PressTarget, Verb
from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import TaskId

ALT = 1_000
_ID = 40
_IMAGE_URL = 2_000

GREY, BLUE, AMBER, GREEN, RED = 0x80848E, 0x5865F2, 0xF0B232, 0x23A55A, 0xF23F43


_OVER = (State.NOT_FOUND, State.LOST, State.ENDED, State.DISMISSED)
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
    description_without_image: str = ""  # the description to use where the picture cannot be shown
    description_with_smaller_image: str = ""  # the description to use where only a smaller copy of it can be
    rows: Rows = ()
    final: bool = False

    @property
    def without_picture(self) -> Card:
        """The same card, with words where its picture cannot be shown."""
        return replace(self, description=self.description_without_image or self.description)

    @property
    def with_smaller_picture(self) -> Card:
        """The same card, with words for a picture that is only a smaller copy."""
        return replace(self, description=self.description_with_smaller_image or self.description)

    @cached_property
    def digest(self) -> str:
        """Names exactly what this card shows; kept with the message, so that a restart skips equals."""
        return hashlib.sha256(repr(self).encode("utf-8", "replace")).hexdigest()[:16]


def render(snapshot: TaskSnapshot, context: CardContext) -> Card:
    """Draw the card for a view."""
    locale = context.locale
    state = state_of(snapshot, context.presses)
    unreachable = snapshot.condition is Condition.UNREACHABLE
    picture = picture_of(snapshot, state)
    result = picture is not None and picture.final
    return Card(
        state=state,
        title=_title(state, unreachable, locale),
        colour=AMBER if unreachable else _COLOURS.get(state, GREY),
        description=describe(snapshot, state, context),
        footer=_footer(snapshot, locale),
        picture=picture,
        description_without_image=describe(snapshot, state, context, about_picture=Text.CARD_DONE_NO_PICTURE)
        if result
        else "",
        description_with_smaller_image=describe(
            snapshot, state, context, about_picture=Text.CARD_DONE_SMALLER
        )
        if result
        else "",
        rows=_rows(snapshot, state, context),
        final=snapshot.settled,
    )


def superseded_card(snapshot: TaskSnapshot, url: str, locale: str) -> Card:
    """The last card of a message whose task is now followed on a newer one."""
    return Card(
        state=State.SUPERSEDED,
        title=translate(Text.TITLE_SUPERSEDED, locale),
        colour=GREY,
        description=with_prompt([translate(Text.CARD_SUPERSEDED, locale, url=url)], snapshot.task, locale),
        footer=_footer(snapshot, locale),
        final=True,
    )


def queue_full_card(target: CustomId, label: str, next_try: float, locale: str) -> Card:
    """What stands where a child's card will be, while the service's queue is full."""
    lines = (
        translate(Text.CARD_QUEUE_FULL, locale),
        translate(Text.CARD_QUEUE_FULL_NEXT, locale, t=timestamp(next_try)),
    )
    return Card(
        state=State.QUEUE_FULL,
        title=translate(Text.TITLE_QUEUE_FULL, locale),
        colour=GREY,
        description="\n".join(lines),
        footer=label,
        rows=_stop(target, locale),
    )


def _title(state: State, unreachable: bool, locale: str) -> str:
    last_seen = Text.get(f"title.{state}.unreachable") if unreachable else None
    return translate(last_seen or Text(f"title.{state}"), locale)


def _footer(snapshot: TaskSnapshot, locale: str) -> str:
    action = snapshot.task.action.upper() if snapshot.task else ""
    name = Text.get(f"action.{action}")
    known = translate(name, locale) if name else None
    return " · ".join(filter(None, (known, cut_middle(snapshot.id, _ID))))


def picture_of(snapshot: TaskSnapshot, state: State) -> Picture | None:
    """The picture to show of a task; only a whole one where it has ended."""
    task = snapshot.task
    if task is None or not task.image_url or state in (State.FAILED, State.CANCELLED, State.ENDED):
        return None
    if units(task.image_url) > _IMAGE_URL:
        return None
    return Picture(task.image_url, final=state is State.DONE, alt=cut(clean(task.prompt), ALT))


def _rows(snapshot: TaskSnapshot, state: State, context: CardContext) -> Rows:
    if state is State.DONE and snapshot.task is not None:
        return rows_of(snapshot.task, context.presses, context.locale, context.refused)
    if state is State.WAITING:
        return (_window(snapshot, context.locale),)
    if state is State.QUEUE_FULL:
        return _stop(CustomId(Verb.STOP, snapshot.id, MODAL), context.locale)
    if state in (State.NOT_FOUND, State.LOST, State.ENDED, State.DISMISSED) or (
        context.unwatched and not snapshot.settled
    ):
        return ((_look(snapshot.id, context.locale),),)
    return ()


def _window(snapshot: TaskSnapshot, locale: str) -> tuple[CardButton, ...]:
    write = CardButton(
        str(CustomId(Verb.OPEN_MODAL, snapshot.id)), label=translate(Text.BUTTON_WRITE, locale), primary=True
    )
    leave = CardButton(str(CustomId(Verb.DISMISS, snapshot.id)), label=translate(Text.BUTTON_DISMISS, locale))
    if wants_area(snapshot):
        target = CustomId(Verb.AREA, snapshot.id, str(PressTarget(MODAL, area=NOTHING)))
        write = CardButton(str(target), label=translate(Text.BUTTON_REGION, locale), primary=True)
    return (write, leave)


def _stop(target: CustomId, locale: str) -> Rows:
    return ((CardButton(str(target), label=translate(Text.BUTTON_STOP, locale)),),)


def _look(task_id: TaskId, locale: str) -> CardButton:
    return CardButton(str(CustomId(Verb.REFRESH, task_id)), label=translate(Text.BUTTON_REFRESH, locale))
