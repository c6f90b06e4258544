"""How each kind of server responds to a submit: its codes, texts and HTTP statuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mjbot.sandbox.buttons import Payload
from mjbot.sandbox.submits import Decision, DecisionKind


class ServerResponse(NamedTuple):
    """An HTTP response. An object or a list is sent as JSON, a string as text, and None as an empty body."""

    status: int
    body: Payload | list[Payload] | str | None


Answers = dict[DecisionKind, Callable[[], ServerResponse]]


def upstream_error(description: str) -> Payload:
    """Return an error in new-api's format that concerns the service behind new-api."""
    return {"description": description, "type": "upstream_error", "code": 4}


NOT_FOUND = upstream_error("task_no_found ")
"""The error for an unknown task, including its trailing space."""


def new_api_error(message: str) -> Payload:
    """Return an error in new-api's format that concerns the request itself."""
    return {"error": {"message": message, "type": "new_api_error"}}


def submit_response(
    code: int, description: str, result: object = None, properties: Payload | None = None
) -> ServerResponse:
    """Return a response with the envelope that all midjourney-proxy servers share."""
    body = {"code": code, "description": description, "result": result, "properties": properties}
    return ServerResponse(200, body)


def _accepted(decision: Decision) -> ServerResponse:
    ids = ",".join(decision.ids)
    if decision.ahead:
        queue = {"numberOfQueues": decision.ahead}
        return submit_response(22, f"排队中，前面还有{decision.ahead}个任务", ids, queue)
    return submit_response(1, "Submit success", ids, {})


def _banned_word(decision: Decision) -> ServerResponse:
    properties = {"promptEn": decision.prompt, "bannedWord": decision.text}
    return submit_response(24, "可能包含敏感词", None, properties)


def _modal(code: int, decision: Decision) -> ServerResponse:
    properties = {"finalPrompt": decision.text, "remix": True}
    return submit_response(code, "Waiting for window confirm", decision.ids[0], properties)


def _uploaded(decision: Decision) -> ServerResponse:
    return submit_response(1, "success", list(decision.ids))


def _shared(decision: Decision) -> Answers:
    """Return the responses that all servers share. The texts about limits are those of trueai's server."""
    return {
        "accepted": lambda: _accepted(decision),
        "uploaded": lambda: _uploaded(decision),
        "banned_word": lambda: _banned_word(decision),
        "invalid": lambda: submit_response(4, decision.text),
        "parent_gone": lambda: submit_response(3, "关联任务不存在或已失效"),
        "not_ready": lambda: submit_response(4, "关联任务状态错误"),
        "queue_full": lambda: submit_response(23, "队列已满，请稍后尝试"),
        "no_account": lambda: submit_response(3, "无可用的账号实例"),
        "no_credit": lambda: ServerResponse(400, upstream_error("quota_not_enough ")),
        "daily_limit": lambda: submit_response(4, "用户今日绘图次数已达上限"),
        "total_limit": lambda: submit_response(4, "总绘图次数已达上限"),
        "too_many_running": lambda: submit_response(4, "并发数已达上限"),
        "too_many_queued": lambda: submit_response(4, "队列数已达上限"),
        "account_blocked": lambda: submit_response(4, "账号已被临时封锁"),
        "uploads_off": lambda: submit_response(4, "禁止上传"),
    }


def plus(decision: Decision) -> ServerResponse:
    """Return the response of litter-coder's server to a submit."""
    own: Answers = {
        "modal": lambda: submit_response(21, "窗口等待", decision.ids[0]),
        "unchanged": lambda: submit_response(4, "不支持的操作"),
        "unknown_action": lambda: submit_response(4, "不支持的操作"),
    }
    return (_shared(decision) | own)[decision.kind]()


def original(decision: Decision) -> ServerResponse:
    """Return the response of novicezk's server to a submit."""
    if decision.kind == "existed":
        properties = {"status": decision.text, "imageUrl": None}
        return submit_response(21, "任务已存在", decision.ids[0], properties)
    if decision.kind == "no_grid":
        return submit_response(4, "关联任务不允许执行变化")
    return plus(decision)


def true(decision: Decision) -> ServerResponse:
    """Return the response of trueai's server to a submit."""
    gone = {"code": 3, "description": "关联任务不存在或已失效", "result": None, "properties": {}}
    own: Answers = {
        "modal": lambda: _modal(21, decision),
        "unchanged": lambda: submit_response(1, "success", decision.ids[0], {}),
        "unknown_action": lambda: submit_response(4, "未知的 Action 类型"),
        "parent_gone": lambda: ServerResponse(404, gone),
        "queue_full": lambda: submit_response(9, "提交失败，队列已满，请稍后重试"),
    }
    return (_shared(decision) | own)[decision.kind]()


def new_api(decision: Decision, *, rewrites: bool = True) -> ServerResponse:
    """Return the response of new-api to a submit.

    If ``rewrites`` is True, code 22 and, in most responses, code 21 become 1, and the queue position is left
    out.
    """
    message = f"Invalid request, unknown_action:{decision.text} (request id: sandbox)"
    no_channel = "当前分组 default 下对于模型 mj_imagine 无可用渠道 (request id: sandbox)"
    keeps_21 = decision.action in ("ZOOM", "INPAINT") or not rewrites
    accepted = Decision("accepted", decision.ids) if rewrites else decision
    own: Answers = {
        "accepted": lambda: _accepted(accepted),
        "modal": lambda: _modal(21 if keeps_21 else 1, decision),
        "unchanged": lambda: submit_response(1, "Submit success", decision.ids[0], {}),
        "unknown_action": lambda: ServerResponse(400, new_api_error(message)),
        "parent_gone": lambda: ServerResponse(400, NOT_FOUND),
        "not_ready": lambda: ServerResponse(400, upstream_error("task_status_not_success ")),
        "no_account": lambda: ServerResponse(503, new_api_error(no_channel)),
    }
    return (_shared(decision) | own)[decision.kind]()


def unrewritten(decision: Decision) -> ServerResponse:
    """Return the response of a relay that passes on the response of its proxy unchanged."""
    return new_api(decision, rewrites=False)
