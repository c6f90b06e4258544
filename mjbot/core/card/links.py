"""The lines of a card that contain links: further results, parent and children."""

from __future__ import annotations

from mjbot.core.card.lineage import lineage_lines
from mjbot.core.card.state import CardContext, CardState
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.model.addresses import readable
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task

_MAX_URL = 1_000
_MAX_LINKS = 4


def links_of(snapshot: TaskSnapshot, state: CardState, context: CardContext) -> tuple[str, ...]:
    """Build the lines of a card that contain links."""
    results = _result_line(snapshot.task, context) if state is CardState.DONE and snapshot.task else ""
    return tuple(filter(None, (results, *lineage_lines(context.lineage, context.locale))))


def _result_line(task: Task, context: CardContext) -> str:
    """Build the line with links to all videos, or to all images if there is no combined image."""
    pictures = (task.image_url, *task.more_images) if task.more_images else ()
    first = Text.CARD_VIDEO_FIRST if task.video_urls else Text.CARD_PICTURE_FIRST
    urls = [url for each in task.video_urls or pictures if (url := readable(each, context.base, _MAX_URL))]
    links = [
        f"[{translate(first, context.locale, n=n) if n == 1 else n}]({url})"
        for n, url in enumerate(urls[:_MAX_LINKS], 1)
    ]
    if (more := len(urls) - _MAX_LINKS) > 0:
        links.append(translate(Text.CARD_MORE, context.locale, n=more))
    return " · ".join(links)
