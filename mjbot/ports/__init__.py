"""Protocols that the services depend on; upstream, store, pictures and ui implement them."""

from mjbot.ports.discord import InteractionContext, MessageSink, ModalInput, PressRequest, Reply, Upload
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
from mjbot.ports.upstream import (
    FetchReport,
    File,
    MaskSource,
    PictureSource,
    SubmitResult,
    TaskSource,
    is_attachment,
    is_smaller_copy,
)

__all__ = [
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
