"""The meanings of codes and phrases in responses of midjourney-proxy servers.

The servers use the same envelope ``{code, description, result}``, but different codes and messages. Each
table lists the phrases of all servers for one meaning. A response that matches no table has no known meaning.
"""

from __future__ import annotations

from enum import IntEnum

from mjbot.errors.submits import RefusalReason

Phrases = tuple[str, ...]


class Code(IntEnum):
    """The values of ``code`` in the envelope ``{code, description, result}``."""

    ENVELOPE = -1  # trueai's other envelope; the text is in `message`
    ACCEPTED = 1
    NO_ACCOUNT = 3  # or the parent task is gone
    BAD_ARGUMENT = 4  # or no such task, or the parent has not finished
    UNREADABLE_UPSTREAM = 5  # new-api: it could not parse the response of its own upstream
    FAILED = 9  # trueai: refused, with the reason; others: a failure
    NEEDS_MODAL = 21  # novicezk's old servers: the task exists already
    QUEUED = 22
    QUEUE_FULL = 23
    BANNED_WORD = 24
    SATURATED = 30  # new-api: too many requests


NO_SUCH_TASK: Phrases = (
    *("task_no_found", "task_not_found", "task not found", "task_not_exist", "task not exist"),
    *("task does not exist", "task is not exist", "no such task", "任务不存在", "任務不存在"),
    *("找不到任务", "未找到任务"),
)
NOT_FOUND: Phrases = ("no_found", "not_found", "not found", "not_exist", "not exist", "不存在")
"""Phrases that refer to the task with `Code.BAD_ARGUMENT`, and otherwise maybe to a route or a model."""
NO_ROUTE: Phrases = (
    *("invalid url", "page not found", "no route matched", "route not found", "unknown route"),
    *("cannot get /", "cannot post /", "no static resource", "no handler"),
    *("路由不存在", "接口不存在"),
)
"""Phrases with which new-api, Kong, Go, Spring and Express say that they have no such route."""
PARENT_GONE: Phrases = ("关联任务", "expired", *NOT_FOUND)
NOT_READY: Phrases = ("status_not_success", "not_success", "状态错误", "未完成", "not finished")
NO_CREDIT: Phrases = ("额度", "quota", "余额", "insufficient", "credit", "欠费")
NO_CHANNEL: Phrases = ("无可用渠道", "无可用的", "no available channel", "no channel", "channel not found")
FULL: Phrases = ("队列", "queue", "已满")
BUSY: Phrases = ("饱和", "飽和", "saturated")
"""New-api refuses before it asks its own upstream, also with a status of 503."""
EXISTED: Phrases = ("已存在", "already exist", "existed")
TOO_MANY: Phrases = ("并发数已达上限", "队列数已达上限", "concurrent limit", "too many concurrent")
"""Trueai's own limits of a key, with `Code.BAD_ARGUMENT`: they end when a task does."""
CANCEL_FORBIDDEN: Phrases = ("演示模式", "禁止操作", "demo mode")
"""Trueai lets only an administrator's key cancel. A bare "Forbidden" may concern one task only."""
REASONS: tuple[tuple[Phrases, RefusalReason], ...] = (
    (("今日绘图次数已达上限", "daily limit", "daily drawing limit"), RefusalReason.DAILY_LIMIT),
    (("总绘图次数已达上限", "total drawing limit"), RefusalReason.TOTAL_LIMIT),
    (("账号已被临时封锁", "账号已被封锁", "temporarily blocked"), RefusalReason.ACCOUNT_BLOCKED),
    (("禁止上传", "upload is disabled", "uploads are disabled"), RefusalReason.UPLOADS_OFF),
    (NO_CHANNEL, RefusalReason.NO_ACCOUNT),
)
"""Refusals that only their text tells apart, whatever their code."""
MODAL: Phrases = ("confirm", "窗口等待")
UNKNOWN_ACTION: Phrases = (
    "unknown_action",
    "unknownaction",
    "未知的action",
    "action类型",
    "actionnotsupported",
)
"""Phrases for an unknown action, compared without spaces."""
NO_RESPONSE: Phrases = ("timeout", "timed out", "超时", "connection", "连接", "eof", "reset by peer")
"""Phrases for a service that got no response itself, so that a submit may have been accepted."""


def says(text: str, phrases: Phrases) -> bool:
    """Return whether a text contains one of these phrases, regardless of case."""
    lower = text.lower()
    return any(phrase in lower for phrase in phrases)


def reason_of(message: str) -> RefusalReason | None:
    """Return the reason for a refusal that a message states, or None."""
    return next((reason for phrases, reason in REASONS if says(message, phrases)), None)
