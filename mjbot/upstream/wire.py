"""Parses tasks from servers leniently, so that a bad field does not make the whole task unreadable.

Every field is parsed by a function of `mjbot.upstream.values`. Unknown fields are dropped, because some
contain the IP addresses of other people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from mjbot.core.model.addresses import names_video
from mjbot.core.model.submits import parse_mark
from mjbot.core.model.task import Button, Task, is_list_of_prompts, parse_task_id
from mjbot.upstream.values import (
    TEXT,
    has_value,
    parse_address,
    parse_ahead,
    parse_flag,
    parse_object,
    parse_objects,
    parse_progress,
    parse_reason,
    parse_style,
    parse_text,
    parse_timestamp,
    parse_urls,
    parse_whole,
)

_MAX_TASKS = 1_000  # in one response; a server that ignores our ids may send its whole table
_WRAPPERS = ("data", "result")

Parse = Callable[[Mapping[str, Any]], Task | None]
"""A function that parses one raw task. Returns None if it has no valid id."""

WireWord = Annotated[str, BeforeValidator(parse_text)]
WireText = Annotated[str, BeforeValidator(partial(parse_text, limit=TEXT))]
WireWhole = Annotated[str, BeforeValidator(parse_whole)]
WireAddress = Annotated[str, BeforeValidator(parse_address)]
WireUrls = Annotated[list[str], BeforeValidator(parse_urls)]
WireTimestamp = Annotated[int | None, BeforeValidator(parse_timestamp)]
WireProgress = Annotated[str, BeforeValidator(parse_progress)]
WireFlag = Annotated[bool, BeforeValidator(parse_flag)]
WireStyle = Annotated[int, BeforeValidator(parse_style)]


class WireObject(BaseModel):
    """An object whose fields have camel-case or snake-case names, such as ``customId`` or ``custom_id``."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _one_spelling(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Keep one name of a field that has both: the camel-case name, unless only the other has a value."""
        for name, info in cls.model_fields.items():
            alias = info.alias or name
            if name != alias and name in data and alias in data:
                data = dict(data)
                snake = data.pop(name)
                if has_value(snake) and not has_value(data[alias]):
                    data[alias] = snake
        return data


class WireButton(WireObject):
    """A button as a server sends it."""

    custom_id: WireWhole = ""
    label: WireWord = ""
    emoji: WireWord = ""
    style: WireStyle = 2
    url: WireWhole = ""
    disabled: WireFlag = False


class WireTask(WireObject):
    """A task as a server sends it."""

    id: WireWord = ""
    status: WireWord = ""
    action: WireWord = ""
    prompt: WireText = ""
    prompt_en: WireText = ""
    progress: WireProgress = ""
    image_url: WireUrls = []
    image_urls: WireUrls = []
    thumbnail_url: WireAddress = ""
    content_type: WireWord = ""
    video_url: WireUrls = []
    video_urls: WireUrls = []
    state: WireWord = ""
    fail_reason: Annotated[str, BeforeValidator(parse_reason)] = ""
    submit_time: WireTimestamp = None
    start_time: WireTimestamp = None
    finish_time: WireTimestamp = None
    buttons: Annotated[list[WireButton], BeforeValidator(parse_objects)] = []
    properties: Annotated[dict[str, Any], BeforeValidator(parse_object)] = {}

    def _status(self) -> str:
        # trueai has a status for this, but a task that an admin cancels there is a failure with this reason.
        status = self.status.strip().upper()
        return "CANCEL" if status == "FAILURE" and self.fail_reason.strip() == "取消任务" else status

    def _media(self) -> tuple[list[str], list[str]]:
        """Return the URLs of pictures and of videos, from all fields. The main picture comes first."""
        linked = self.image_url or self.image_urls
        is_video = self.content_type.strip().lower().startswith("video/")
        videos = [each for each in linked if is_video or names_video(each)]
        pictures = [each for each in linked if each not in videos]
        if not pictures and not names_video(self.thumbnail_url):
            pictures = [self.thumbnail_url]
        return _without_repeats(pictures), _without_repeats([*self.video_urls, *self.video_url, *videos])

    def to_task(self) -> Task | None:
        """Convert to a `Task`, or return None if the id is not valid."""
        task_id = parse_task_id(self.id.strip())
        if task_id is None:
            return None
        final_prompt, chinese = (
            parse_text(self.properties.get(name), TEXT) for name in ("finalPrompt", "finalZhPrompt")
        )
        pictures, videos = self._media()
        return Task(
            id=task_id,
            status=self._status(),
            action=self.action,
            prompt=self.prompt or self.prompt_en or final_prompt,
            text=_result_text(final_prompt, self.prompt, self.prompt_en, chinese),
            progress=self.progress.strip(),
            image_url=pictures[0] if pictures else "",
            more_images=tuple(pictures[1:]),
            video_urls=tuple(videos),
            fail_reason=self.fail_reason,
            mark=parse_mark(self.state),
            ahead=parse_ahead(self.properties),
            submitted_at=self.submit_time,
            started_at=self.start_time,
            finished_at=self.finish_time,
            buttons=tuple(
                Button(each.custom_id, each.label, each.emoji, each.style, each.url, each.disabled)
                for each in self.buttons
            ),
        )


def _result_text(*candidates: str) -> str:
    """Return the text of a result. Servers differ in the field that holds it; the others hold the prompt."""
    lists = filter(is_list_of_prompts, candidates)
    return next(lists, "") or next(filter(None, candidates), "")


def _without_repeats(urls: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, urls)))


def parse_task(raw: Mapping[str, Any]) -> Task | None:
    """Parse one raw task, or return None if its id is not valid."""
    try:
        return WireTask.model_validate(raw).to_task()
    except (ValidationError, RecursionError):  # pragma: no cover - the parsers above accept anything
        return None


def read_task(data: Any, parse: Parse = parse_task, *, wrappers: int = 3) -> Task | None:
    """Return the task in a body (bare, wrapped, or the only item of a list), or None.

    At most ``wrappers`` objects or lists may enclose it.
    """
    if wrappers < 0:
        return None
    if isinstance(data, list):
        return read_task(data[0], parse, wrappers=wrappers - 1) if len(data) == 1 else None
    if not isinstance(data, dict):
        return None
    if not parse_text(data.get("id")):
        inner = next(
            (data[key] for key in _WRAPPERS if data.get(key) and isinstance(data[key], dict | list)), None
        )
        return read_task(inner, parse, wrappers=wrappers - 1) if inner is not None else None
    return parse(data)


def read_tasks(data: Any, parse: Parse = parse_task) -> list[Task] | None:
    """Return the tasks of a list, bare or wrapped once, or None if there is no list."""
    if isinstance(data, dict):
        lists = [data[key] for key in _WRAPPERS if isinstance(data.get(key), list)]
        data = next(filter(None, lists), [] if lists else None)
    if not isinstance(data, list):
        return None
    return [task for each in data[:_MAX_TASKS] if (task := read_task(each, parse)) is not None]
