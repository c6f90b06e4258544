"""Lenient parsing of servers' JSON: no bad field can make a task unreadable.

Types drift between servers and versions: ids as numbers, times as 0 or seconds, progress as null or
"Waiting to start", buttons as a JSON string. Every parser here accepts anything and returns a plain
value. Unknown fields are dropped unread: some hold other people's IP addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from mjbot.core.model.addresses import address_of, names_video
from mjbot.core.model.task import Button, Task, is_list_of_prompts, parse_task_id

_MILLISECONDS_FROM = 100_000_000_000  # smaller numbers are seconds, larger ones milliseconds
# Longest texts, in characters: more than any card or modal can show.
_WORD, _TEXT, _URL = 200, 12_000, 4_000
_LARGEST_INTEGER = 10**40
_SHARE = re.compile(r"0?\.[0-9]{1,20}")
_MAX_BUTTONS, _MAX_URLS = 100, 20
_MAX_JSON = 256 * 1024  # characters of a list that is sent as a string
_MAX_TASKS = 1_000  # in one response; a server that ignores our ids may send its whole table
_MAX_TIMESTAMP = 253_402_300_799  # the end of year 9999: Discord shows nothing later


def parse_text(value: Any, limit: int = _WORD) -> str:
    """Return a string cut at ``limit`` characters, an integer as digits, anything else as ""."""
    if isinstance(value, str):
        # Servers that cut by UTF-16 units send lone surrogates, which can be neither stored nor sent.
        return value[:limit].encode("utf-8", "replace").decode()
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_INTEGER
    return str(value) if fits else ""


def parse_whole(value: Any) -> str:
    """Return a text without cutting it, such as a URL or a customId; "" if it is too long."""
    return "" if isinstance(value, str) and len(value) > _URL else parse_text(value, _URL)


def parse_progress(value: Any) -> str:
    """Return progress as text; a bare number is a percentage, and a share if it is a fraction below 1."""
    if isinstance(value, str | float) and _SHARE.fullmatch(str(value).strip()):
        return f"{float(value):.0%}"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.0f}%" if number and 0 <= value <= 100 else parse_text(value)


def parse_timestamp(value: Any) -> int | None:
    """Return unix seconds from seconds or milliseconds; None ("not yet") for 0, null and invalid values."""
    try:
        number = int(float(value)) if not isinstance(value, bool) else 0
    except (TypeError, ValueError, OverflowError):
        return None
    seconds = number if number < _MILLISECONDS_FROM else number // 1000
    return seconds if 0 < seconds <= _MAX_TIMESTAMP else None


def parse_objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, or of a JSON string of one; empty for anything else."""
    value = _parse_list(value)
    return [each for each in value if isinstance(each, dict)][:_MAX_BUTTONS]


def parse_address(value: Any) -> str:
    """Return a URL, or a path on the image service itself; "" for anything else."""
    return address_of(parse_whole(value))


def parse_urls(value: Any) -> list[str]:
    """Return the URLs in ``[{url}]``, ``[url]``, or a JSON string of either, or the only one, bare."""
    listed = (_parse_list(value) or [value])[:_MAX_URLS]
    links = [each.get("url") if isinstance(each, dict) else each for each in listed]
    return [each for each in map(parse_address, links) if each]


def _parse_list(value: Any) -> list[Any]:
    """Return a list, or a JSON string of one; empty for anything else."""
    value = _parse_json(value)
    return value if isinstance(value, list) else []


def _parse_json(value: Any) -> Any:
    """Return the value in a JSON string, or None if it is invalid or too long; any other value unchanged."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if len(value) <= _MAX_JSON else None
    except (ValueError, RecursionError):
        return None


def parse_object(value: Any) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def parse_reason(value: Any) -> str:
    """Return the reason of a failure: a text, or an error as an object or as JSON; "" for "null"."""
    is_text = isinstance(value, str) and not value.startswith("{")
    fields = {} if is_text else parse_object(_parse_json(value))
    fields = parse_object(fields.get("error")) or fields
    texts = (parse_text(fields.get(name), _TEXT) for name in ("message", "description", "msg"))
    reason = next(filter(None, texts), "") or parse_text(value, _TEXT)
    return "" if reason.strip().lower() in ("null", "none") else reason


def parse_style(value: Any) -> int:
    """Return a style of Discord's buttons; 2 (secondary) for anything else."""
    number = parse_text(value)
    return int(number) if number in ("0", "1", "2", "3", "4", "5") else 2


def parse_flag(value: Any) -> bool:
    """Return whether a value means "yes": true, 1, or the word for one of them."""
    return value is True or parse_text(value).strip().lower() in ("true", "1")


Note = Callable[[Mapping[str, Any]], None]
"""A function that is called with each raw task before it is parsed."""

WireWord = Annotated[str, BeforeValidator(parse_text)]
WireText = Annotated[str, BeforeValidator(partial(parse_text, limit=_TEXT))]
WireWhole = Annotated[str, BeforeValidator(parse_whole)]
WireAddress = Annotated[str, BeforeValidator(parse_address)]
WireUrls = Annotated[list[str], BeforeValidator(parse_urls)]
WireTimestamp = Annotated[int | None, BeforeValidator(parse_timestamp)]
WireProgress = Annotated[str, BeforeValidator(parse_progress)]
WireFlag = Annotated[bool, BeforeValidator(parse_flag)]
WireStyle = Annotated[int, BeforeValidator(parse_style)]


# Both spellings are read: customId and custom_id.
_CONFIG = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)


class WireButton(BaseModel):
    """One button on the wire."""

    model_config = _CONFIG

    custom_id: WireWhole = ""
    label: WireWord = ""
    emoji: WireWord = ""
    style: WireStyle = 2
    url: WireWhole = ""
    disabled: WireFlag = False


class WireTask(BaseModel):
    """One task on the wire."""

    model_config = _CONFIG

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
        """Return the URLs of pictures, the one of all first, and of videos, from any field."""
        linked = self.image_url or self.image_urls
        is_video = self.content_type.strip().lower().startswith("video/")
        videos = [each for each in linked if is_video or names_video(each)]
        pictures = [each for each in linked if each not in videos]
        if not pictures and not names_video(self.thumbnail_url):
            pictures = [self.thumbnail_url]
        return _without_repeats(pictures), _without_repeats([*self.video_urls, *self.video_url, *videos])

    def to_task(self) -> Task | None:
        """Convert to our own `Task`; None if its id is not a task id."""
        task_id = parse_task_id(self.id)
        if task_id is None:
            return None
        final_prompt, chinese = (
            parse_text(self.properties.get(name), _TEXT) for name in ("finalPrompt", "finalZhPrompt")
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
            submitted_at=self.submit_time,
            started_at=self.start_time,
            finished_at=self.finish_time,
            buttons=tuple(
                Button(each.custom_id, each.label, each.emoji, each.style, each.url, each.disabled)
                for each in self.buttons
            ),
        )


def _result_text(*candidates: str) -> str:
    """Return the text of a result. Servers use different fields for it, and put the prompt in the others."""
    lists = filter(is_list_of_prompts, candidates)
    return next(lists, "") or next(filter(None, candidates), "")


def _without_repeats(urls: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, urls)))


def ignore(_: Mapping[str, Any]) -> None:
    """Do nothing with a raw task."""


def read_task(data: Any, note: Note = ignore, *, wrappers: int = 3) -> Task | None:
    """Return the task in a body: bare, wrapped, or the only item of a list; None if there is none.

    ``note`` is called with the raw task. At most ``wrappers`` objects or lists may enclose it.
    """
    if wrappers < 0:
        return None
    if isinstance(data, list):
        return read_task(data[0], note, wrappers=wrappers - 1) if len(data) == 1 else None
    if not isinstance(data, dict):
        return None
    if not parse_text(data.get("id")):
        inner = next(
            (data[key] for key in ("data", "result") if isinstance(data.get(key), dict | list)),
            None,
        )
        return read_task(inner, note, wrappers=wrappers - 1) if inner is not None else None
    note(data)
    try:
        return WireTask.model_validate(data).to_task()
    except (ValidationError, RecursionError):  # pragma: no cover - the parsers above accept anything
        return None


def read_tasks(data: Any, note: Note = ignore) -> list[Task] | None:
    """Return the tasks of a list, bare or wrapped once; None if there is no list."""
    if isinstance(data, dict):
        data = next((data[key] for key in ("data", "result") if isinstance(data.get(key), list)), None)
    if not isinstance(data, list):
        return None
    return [task for each in data[:_MAX_TASKS] if (task := read_task(each, note)) is not None]
