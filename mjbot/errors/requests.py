"""Errors of requests: what a user may not do, or what a press or command has come to."""

from __future__ import annotations

from mjbot.core.i18n.texts import Text
from mjbot.errors.base import MJBotError


class InvalidTaskId(MJBotError):
    """The input is not a task id."""

    text = Text.REPLY_INVALID_TASK_ID


class UnknownLink(MJBotError):
    """The input links to a message or job, but no task of it was shown in this guild or direct messages."""

    text = Text.REPLY_UNKNOWN_LINK


class GuildNotAllowed(MJBotError):
    """The guild may not use this bot, because it is not listed in ``MJBOT_ALLOWED_GUILDS``."""

    text = Text.REPLY_GUILD_NOT_ALLOWED


class MakingClosed(MJBotError):
    """Users cannot make pictures in this guild or in direct messages. The text says who can change that."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.text = text


class PressNotAllowed(MJBotError):
    """The press policy excludes this user. ``who`` mentions the permitted users or role.

    ``link`` leads to a message on which the user may press.
    """

    resubmittable = True

    def __init__(self, text: Text, *, who: str = "", link: str = "") -> None:
        super().__init__(who=who, link=link)
        self.text = text


class TaskNotSeenHere(MJBotError):
    """The task ``id`` cannot be used in this guild or direct messages, because no message there shows it."""

    text = Text.REPLY_NOT_SEEN_HERE


class BotMissingPermission(MJBotError):
    """The bot lacks a permission in this channel. The text, or the value ``why``, names the permission."""

    resubmittable = True

    def __init__(self, text: Text, **values: object) -> None:
        super().__init__("", **values)
        self.text = text


class RateLimited(MJBotError):
    """A user or a guild has exceeded a rate limit. ``t`` is the time of the next permitted attempt."""

    text = Text.REPLY_RATE_LIMITED
    resubmittable = True


class TooManyCards(MJBotError):
    """A guild has reached its limit on live cards. ``n`` is the current number of live cards."""

    text = Text.REPLY_TOO_MANY_CARDS
    resubmittable = True


class PressRefused(MJBotError):
    """A press was refused, and nothing was started."""

    resubmittable = True

    def __init__(self, text: Text, detail: str = "", **values: object) -> None:
        super().__init__(detail, **values)
        self.text = text


class ActionUnavailable(PressRefused):
    """The action cannot be submitted any more, whatever the input."""

    resubmittable = False
    refuses_all = True


class AccountRefused(PressRefused):
    """The service has no account that can submit anything for now: it is blocked, or has used up a limit."""

    refuses_all = True


class RetryStoppedError(PressRefused):
    """A user or a shutdown stopped the retries of a submit. ``label`` names it."""

    def __init__(self, *, label: str) -> None:
        super().__init__(Text.REPLY_RETRY_STOPPED, label=label)


class PressUnclear(MJBotError):
    """A submit got no usable response. Submits are not idempotent, so only the user may decide to retry."""

    text = Text.REPLY_UNCLEAR

    def __init__(self, detail: str = "", *, label: str) -> None:
        super().__init__(detail, label=label)


class ResultNotShown(MJBotError):
    """A submit of ``label`` created the task ``id``, but its card cannot be shown."""

    text = Text.REPLY_STARTED_NOT_SHOWN
