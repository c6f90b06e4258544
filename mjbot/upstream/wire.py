"""What servers send, read so that no field can spoil a task.

Types drift between servers and versions: ids as numbers, times as 0 or seconds, progress as null or
"Waiting to start", buttons as a JSON string. Every reader here takes anything and gives a plain
value. Fields we do not know are dropped unread: some hold other people's addresses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mjbot.core.model.task import Button, Task, parse_task_id

_SECONDS_BELOW = 100_000_000_000  # smaller numbers are seconds, larger ones milliseconds
_LAST_MOMENT = 253_402_300_799  # the end of year 9999: Discord draws nothing later


def text(value: Any) -> str:
    """Text as text, numbers as digits, anything else as nothing."""
    if isinstance(value, str):
        # Half of an emoji, as servers that cut by UTF-16 units send it, could be neither stored nor sent.
        return value.encode("utf-8", "replace").decode()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def progress(value: Any) -> str:
    """Progress as servers mean it: a bare number is a percent."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.0f}%" if number and 0 <= value <= 100 else text(value)


def moment(value: Any) -> int | None:
    """Unix seconds out of seconds or milliseconds; 0, null and nonsense mean "not yet"."""
    try:
        number = int(float(value)) if not isinstance(value, bool) else 0
    except (TypeError, ValueError, OverflowError):
        return None
    seconds = number if number < _SECONDS_BELOW else number // 1000
    return seconds if 0 < seconds <= _LAST_MOMENT else None


def items(value: Any) -> list[dict[str, Any]]:
    """A list of objects out of a list, a JSON string of one, or nothing."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def urls(value: Any) -> list[str]:
    """Addresses out of ``[{url}]``, ``[url]``, or a JSON string of either."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    if not isinstance(value, list):
        return []
    found = [each.get("url") if isinstance(each, dict) else each for each in value]
    addresses = map(text, found)
    return [each for each in addresses if each.startswith(("http://", "https://"))]


def mapping(value: Any) -> dict[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def style(value: Any) -> int:
    """Discord's button style; 2 (plain) for anything else."""
    read = text(value)
    return int(read) if read in ("0", "1", "2", "3", "4", "5") else 2


Note = Callable[[Mapping[str, Any]], None]

Text = Annotated[str, BeforeValidator(text)]
Moment = Annotated[int | None, BeforeValidator(moment)]
Progress = Annotated[str, BeforeValidator(progress)]
Style = Annotated[int, BeforeValidator(style)]


class WireButton(BaseModel):
    """One button as sent."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    custom_id: Text = Field("", validation_alias=AliasChoices("customId", "custom_id"))
    label: Text = ""
    emoji: Text = ""
    style: Style = 2
    url: Text = ""


class WireTask(BaseModel):
    """One task as sent."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Text = ""
    status: Text = ""
    action: Text = ""
    prompt: Text = ""
    prompt_en: Text = Field("", validation_alias="promptEn")
    progress: Progress = ""
    image_url: Text = Field("", validation_alias="imageUrl")
    video_urls: Annotated[list[str], BeforeValidator(urls)] = Field([], validation_alias="videoUrls")
    fail_reason: Text = Field("", validation_alias="failReason")
    submitted: Moment = Field(None, validation_alias="submitTime")
    started: Moment = Field(None, validation_alias="startTime")
    finished: Moment = Field(None, validation_alias="finishTime")
    buttons: Annotated[list[WireButton], BeforeValidator(items)] = []
    properties: Annotated[dict[str, Any], BeforeValidator(mapping)] = {}

    def to_task(self) -> Task | None:
        """Our reading of it, or None when its id is none."""
        task_id = parse_task_id(self.id)
        if task_id is None:
            return None
        final_prompt = text(self.properties.get("finalPrompt"))
        return Task(
            id=task_id,
            status=self.status.strip().upper(),
            action=self.action,
            prompt=self.prompt or self.prompt_en or final_prompt,
            text=final_prompt or self.prompt,
            progress=self.progress.strip(),
            image_url=self.image_url if self.image_url.startswith(("http://", "https://")) else "",
            video_urls=tuple(self.video_urls),
            fail_reason=self.fail_reason,
            submitted_at=self.submitted,
            started_at=self.started,
            finished_at=self.finished,
            buttons=tuple(
                Button(each.custom_id, each.label, each.emoji, each.style, each.url) for each in self.buttons
            ),
        )


def ignore(_: Mapping[str, Any]) -> None:
    """Look at nothing."""


def read_task(data: Any, note: Note = ignore) -> Task | None:
    """A task out of whatever was sent: bare, wrapped once, or alone in a list; None if there is none.

    ``note`` gets the task as it was sent.
    """
    if isinstance(data, list):
        return read_task(data[0], note) if len(data) == 1 and isinstance(data[0], dict) else None
    if not isinstance(data, dict):
        return None
    if not text(data.get("id")):
        inner = next(
            (data[key] for key in ("data", "result") if isinstance(data.get(key), dict | list)),
            None,
        )
        return read_task(inner, note) if inner is not None else None
    note(data)
    try:
        return WireTask.model_validate(data).to_task()
    except (ValidationError, RecursionError):  # pragma: no cover - the readers above take anything
        return None


def read_tasks(data: Any, note: Note = ignore) -> list[Task] | None:
    """Tasks out of a list, or of one wrapped once; None when there is no list."""
    if isinstance(data, dict):
        data = next((data[key] for key in ("data", "result") if isinstance(data.get(key), list)), None)
    if not isinstance(data, list):
        return None
    return [task for each in data if (task := read_task(each, note)) is not None]
