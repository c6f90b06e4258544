"""The exception hierarchy. Library errors are translated at the boundary where they occur.

MJBotError                  shown to the user: a text and the values of its placeholders
├── InvalidTaskId
├── UnknownLink             no task of the link was shown in this guild or DM
├── GuildNotAllowed         the guild may not use this bot
├── MakingClosed            users cannot make pictures in this guild or DM
├── PressNotAllowed         the press policy excludes this user
├── TaskNotSeenHere         the task was not shown in this guild or DM
├── BotMissingPermission    the bot lacks a permission in this channel
├── RateLimited             a user or a guild has exceeded a rate limit
├── TooManyCards            a guild has reached its limit on live cards
├── ShuttingDown            the process is shutting down
├── PressRefused            a press was refused: nothing was started
│   ├── ActionUnavailable   the action cannot be submitted any more, whatever the input
│   ├── AccountRefused      the service has no account that can submit anything for now
│   └── RetryStoppedError   the retries of a submit were stopped
├── PressUnclear            a submit got no response, and may have started a task
├── ResultNotShown          a submit was accepted, but its card cannot be shown
├── StoreFailed             the database cannot be used at the moment
├── InternalError           an unexpected error, with details in the log
│   └── ResponseLost        Discord did not accept the response to an interaction
└── UpstreamError           the image service sent no usable response
    ├── TaskNotFound        the image service does not know the task
    ├── KeyRefused          HTTP 401
    ├── QuotaExceeded       the account has no credit left
    ├── UpstreamForbidden   HTTP 403
    ├── UnexpectedHtml      HTML instead of JSON: most likely a wrong URL
    ├── RouteMissing        HTTP 404 for a route: most likely a wrong URL
    │   └── Redirected      a redirect, which is never followed
    ├── SeedUnavailable     the service cannot return the seed of a picture
    ├── CancelRefused       the service refused to cancel a task
    ├── UpstreamRateLimited HTTP 429. `retry_after` is in seconds, or None
    └── UpstreamUnavailable anything else: no connection, 5xx, not JSON
StartupError                the process cannot start. The message is for the operator
"""

from mjbot.errors.base import (
    InternalError,
    MJBotError,
    ResponseLost,
    ShuttingDown,
    StartupError,
    StoreFailed,
)
from mjbot.errors.requests import (
    AccountRefused,
    ActionUnavailable,
    BotMissingPermission,
    GuildNotAllowed,
    InvalidTaskId,
    MakingClosed,
    PressNotAllowed,
    PressRefused,
    PressUnclear,
    RateLimited,
    ResultNotShown,
    RetryStoppedError,
    TaskNotSeenHere,
    TooManyCards,
    UnknownLink,
)
from mjbot.errors.upstream import (
    CancelRefused,
    KeyRefused,
    QuotaExceeded,
    Redirected,
    RouteMissing,
    SeedUnavailable,
    TaskNotFound,
    UnexpectedHtml,
    UpstreamError,
    UpstreamForbidden,
    UpstreamRateLimited,
    UpstreamUnavailable,
)

__all__ = [
    "AccountRefused",
    "ActionUnavailable",
    "BotMissingPermission",
    "CancelRefused",
    "GuildNotAllowed",
    "InternalError",
    "InvalidTaskId",
    "KeyRefused",
    "MJBotError",
    "MakingClosed",
    "PressNotAllowed",
    "PressRefused",
    "PressUnclear",
    "QuotaExceeded",
    "RateLimited",
    "Redirected",
    "ResponseLost",
    "ResultNotShown",
    "RetryStoppedError",
    "RouteMissing",
    "SeedUnavailable",
    "ShuttingDown",
    "StartupError",
    "StoreFailed",
    "TaskNotFound",
    "TaskNotSeenHere",
    "TooManyCards",
    "UnexpectedHtml",
    "UnknownLink",
    "UpstreamError",
    "UpstreamForbidden",
    "UpstreamRateLimited",
    "UpstreamUnavailable",
]
