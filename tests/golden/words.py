"""What a person reads because of each recorded response: cards and replies, in English and Chinese."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mjbot.core.card.buttons import CardButton
from mjbot.core.card.card import Card, render
from mjbot.core.card.content import ImageState, content_of
from mjbot.core.card.state import CardContext
from mjbot.core.i18n.messages import translate
from mjbot.core.model.snapshot import Missing, Observation, Seen, TaskSnapshot, Unreachable, advance
from mjbot.core.model.task import Task, TaskId
from mjbot.errors import MJBotError, TaskNotFound, UpstreamError
from mjbot.errors.submits import SubmitError
from mjbot.service.pressing.refusals import error_for_user
from mjbot.service.pressing.result_cards import first_snapshot
from mjbot.upstream.api import read_fetch, read_list
from mjbot.upstream.grid_changes import GridButtons
from mjbot.upstream.last_readings import LastReadings
from mjbot.upstream.responses import Response
from mjbot.upstream.submits import read_submit

HERE = Path(__file__).parent
SAMPLES = sorted((HERE.parent / "upstream" / "samples").glob("*.json"))
LOCALES = ("en", "zh-CN")
NOW = 1_767_225_600.0
BASE = "https://service.example/mj"
RUNNING = Task(
    TaskId("1754062500123456"),
    status="IN_PROGRESS",
    action="IMAGINE",
    prompt="a red fox",
    progress="46%",
    started_at=int(NOW) - 30,
)


DONE = TaskSnapshot(
    RUNNING.id,
    opened_at=NOW,
    task=replace(RUNNING, status="SUCCESS", image_url="http://localhost:3000/mj/image/1754062500123456"),
)


@dataclass(frozen=True)
class Shown:
    """A card, or the error that a reply tells, and when it is shown."""

    when: str
    what: TaskSnapshot | MJBotError


def words_of(path: Path) -> str:
    """Everything that a recorded response makes people read."""
    sample = json.loads(path.read_text(encoding="utf-8"))
    request = sample["request"]
    parts = [f"{request['method']} {request['path']}\n{sample['status']} {sample['content_type'] or '-'}"]
    every = list(_shown(sample))
    for shown in every:
        parts += [f"=== {shown.when}, {locale}\n{_text(shown.what, locale)}" for locale in LOCALES]
    if not every:
        parts.append("=== nothing: tasks are read one by one for a while")
    return "\n\n".join(parts) + "\n"


def _shown(sample: dict[str, Any]) -> Iterator[Shown]:
    path, response = sample["request"]["path"], _response(sample)
    if "/submit/" in path:
        yield _of_submit(response)
        return
    if "/image/" in path:
        yield Shown("card whose picture is answered so", DONE)
        return
    try:
        buttons = GridButtons()
        if path.endswith("/list-by-condition"):
            tasks = read_list(response, LastReadings(buttons.note).parse) or []
        else:
            tasks = [read_fetch(response, LastReadings(buttons.note).parse)]
    except UpstreamError as error:
        yield Shown("reply to /status", _with_id(error))
        yield Shown("card of a living task", _living(error))
        return
    for task in tasks:
        snapshot = TaskSnapshot(task.id, opened_at=NOW)
        yield Shown("card", advance(snapshot, Seen(buttons.add(task)), NOW))


def _response(sample: dict[str, Any]) -> Response:
    hook = sample["request"]["path"] == "/hook"  # the task is in the request of a webhook
    body = sample["request"]["body"] if hook else sample["body"]
    is_json = hook or "json" in (sample["content_type"] or "")
    return Response(sample["status"], (json.dumps(body) if is_json else body or "").encode())


def _of_submit(response: Response) -> Shown:
    try:
        result = read_submit(response)
    except (SubmitError, UpstreamError) as error:
        told = error_for_user(error, "V1", in_flight=True)
        assert isinstance(told, MJBotError)
        return Shown("reply to a press of V1", told)
    return Shown("card of the child", first_snapshot(result.task_id, RUNNING, result, "", NOW))


def _with_id(error: UpstreamError) -> MJBotError:
    return TaskNotFound(id=RUNNING.id) if isinstance(error, TaskNotFound) else error


def _living(error: UpstreamError) -> TaskSnapshot:
    news: Observation = Missing() if isinstance(error, TaskNotFound) else Unreachable(error.problem)
    snapshot = advance(TaskSnapshot(RUNNING.id, opened_at=NOW), Seen(RUNNING), NOW)
    for seconds in range(30, 121, 30):
        snapshot = advance(snapshot, news, NOW + seconds)
    return snapshot


def _text(what: TaskSnapshot | MJBotError, locale: str) -> str:
    if isinstance(what, MJBotError):
        return translate(what.text, locale, **what.values)
    card = render(what, CardContext(locale, base=BASE))
    return _card(card, ImageState.MISSING if what is DONE else ImageState.SHOWN)


def _card(card: Card, image: ImageState) -> str:
    content = content_of(card, image)
    rows = [" ".join(map(_button, row)) for row in content.rows]
    picture = (
        f"(picture: {card.picture.url.partition('?')[0]})"
        if card.picture and image is ImageState.SHOWN
        else ""
    )
    lines = [f"# {content.title}", content.description, picture, f"-# {content.footer}", *rows]
    return "\n".join(line for line in lines if line)


def _button(button: CardButton) -> str:
    label = " ".join(filter(None, (button.emoji, button.label)))
    if button.link:
        return f"[{label}]({button.url})"
    return f"[{label}{' used' if button.used else ''}{' dimmed' if button.disabled else ''}]"
