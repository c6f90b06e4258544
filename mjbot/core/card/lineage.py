"""Lineage: the parent and children of a task, and the links from the task's card to their cards."""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.core.model.task import TaskId

MAX_LINKED = 5


@dataclass(frozen=True, slots=True)
class RelatedTask:
    """A parent or child. ``label`` names the button that created the child, and ``url`` links to the card.

    ``number`` counts the children with the same label, from 1.
    """

    task_id: TaskId
    label: str
    url: str | None = None
    number: int = 1

    @property
    def name(self) -> str:
        """The label as shown on cards, with a number if several children have the same label."""
        label = escape(self.label)
        return label if self.number == 1 else f"{label} ({self.number})"


@dataclass(frozen=True, slots=True)
class Lineage:
    """The parent and the children of a task. Children are sorted oldest first."""

    parent: RelatedTask | None = None
    children: tuple[RelatedTask, ...] = ()


NO_LINEAGE = Lineage()


def lineage_lines(lineage: Lineage, locale: str) -> list[str]:
    """Build the lines of a card that link to the cards of the task's parent and children."""
    lines = []
    if lineage.parent is not None:
        label, url = lineage.parent.name, lineage.parent.url
        text = Text.CARD_PARENT if url else Text.CARD_PARENT_BARE
        lines.append(translate(text, locale, label=label, url=url, id=lineage.parent.task_id))
    if lineage.children:
        links = [_link(related) for related in lineage.children[:MAX_LINKED]]
        if (more := len(lineage.children) - MAX_LINKED) > 0:
            links.append(translate(Text.CARD_MORE, locale, n=more))
        lines.append(translate(Text.CARD_CHILDREN, locale, links=" · ".join(links)))
    return lines


def _link(related: RelatedTask) -> str:
    return f"[{related.name}]({related.url})" if related.url else related.name
