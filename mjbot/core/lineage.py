"""What was made from what: links from a card to its parent and to its children."""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.core.task import TaskId
from mjbot.core.text import escape
from mjbot.core.words import say

LINKED = 5


@dataclass(frozen=True, slots=True)
class Kin:
    """A task beside another. ``label`` names the button between them; ``url`` is its card, if it has one."""

    task_id: TaskId
    label: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """The nearest kin of one task; children oldest first."""

    parent: Kin | None = None
    children: tuple[Kin, ...] = ()


NOBODY = Lineage()


def lineage_lines(lineage: Lineage, locale: str) -> list[str]:
    """The lines of a card that link it to its kin."""
    lines = []
    if lineage.parent is not None:
        label, url = escape(lineage.parent.label), lineage.parent.url
        key = "parent" if url else "parent.bare"
        lines.append(say(key, locale, label=label, url=url, id=lineage.parent.task_id))
    if lineage.children:
        links = [_link(kin) for kin in lineage.children[:LINKED]]
        if (more := len(lineage.children) - LINKED) > 0:
            links.append(say("children.more", locale, n=more))
        lines.append(say("children", locale, links=" · ".join(links)))
    return lines


def _link(kin: Kin) -> str:
    label = escape(kin.label)
    return f"[{label}]({kin.url})" if kin.url else label
