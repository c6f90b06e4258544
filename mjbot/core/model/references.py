"""Parse a task reference that a user pasted: an id, with or without surrounding text, or a link.

Only unambiguous references are accepted. A text with two ids is rejected.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from mjbot.core.model.task import TaskId, parse_task_id
from mjbot.core.model.watch import MessageRef

_MAX_PASTED = 1_000
_MARKS = "*_~|`\"'“”‘’「」()[]{}<>.,;"
_UNDERLINE = re.compile(r"(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_MENTION = re.compile(r"<[@#:a][^\s<>]{0,80}>")
# The digits of an id: servers use 14 to 18. Older times, seeds and sizes are shorter.
_DIGITS = re.compile(r"(?<![A-Za-z0-9_-])(?:[Ii][Dd])?([0-9]{14,20})(?![A-Za-z0-9_-])")
_LABELLED = re.compile(
    r"(?:\A|(?<=[\s\"]))(?:(?:task|job|mj|任务|任務)?[ _-]?(?:id|编号|編號)|任务|任務|(?<=\")result(?=\"))"
    r"[\"' ]{0,2}[:=][\"' *`]{0,4}([A-Za-z0-9_-]{4,64})",
    re.IGNORECASE,
)
_MESSAGE = re.compile(
    r"https?://(?:ptb\.|canary\.)?discord(?:app)?\.com/channels/(?:[0-9]{1,20}|@me)/([0-9]{1,20})/([0-9]{1,20})/?",
    re.IGNORECASE,
)
# A pasted answer has other long numbers, such as those of Discord's messages and channels.
_OTHER_FIELD = re.compile(
    r"\"(?!(?:(?:task|mj)?_?id|result)\")[a-z_]{1,40}\" {0,4}: {0,4}\"?[0-9]{14,20}(?![0-9])", re.IGNORECASE
)
_PATH = re.compile(
    r"/(?:task|image)/([A-Za-z0-9_-]{4,64})(?:\.[a-z0-9]{2,5}|/fetch|/image-seed|/cancel)?/?(?:[?#].*)?\Z"
)
_QUERY = re.compile(r"[?&](?:(?:task|mj)_?)?id=([A-Za-z0-9_-]{4,64})(?=[&#]|\Z)", re.IGNORECASE)
_MIDJOURNEY = re.compile(r"https?://(?:[a-z0-9-]{1,30}\.)?midjourney\.com/", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:png|jpe?g|webp|gif|mp4)(?:[?#]|\Z)", re.IGNORECASE)
# "Copy Message ID", alone or (with Shift) with the channel's. SQLite holds no larger number than the last.
_SNOWFLAKE = re.compile(r"[0-9]{17,19}")
_CHANNEL_AND_MESSAGE = re.compile(r"([0-9]{17,19})-([0-9]{17,19})")
_MAX_SNOWFLAKE = 2**63 - 1
_JOB = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class JobRef:
    """The id of a Midjourney job, in lower case.

    The buttons and picture URLs of a task contain its job id.
    """

    uuid: str


Reference = TaskId | MessageRef | JobRef


def parse_reference(raw: str) -> Reference | None:
    """Return the task, message or job to which a pasted text refers.

    If it is not exactly one, return None.
    """
    if len(raw) > _MAX_PASTED:
        return None
    text = _plain(raw)
    links = [each.rstrip(_MARKS) for each in _URL.findall(text)]
    rest = _UNDERLINE.sub(" ", _MENTION.sub(" ", _URL.sub(" ", text)))
    found = [each for link in links if (each := _of_link(link)) is not None]
    found += _ids_in(rest)
    if message := _CHANNEL_AND_MESSAGE.fullmatch(rest.strip(_MARKS + " ")):
        return _message_ref(message)
    if not links and (bare := parse_task_id(rest.strip(_MARKS + " "))) is not None:
        found = [bare]
    distinct = list(dict.fromkeys(found))
    return distinct[0] if len(distinct) == 1 else None


def message_id_of(task_id: TaskId) -> int | None:
    """Return the message id that a user may have pasted in place of a task id, or None."""
    is_snowflake = _SNOWFLAKE.fullmatch(task_id) and int(task_id) <= _MAX_SNOWFLAKE
    return int(task_id) if is_snowflake else None


def job_of(task_id: TaskId) -> JobRef | None:
    """Return an id as the id of a Midjourney job if it has that format, else None.

    This is no proof: some services use the same format for their task ids.
    """
    return JobRef(task_id.lower()) if _JOB.fullmatch(task_id) else None


def _plain(raw: str) -> str:
    """Remove invisible characters from a text, and replace full-width characters with ASCII."""
    return unicodedata.normalize("NFKC", "".join(each for each in raw if unicodedata.category(each) != "Cf"))


def _ids_in(text: str) -> list[Reference]:
    text = _OTHER_FIELD.sub(" ", text)
    labelled = [parse_task_id(each) for each in _LABELLED.findall(text)]
    digits = [parse_task_id(each) for each in _DIGITS.findall(text)]
    return [each for each in (*labelled, *digits) if each is not None]


def _message_ref(match: re.Match[str]) -> MessageRef | None:
    ref = MessageRef(int(match[1]), int(match[2]))
    return ref if max(ref.channel_id, ref.message_id) <= _MAX_SNOWFLAKE else None


def _of_link(link: str) -> Reference | None:
    if message := _MESSAGE.fullmatch(link):
        return _message_ref(message)
    jobs = {each.lower() for each in _JOB.findall(link)}
    if _MIDJOURNEY.match(link):
        return JobRef(jobs.pop()) if len(jobs) == 1 else None
    if (path := _PATH.search(link)) and (task_id := parse_task_id(path[1])):
        return task_id
    if ids := set(_QUERY.findall(link)):
        return parse_task_id(ids.pop()) if len(ids) == 1 else None
    # Midjourney names its files after the job, and services and Discord keep the name.
    return JobRef(jobs.pop()) if len(jobs) == 1 and _PICTURE.search(link) else None
