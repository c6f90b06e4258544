"""The dialects of the API: how each kind of server authorizes, serializes tasks, and answers submits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from mjbot.sandbox import payloads
from mjbot.sandbox.buttons import Payload
from mjbot.sandbox.dialect_names import DialectName
from mjbot.sandbox.submits import Decision, SubmitKind
from mjbot.sandbox.world import World
from mjbot.settings import Auth

Headers = Mapping[str, str]


class ServerResponse(NamedTuple):
    """An HTTP response: JSON for an object or a list, text for a string, empty for None."""

    status: int
    body: Payload | list[Payload] | str | None


def _upstream_error(description: str) -> Payload:
    return {"description": description, "type": "upstream_error", "code": 4}


NOT_FOUND = _upstream_error("task_no_found ")
"""The error for an unknown task, including its trailing space."""
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


def _submit_response(
    code: int, description: str, result: object = None, properties: Payload | None = None
) -> ServerResponse:
    body = {"code": code, "description": description, "result": result, "properties": properties}
    return ServerResponse(200, body)


def _accepted(decision: Decision) -> ServerResponse:
    ids = ",".join(decision.ids)
    if decision.ahead:
        queue = {"numberOfQueues": decision.ahead}
        return _submit_response(22, f"排队中，前面还有{decision.ahead}个任务", ids, queue)
    return _submit_response(1, "Submit success", ids, {})


def _banned_word(decision: Decision) -> ServerResponse:
    properties = {"promptEn": decision.prompt, "bannedWord": decision.text}
    return _submit_response(24, "可能包含敏感词", None, properties)


def _modal(code: int, decision: Decision) -> ServerResponse:
    properties = {"finalPrompt": decision.text, "remix": True}
    return _submit_response(code, "Waiting for window confirm", decision.ids[0], properties)


def _plus(decision: Decision) -> ServerResponse:
    return {
        "accepted": lambda: _accepted(decision),
        "modal": lambda: _submit_response(21, "窗口等待", decision.ids[0]),
        "unchanged": lambda: _submit_response(4, "不支持的操作"),
        "unknown_action": lambda: _submit_response(4, "不支持的操作"),
        "parent_gone": lambda: _submit_response(3, "关联任务不存在或已失效"),
        "not_ready": lambda: _submit_response(4, "关联任务状态错误"),
        "queue_full": lambda: _submit_response(23, "队列已满，请稍后尝试"),
        "banned_word": lambda: _banned_word(decision),
    }[decision.kind]()


def _original(decision: Decision) -> ServerResponse:
    if decision.kind == "existed":
        properties = {"status": decision.text, "imageUrl": None}
        return _submit_response(21, "任务已存在", decision.ids[0], properties)
    if decision.kind == "no_grid":
        return _submit_response(4, "关联任务不允许执行变化")
    return _plus(decision)


def _true(decision: Decision) -> ServerResponse:
    unknown = {"success": False, "code": -1, "message": "操作不支持", "timestamp": 0}
    gone = {"code": 3, "description": "关联任务不存在或已失效", "result": None, "properties": {}}
    return {
        "accepted": lambda: _accepted(decision),
        "modal": lambda: _modal(21, decision),
        "unchanged": lambda: _submit_response(1, "success", decision.ids[0], {}),
        "unknown_action": lambda: ServerResponse(200, unknown),
        "parent_gone": lambda: ServerResponse(404, gone),
        "not_ready": lambda: _submit_response(4, "关联任务状态错误"),
        "queue_full": lambda: _submit_response(9, "提交失败，队列已满，请稍后重试"),
        "banned_word": lambda: _banned_word(decision),
        "no_prompt": lambda: _submit_response(4, "prompt不能为空"),
    }[decision.kind]()


def _new_api(decision: Decision, *, rewrites: bool = True) -> ServerResponse:
    """Return new-api's response. ``rewrites``: send 1 for codes 22 and most 21, without queue position."""
    message = f"Invalid request, unknown_action:{decision.text} (request id: sandbox)"
    keeps_21 = decision.action in ("ZOOM", "INPAINT") or not rewrites
    accepted = Decision("accepted", decision.ids) if rewrites else decision
    return {
        "accepted": lambda: _accepted(accepted),
        "modal": lambda: _modal(21 if keeps_21 else 1, decision),
        "unchanged": lambda: _submit_response(1, "Submit success", decision.ids[0], {}),
        "unknown_action": lambda: ServerResponse(
            400, {"error": {"message": message, "type": "new_api_error"}}
        ),
        "parent_gone": lambda: ServerResponse(400, NOT_FOUND),
        "not_ready": lambda: ServerResponse(400, _upstream_error("task_status_not_success ")),
        "queue_full": lambda: _submit_response(23, "队列已满，请稍后尝试"),
        "banned_word": lambda: _banned_word(decision),
    }[decision.kind]()


def _unrewritten(decision: Decision) -> ServerResponse:
    return _new_api(decision, rewrites=False)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The API of one kind of server: its authorization, submits and responses."""

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
    submits: frozenset[SubmitKind] = frozenset({"action", "modal"})
    poll_interval: float = 0.0
    """The seconds between two polls of the proxy behind a relay; 0 for a proxy itself."""
    modes: bool = False
    needs_prompt: bool = False
    numeric_ids: bool = True
    """True if a batch read may send ids as numbers; new-api refuses them."""

    def offers(self, custom_id: str) -> bool:
        """Return whether this server accepts a button, no matter which server rendered it."""
        return self.supported.search(custom_id) is not None


_NEW_API_ACTIONS = re.compile(r"::(upsample|(low_|high_)?variation|reroll|pan_|Outpaint|CustomZoom|Inpaint)")
_PLUS_ACTIONS = re.compile(r"^(?!.*(PicReader::all|BOOKMARK))")
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
            respond=_unrewritten,
            supported=_DEFAULT_ACTIONS,
            numeric_ids=False,
        ),
        Dialect(
            name=DialectName.ORIGINAL,
            auth="mj-api-secret",
            authorizes=_secret_header,
            unauthorized=ServerResponse(401, None),
            missing=ServerResponse(200, None),
            serialize=payloads.original,
            respond=_original,
            submits=frozenset({"change"}),
        ),
        Dialect(
            name=DialectName.PLUS,
            auth="mj-api-secret",
            authorizes=_secret_header,
            unauthorized=ServerResponse(401, None),
            missing=ServerResponse(200, None),
            serialize=payloads.plus,
            respond=_plus,
            supported=_PLUS_ACTIONS,
        ),
        Dialect(
            name=DialectName.TRUE,
            auth="raw",
            authorizes=_raw_header,
            unauthorized=ServerResponse(401, "未授权，请登录"),
            missing=ServerResponse(204, None),
            serialize=payloads.true,
            respond=_true,
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
            respond=_new_api,
            supported=_NEW_API_ACTIONS,
            poll_interval=15.0,
            modes=True,
            numeric_ids=False,
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
    """Return a task as this server serializes it. A relay shows the state of its last poll."""
    task = world.fetch(task_id, now)
    if task is None or not dialect.poll_interval:
        return dialect.serialize(task) if task else None
    polled_at = now - now % dialect.poll_interval
    if task["submitTime"] > polled_at * 1000:
        return payloads.new_api_blank(task)
    return dialect.serialize(world.peek(task_id, polled_at) or task)


def submit(
    dialect: Dialect, world: World, kind: SubmitKind, body: Mapping[str, Any], now: float
) -> ServerResponse:
    """Process a submit, and return the response in this dialect: a 404 for an unsupported kind."""
    task_id = str(body.get("taskId", ""))
    if kind not in dialect.submits:  # novicezk's is a Spring application; this is Spring's error page
        when = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
        path = f"/mj/submit/{kind}"
        return ServerResponse(404, {"timestamp": when, "status": 404, "error": "Not Found", "path": path})
    notify = str(body.get("notifyHook") or "")
    if kind == "change":
        action, index = str(body.get("action")), body.get("index")
        return dialect.respond(world.change(task_id, action, index, now, notify=notify))
    if kind == "action":
        custom_id = str(body.get("customId", ""))
        return dialect.respond(world.press(task_id, custom_id, now, dialect.offers, notify=notify))
    prompt, mask = str(body.get("prompt") or ""), str(body.get("maskBase64") or "")
    if dialect.needs_prompt and not prompt:
        return dialect.respond(Decision("no_prompt"))
    return dialect.respond(world.submit_modal(task_id, prompt, mask, now, notify=notify))
