"""The dialects of the API: how each kind of server authorizes requests, serializes tasks, and responds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mjbot.sandbox import answers, payloads
from mjbot.sandbox.answers import NOT_FOUND, ServerResponse
from mjbot.sandbox.buttons import Payload
from mjbot.sandbox.dialect_names import DialectName
from mjbot.sandbox.submits import Decision
from mjbot.sandbox.world import World
from mjbot.settings import Auth

Headers = Mapping[str, str]
_BAD_TOKEN = {"error": {"message": "无效的令牌 (request id: sandbox)", "type": "new_api_error"}}


def _any_header(headers: Headers, key: str) -> bool:
    value = headers.get("Authorization", "")
    if value in ("", "midjourney-proxy"):
        value = headers.get("mj-api-secret", "")
    return value.removeprefix("Bearer ") == key


def _secret_header(headers: Headers, key: str) -> bool:
    return headers.get("mj-api-secret") == key


def _raw_header(headers: Headers, key: str) -> bool:
    return headers.get("Authorization", headers.get("mj-api-secret")) == key


Cancels = Literal["anyone", "admins"]
_MAKES: frozenset[str] = frozenset({"imagine", "describe", "blend"})
_UPLOAD = "upload-discord-images"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The API of one kind of server: its authorization, its endpoints and its responses."""

    name: DialectName
    auth: Auth
    """The value of MJBOT_UPSTREAM_AUTH that this server accepts."""
    authorizes: Callable[[Headers, str], bool]
    unauthorized: ServerResponse
    missing: ServerResponse
    serialize: Callable[[Payload], Payload]
    respond: Callable[[Decision], ServerResponse]
    supported: re.Pattern[str] = field(default_factory=lambda: re.compile(""))
    """The pattern of the customIds that this server accepts."""
    submits: frozenset[str] = frozenset({"action", "modal"}) | _MAKES | {_UPLOAD, "shorten"}
    has_list: bool = True
    """True if ``GET /task/list`` returns the latest tasks of all users."""
    has_seeds: bool = True
    cancels: Cancels | None = None
    takes_links: bool = False
    needs_data_urls: bool = False
    poll_interval: float = 0.0
    """The seconds between two polls of the proxy behind a relay; 0 for a proxy itself."""
    modes: bool = False
    needs_prompt: bool = False
    numeric_ids: bool = True
    """True if a batch read may send ids as numbers; new-api refuses them."""
    tells_methods: bool = True
    """True if a wrong method returns 405. Relays return the error for a wrong URL."""

    def offers(self, custom_id: str) -> bool:
        """Return whether this server accepts a button, no matter which server rendered it."""
        return self.supported.search(custom_id) is not None


_NEW_API_ACTIONS = re.compile(r"::(upsample|(low_|high_)?variation|reroll|pan_|Outpaint|CustomZoom|Inpaint)")
_PLUS_ACTIONS = re.compile(r"^(?!.*(PicReader::all|BOOKMARK))")
_TRUE_ACTIONS = re.compile(r"^(?!.*PromptAnalyzer)")
_DEFAULT_ACTIONS = re.compile(r"^(?!.*(animate_|video_virtual|PicReader::all))")

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect(
            name=DialectName.DEFAULT,
            auth="bearer",
            authorizes=_any_header,
            unauthorized=ServerResponse(401, _BAD_TOKEN),
            missing=ServerResponse(400, NOT_FOUND),
            serialize=dict,
            respond=answers.unrewritten,
            supported=_DEFAULT_ACTIONS,
            numeric_ids=False,
            tells_methods=False,
            cancels="anyone",
        ),
        Dialect(
            name=DialectName.ORIGINAL,
            auth="mj-api-secret",
            authorizes=_secret_header,
            unauthorized=ServerResponse(401, None),
            missing=ServerResponse(200, None),
            serialize=payloads.original,
            respond=answers.original,
            submits=frozenset({"change"}) | _MAKES,
            has_seeds=False,
            needs_data_urls=True,
        ),
        Dialect(
            name=DialectName.PLUS,
            auth="mj-api-secret",
            authorizes=_secret_header,
            unauthorized=ServerResponse(401, None),
            missing=ServerResponse(200, None),
            serialize=payloads.plus,
            respond=answers.plus,
            supported=_PLUS_ACTIONS,
            cancels="anyone",
        ),
        Dialect(
            name=DialectName.TRUE,
            auth="raw",
            authorizes=_raw_header,
            unauthorized=ServerResponse(401, "未授权，请登录"),
            missing=ServerResponse(204, None),
            serialize=payloads.true,
            respond=answers.true,
            supported=_TRUE_ACTIONS,
            cancels="admins",
            takes_links=True,
            modes=True,
            needs_prompt=True,
        ),
        Dialect(
            name=DialectName.NEW_API,
            auth="bearer",
            authorizes=_any_header,
            unauthorized=ServerResponse(401, _BAD_TOKEN),
            missing=ServerResponse(400, NOT_FOUND),
            serialize=payloads.new_api,
            respond=answers.new_api,
            supported=_NEW_API_ACTIONS,
            poll_interval=15.0,
            modes=True,
            numeric_ids=False,
            has_list=False,
            tells_methods=False,
        ),
    )
}


def dialect_at(prefix: str) -> Dialect | None:
    """Return the dialect of a URL prefix such as ``true/mj-fast/``, or None if there is none."""
    name, _, mode = prefix.partition("/")
    if name.startswith("mj-"):
        name, mode = "", name
    dialect = DIALECTS.get(name)
    return None if dialect is None or (mode and name and not dialect.modes) else dialect


def task_row(dialect: Dialect, world: World, task_id: str, now: float) -> Payload | None:
    """Return a task as this server serializes it. A relay shows the state at the time of its last poll."""
    task = world.fetch(task_id, now)
    if task is None or not dialect.poll_interval:
        return dialect.serialize(task) if task else None
    polled_at = now - now % dialect.poll_interval
    if task["submitTime"] > polled_at * 1000:
        return payloads.new_api_blank(task)
    return dialect.serialize(world.peek(task_id, polled_at) or task)
