"""Protocols that the services depend on; upstream, store, pictures and ui implement them."""

from mjbot.ports.discord import (
    BotTokenRevoked,
    InteractionContext,
    MessageSink,
    ModalInput,
    PressRequest,
    Reply,
    SentCard,
    Upload,
)
from mjbot.ports.pictures import File, MaskSource, PictureSource, is_attachment, is_smaller_copy
from mjbot.ports.store import (
    GuildStore,
    KeyValueStore,
    PressRecord,
    PressStore,
    Pruner,
    Stores,
    Suggestion,
    TaskHistory,
    UsageStore,
    WatchStore,
)
from mjbot.ports.upstream import FetchReport, SubmitResult, TaskSource

__all__ = [
    "BotTokenRevoked",
    "FetchReport",
    "File",
    "GuildStore",
    "InteractionContext",
    "KeyValueStore",
    "MaskSource",
    "MessageSink",
    "ModalInput",
    "PictureSource",
    "PressRecord",
    "PressRequest",
    "PressStore",
    "Pruner",
    "Reply",
    "SentCard",
    "Stores",
    "SubmitResult",
    "Suggestion",
    "TaskHistory",
    "TaskSource",
    "Upload",
    "UsageStore",
    "WatchStore",
    "is_attachment",
    "is_smaller_copy",
]
