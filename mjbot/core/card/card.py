"""Cards: the content of a message about one task, rendered from a snapshot of the task.

The state comes first and the prompt last. Elapsed times are Discord timestamps, which clients keep up to
date, so a card changes only when the task changes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import cached_property

from mjbot.core.card.buttons import Rows, own_button
from mjbot.core.card.components import CustomId
from mjbot.core.card.description import (
    LONG_PROMPT,
    SHORT_PROMPT,
    body_of,
    facts_of,
    timestamp,
)
from mjbot.core.card.draws import with_draws
from mjbot.core.card.links import links_of
from mjbot.core.card.rows import build_rows, chunk_rows, own_buttons
from mjbot.core.card.series import has_ended
from mjbot.core.card.state import CardContext, CardState, state_of
from mjbot.core.card.text_result import whole_text
from mjbot.core.i18n.messages import in_every_language, kind_of_task, translate
from mjbot.core.i18n.text import clean, cut, cut_middle
from mjbot.core.i18n.texts import Text
from mjbot.core.model.addresses import readable
from mjbot.core.model.makes import is_make
from mjbot.core.model.snapshot import Condition, TaskSnapshot

_ALT = 1_000
_ID = 40
_MAX_LINK = 1_500
_MAX_VIDEOS = 4

GREY, BLUE, AMBER, GREEN, RED = 0x80848E, 0x5865F2, 0xF0B232, 0x23A55A, 0xF23F43


_COLOURS = {
    CardState.RUNNING: BLUE,
    CardState.QUIET: AMBER,
    CardState.WAITING: AMBER,
    CardState.DONE: GREEN,
    CardState.FAILED: RED,
    CardState.REFUSED: RED,
    CardState.UNCLEAR: AMBER,
}
# Final until a make is sent again, its task is found, or a task is followed again.
_MAY_GO_ON = (CardState.REFUSED, CardState.UNCLEAR, CardState.STOPPED)


class Medium(Enum):
    """The media types of a task's result."""

    IMAGE = auto()
    VIDEO = auto()
    """A video, which must be attached because a bot's embed cannot play it."""
    TEXT = auto()
    """A text that is too long for the card, and is attached as a file."""


@dataclass(frozen=True)
class Picture:
    """The result of a task (``final``) or a preview of the result, as URLs from the image service.

    ``still`` is the URL of an image to show in place of a video or text. ``more`` holds further videos.
    """

    url: str
    final: bool
    alt: str = ""
    medium: Medium = Medium.IMAGE
    still: str = ""
    more: tuple[str, ...] = ()
    text: str = ""

    @cached_property
    def key(self) -> str:
        """A short hash of the fields, used in the file name and as the cache key."""
        kind = "final" if self.final else "preview"
        contents = "\n".join((self.url or self.text, *self.more))
        return f"{kind}-{hashlib.sha256(contents.encode('utf-8', 'replace')).hexdigest()[:12]}"

    @property
    def parts(self) -> tuple[Picture, ...]:
        """The pictures to attach, one per file. There are several only for a result with several videos."""
        if not self.more:
            return (self,)
        return tuple(replace(self, url=url, more=()) for url in (self.url, *self.more))

    @property
    def image_url(self) -> str:
        """The URL of an image that an embed can show without an attachment, or ""."""
        return self.url if self.medium is Medium.IMAGE else self.still


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts from which the digest of a card is computed, if they are not the texts that the card shows."""

    facts: str
    footer: str
    body: str


@dataclass(frozen=True)
class Card:
    """A rendered message, independent of discord.py. If two cards have equal digests, no edit is needed."""

    state: CardState
    title: str
    colour: int
    facts: str
    """The first lines of the description: progress, times and an explanation."""
    footer: str
    links: tuple[str, ...] = ()
    """The lines of the description that contain links."""
    body: str = ""
    """The prompt, or a text result."""
    picture: Picture | None = None
    picture_link: str = ""
    """The URL of the picture or video for the reader to open, or ""."""
    rows: Rows = ()
    locale: str = "en"
    final: bool = False
    digested: Texts | None = field(default=None, repr=False, compare=False)
    """The texts as earlier versions of the bot showed them, used for the digest. None if the same as shown.

    Later versions added the requester, the pressed button, and more of the prompt. These parts do not change
    while a message shows the task. An old message therefore gets them with its next change, and a restart
    does not have to edit all old messages.
    """

    def outlasts(self, newer: Card) -> bool:
        """Return whether this card must stay in place of a ``newer`` card that shows only progress."""
        return self.final and self.state not in _MAY_GO_ON and not newer.final

    @cached_property
    def digest(self) -> str:
        """A hash of the whole content. It is stored to skip edits of unchanged messages after a restart."""
        old = self.digested
        card = replace(self, facts=old.facts, footer=old.footer, body=old.body) if old else self
        return hashlib.sha256(repr(card).encode("utf-8", "replace")).hexdigest()[:16]


def render(snapshot: TaskSnapshot, context: CardContext) -> Card:
    """Render the card of a snapshot."""
    locale = context.locale
    state = CardState.SERIES if context.series else state_of(snapshot, context.presses)
    unreachable = snapshot.condition is Condition.UNREACHABLE
    picture = picture_of(snapshot, state)
    shown, digested = _texts(snapshot, state, context)
    return Card(
        state=state,
        title=_title(state, unreachable, locale),
        colour=AMBER if unreachable else _COLOURS.get(state, GREY),
        facts=shown.facts,
        links=links_of(snapshot, state, context),
        body=shown.body,
        footer=shown.footer,
        picture=picture,
        picture_link=(readable(picture.url, context.base, _MAX_LINK) or "") if picture else "",
        rows=_rows(snapshot, state, context),
        locale=locale,
        final=snapshot.settled or state in _MAY_GO_ON or has_ended(context.series),
        digested=None if shown == digested else digested,
    )


def superseded_card(snapshot: TaskSnapshot, url: str, locale: str) -> Card:
    """Build the final card of a message that is superseded by a newer card of the same task at ``url``."""
    return Card(
        state=CardState.SUPERSEDED,
        title=translate(Text.TITLE_SUPERSEDED, locale),
        colour=GREY,
        facts="",
        links=(translate(Text.CARD_SUPERSEDED, locale, url=url),),
        body=body_of(snapshot.task, locale, SHORT_PROMPT),
        footer=_footer(snapshot, _kind(snapshot, locale)),
        locale=locale,
        final=True,
    )


def queue_full_card(stop: CustomId, label: str, next_try: float, locale: str) -> Card:
    """Build the placeholder for the card of a new task while the queue of the image service is full."""
    lines = (
        translate(Text.CARD_QUEUE_FULL, locale),
        translate(Text.CARD_QUEUE_FULL_NEXT, locale, t=timestamp(next_try)),
    )
    return Card(
        state=CardState.QUEUE_FULL,
        title=translate(Text.TITLE_QUEUE_FULL, locale),
        colour=GREY,
        facts="\n".join(lines),
        footer=label,
        locale=locale,
        rows=((own_button(stop, locale),),),
    )


def _title(state: CardState, unreachable: bool, locale: str) -> str:
    unreachable_title = Text.get(f"title.{state}.unreachable") if unreachable else None
    return translate(unreachable_title or Text(f"title.{state}"), locale)


def _texts(snapshot: TaskSnapshot, state: CardState, context: CardContext) -> tuple[Texts, Texts]:
    """Build the texts that the card shows, and those from which its digest is computed."""
    label, kind = _label(context), _kind(snapshot, context.locale)
    facts, without_requester = facts_of(snapshot, state, context)
    shown = Texts(
        facts,
        _footer(snapshot, label or kind),
        body_of(snapshot.task, context.locale, LONG_PROMPT),
    )
    digested = Texts(
        without_requester,
        _footer(snapshot, kind or label),
        body_of(snapshot.task, context.locale, SHORT_PROMPT),
    )
    return shown, digested


def _label(context: CardContext) -> str:
    """Return the label of the service's button that created the task, or "".

    A modal is opened with the bot's own button, whose label does not describe the task: "" in this case, too.
    """
    label = clean(context.lineage.parent.label) if context.lineage.parent else ""
    return "" if label in in_every_language(Text.BUTTON_WRITE) else label


def _kind(snapshot: TaskSnapshot, locale: str) -> str:
    return kind_of_task(snapshot.task.action, locale) if snapshot.task else ""


def _footer(snapshot: TaskSnapshot, name: str) -> str:
    shown_id = "" if is_make(snapshot.id) else cut_middle(snapshot.id, _ID)
    return " · ".join(filter(None, (name, shown_id)))


def picture_of(snapshot: TaskSnapshot, state: CardState) -> Picture | None:
    """Return the picture to show for a task, or None if there is none or the task failed."""
    task = snapshot.task
    if task is None or state in (CardState.FAILED, CardState.CANCELLED, CardState.ENDED):
        return None
    still, final, alt = task.image_url, state is CardState.DONE, cut(clean(task.prompt), _ALT)
    if final and task.video_urls:
        first, *more = task.video_urls[:_MAX_VIDEOS]
        return Picture(first, final, alt, Medium.VIDEO, still, tuple(more))
    if final and task.is_text and (text := whole_text(task.text or task.prompt)):
        return Picture("", final, "", Medium.TEXT, still, text=text)
    return Picture(still, final, alt) if still else None


def _rows(snapshot: TaskSnapshot, state: CardState, context: CardContext) -> Rows:
    own = own_buttons(snapshot, state, context)
    if state is CardState.DONE and snapshot.task is not None:
        return build_rows(
            with_draws(snapshot.task, context), context.presses, context.locale, context.not_offered, own
        )
    return chunk_rows(own.shown)
