"""The errors for users that stand for the errors of submits."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.errors import (
    AccountRefused,
    ActionUnavailable,
    MJBotError,
    PressRefused,
    PressUnclear,
    RetryStoppedError,
)
from mjbot.errors.submits import RefusalReason, SubmitRefused, SubmitUnclear
from mjbot.service.pressing.retries import RetryStopped

log = logging.getLogger(__name__)

_TEXTS: Mapping[RefusalReason, Text] = {
    RefusalReason.NOT_ACCEPTED: Text.REPLY_NOT_ACCEPTED,
    RefusalReason.PARENT_GONE: Text.REPLY_PARENT_GONE,
    RefusalReason.NO_ACCOUNT: Text.REPLY_NO_ACCOUNT,
    RefusalReason.BANNED_WORD: Text.REPLY_BANNED_WORD,
    RefusalReason.NOT_READY: Text.REPLY_NOT_READY,
    RefusalReason.QUEUE_FULL: Text.REPLY_QUEUE_FULL,
    RefusalReason.NOT_OFFERED: Text.REPLY_ACTION_NOT_OFFERED,
    RefusalReason.COMMAND_NOT_OFFERED: Text.REPLY_COMMAND_NOT_OFFERED,
    RefusalReason.DAILY_LIMIT: Text.REPLY_DAILY_LIMIT,
    RefusalReason.TOTAL_LIMIT: Text.REPLY_TOTAL_LIMIT,
    RefusalReason.ACCOUNT_BLOCKED: Text.REPLY_ACCOUNT_BLOCKED,
    RefusalReason.UPLOADS_OFF: Text.REPLY_UPLOADS_OFF,
}
_TYPES: Mapping[RefusalReason, type[PressRefused]] = {
    RefusalReason.PARENT_GONE: ActionUnavailable,
    RefusalReason.NOT_OFFERED: ActionUnavailable,
    RefusalReason.COMMAND_NOT_OFFERED: ActionUnavailable,
    RefusalReason.NO_ACCOUNT: AccountRefused,
    RefusalReason.DAILY_LIMIT: AccountRefused,
    RefusalReason.TOTAL_LIMIT: AccountRefused,
    RefusalReason.ACCOUNT_BLOCKED: AccountRefused,
}


def error_for_user(error: BaseException, label: str, *, in_flight: bool) -> BaseException:
    """Convert an error of a submit to the error to show to the user, which names the button."""
    escaped = escape(label)
    match error:
        case SubmitRefused(reason=reason, word=word):
            unnamed = reason is RefusalReason.BANNED_WORD and not word
            text = Text.REPLY_BANNED_WORD_UNNAMED if unnamed else _TEXTS[reason]
            return _TYPES.get(reason, PressRefused)(text, str(error), label=escaped, word=escape(word))
        case SubmitUnclear():
            return PressUnclear(str(error), label=escaped)
        case RetryStopped():
            return RetryStoppedError(label=escaped)
        case Exception() if in_flight and not isinstance(error, MJBotError):
            log.error("a submit failed in an unexpected way", exc_info=error)
            return PressUnclear(type(error).__name__, label=escaped)
    return error
