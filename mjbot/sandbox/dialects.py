"""The servers that speak the same API, each with its own accent: who may read, and what it answers.

Names are the address prefixes: ``original`` (novicezk), ``plus`` (litter-coder), ``true`` (trueai-org),
``gateway`` (new-api); without a prefix it is plus behind a gateway that rewrites nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from mjbot.sandbox import payloads
from mjbot.sandbox.buttons import Wire
from mjbot.sandbox.payloads import blank
from mjbot.sandbox.submits import SubmitKind, Verdict
from mjbot.sandbox.world import World

Auth = Literal["bearer", "raw", "mj-api-secret"]
Headers = Mapping[str, str]


class Answer(NamedTuple):
    """An HTTP answer: JSON for an object or a list, text for a string, nothing for None."""

    status: int
    body: Wire | list[Wire] | str | None


def _refusal(description: str) -> Wire:
    return {"description": description, "type": "upstream_error", "code": 4}


NOT_FOUND = _refusal("task_no_found ")
"""The space is part of it."""
_BAD_TOKEN = {"error": {"message": "无效的令牌 (request id: sandbox)", "type": "new_api_error"}}


def _bearer(headers: Headers, key: str) -> bool:
    sent = headers.get("Authorization", "")
    if sent in ("", "midjourney-proxy"):
        sent = headers.get("mj-api-secret", "")
    return sent.removeprefix("Bearer ") == key


def _secret(headers: Headers, key: str) -> bool:
    return headers.get("mj-api-secret") == key


def _whole(headers: Headers, key: str) -> bool:
    return headers.get("Authorization", headers.get("mj-api-secret")) == key


def _submitted(code: int, description: str, result: object = None, properties: Wire | None = None) -> Answer:
    return Answer(200, {"code": code, "description": description, "result": result, "properties": properties})


def _queued(verdict: Verdict) -> Answer:
    if verdict.ahead:
        place = {"numberOfQueues": verdict.ahead}
        return _submitted(22, f"排队中，前面还有{verdict.ahead}个任务", ",".join(verdict.ids), place)
    return _submitted(1, "Submit success", ",".join(verdict.ids), {})


def _banned(verdict: Verdict) -> Answer:
    return _submitted(24, "可能包含敏感词", None, {"promptEn": verdict.prompt, "bannedWord": verdict.text})


def _modal_answer(code: int, verdict: Verdict) -> Answer:
    properties = {"finalPrompt": verdict.text, "remix": True}
    return _submitted(code, "Waiting for window confirm", verdict.ids[0], properties)


def _plus(verdict: Verdict) -> Answer:
    return {
        "accepted": lambda: _queued(verdict),
        "window": lambda: _submitted(21, "窗口等待", verdict.ids[0]),
        "unchanged": lambda: _submitted(4, "不支持的操作"),
        "unknown": lambda: _submitted(4, "不支持的操作"),
        "gone": lambda: _submitted(3, "关联任务不存在或已失效"),
        "early": lambda: _submitted(4, "关联任务状态错误"),
        "full": lambda: _submitted(23, "队列已满，请稍后尝试"),
        "banned": lambda: _banned(verdict),
    }[verdict.decision]()


def _true(verdict: Verdict) -> Answer:
    envelope = {"success": False, "code": -1, "message": "操作不支持", "timestamp": 0}
    gone = {"code": 3, "description": "关联任务不存在或已失效", "result": None, "properties": {}}
    return {
        "accepted": lambda: _queued(verdict),
        "window": lambda: _modal_answer(21, verdict),
        "unchanged": lambda: _submitted(1, "success", verdict.ids[0], {}),
        "unknown": lambda: Answer(200, envelope),
        "gone": lambda: Answer(404, gone),
        "early": lambda: _submitted(4, "关联任务状态错误"),
        "full": lambda: _submitted(9, "提交失败，队列已满，请稍后重试"),
        "banned": lambda: _banned(verdict),
        "wordless": lambda: _submitted(4, "prompt不能为空"),
    }[verdict.decision]()


def _gateway(verdict: Verdict, *, rewrites: bool = True) -> Answer:
    message = f"Invalid request, unknown_action:{verdict.text} (request id: sandbox)"
    shown = verdict.action in ("ZOOM", "INPAINT") or not rewrites
    plain = Verdict("accepted", verdict.ids) if rewrites else verdict
    return {
        "accepted": lambda: _queued(plain),
        "window": lambda: _modal_answer(21 if shown else 1, verdict),
        "unchanged": lambda: _submitted(1, "Submit success", verdict.ids[0], {}),
        "unknown": lambda: Answer(400, {"error": {"message": message, "type": "new_api_error"}}),
        "gone": lambda: Answer(400, NOT_FOUND),
        "early": lambda: Answer(400, _refusal("task_status_not_success ")),
        "full": lambda: _submitted(23, "队列已满，请稍后尝试"),
        "banned": lambda: _banned(verdict),
    }[verdict.decision]()


def _unrewritten(verdict: Verdict) -> Answer:
    return _gateway(verdict, rewrites=False)


@dataclass(frozen=True)
class Dialect:
    """One kind of server."""

    name: str
    auth: Auth
    """The setting MJBOT_UPSTREAM_AUTH that suits it."""
    authorizes: Callable[[Headers, str], bool]
    refusal: Answer
    missing: Answer
    serialize: Callable[[Wire], Wire]
    answer: Callable[[Verdict], Answer]
    pressable: re.Pattern[str] = field(default_factory=lambda: re.compile(""))
    submits: frozenset[SubmitKind] = frozenset({"action", "modal"})
    refresh: float = 0.0
    """Seconds between two looks at the proxy behind it; 0 for a proxy itself."""
    modes: bool = False
    needs_words: bool = False
    numbers: bool = True
    """It takes the ids of a batch read as numbers too; gateways refuse them."""

    def offers(self, custom_id: str) -> bool:
        """True when it lets this button be pressed, whoever drew it."""
        return self.pressable.search(custom_id) is not None


_FORWARDED = re.compile(r"::(upsample|(low_|high_)?variation|reroll|pan_|Outpaint|CustomZoom|Inpaint)")
_PLUS = re.compile(r"^(?!.*(PicReader::all|BOOKMARK))")
_SOME = re.compile(r"^(?!.*(animate_|video_virtual|PicReader::all))")

DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect(
            "",
            "bearer",
            _bearer,
            Answer(401, _BAD_TOKEN),
            Answer(400, NOT_FOUND),
            dict,
            _unrewritten,
            _SOME,
            numbers=False,
        ),
        Dialect(
            "original",
            "mj-api-secret",
            _secret,
            Answer(401, None),
            Answer(200, None),
            payloads.original,
            _plus,
            submits=frozenset({"change"}),
        ),
        Dialect(
            "plus",
            "mj-api-secret",
            _secret,
            Answer(401, None),
            Answer(200, None),
            payloads.plus,
            _plus,
            _PLUS,
        ),
        Dialect(
            "true",
            "raw",
            _whole,
            Answer(401, "未授权，请登录"),
            Answer(204, None),
            payloads.true,
            _true,
            modes=True,
            needs_words=True,
        ),
        Dialect(
            "gateway",
            "bearer",
            _bearer,
            Answer(401, _BAD_TOKEN),
            Answer(400, NOT_FOUND),
            payloads.gateway,
            _gateway,
            _FORWARDED,
            refresh=15.0,
            modes=True,
            numbers=False,
        ),
    )
}


def dialect_at(prefix: str) -> Dialect | None:
    """The accent that an address such as ``true/mj-fast/`` asks for; None if it leads nowhere."""
    name, _, mode = prefix.partition("/")
    if name.startswith("mj-"):
        name, mode = "", name
    dialect = DIALECTS.get(name)
    return None if dialect is None or (mode and name and not dialect.modes) else dialect


def row(dialect: Dialect, world: World, task_id: str, now: float) -> Wire | None:
    """A task as this server tells it; a gateway tells what it saw when it last looked."""
    task = world.fetch(task_id, now)
    if task is None or not dialect.refresh:
        return dialect.serialize(task) if task else None
    looked = now - now % dialect.refresh
    if task["submitTime"] > looked * 1000:
        return blank(task)
    return dialect.serialize(world.peek(task_id, looked) or task)


def submit(dialect: Dialect, world: World, kind: SubmitKind, body: Mapping[str, Any], now: float) -> Answer:
    """What this server answers to a submit that it has been sent, or that it has never heard of."""
    task_id = str(body.get("taskId", ""))
    if kind not in dialect.submits:  # novicezk's is Spring, which says it like this
        when = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
        path = f"/mj/submit/{kind}"
        return Answer(404, {"timestamp": when, "status": 404, "error": "Not Found", "path": path})
    hook = str(body.get("notifyHook") or "")
    if kind == "change":
        action, index = str(body.get("action")), body.get("index")
        return dialect.answer(world.change(task_id, action, index, now, notify=hook))
    if kind == "action":
        custom_id = str(body.get("customId", ""))
        return dialect.answer(world.press(task_id, custom_id, now, dialect.offers, notify=hook))
    prompt, mask = str(body.get("prompt") or ""), str(body.get("maskBase64") or "")
    if dialect.needs_words and not prompt:
        return dialect.answer(Verdict("wordless"))
    return dialect.answer(world.submit_modal(task_id, prompt, mask, now, notify=hook))
