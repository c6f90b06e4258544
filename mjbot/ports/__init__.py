"""The edges of mjbot: what the middle needs from the image service, the disk and Discord."""

from mjbot.ports.discord import InteractionContext, MessageSink, ModalInput, Reply, Upload
from mjbot.ports.store import (
    GuildStore,
    PressRecord,
    PressStore,
    Pruner,
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
    is_smaller_copy,
)

__all__ = [
    "FetchReport",
    "File",
    "GuildStore",
    "InteractionContext",
    "MaskSource",
    "MessageSink",
    "ModalInput",
    "PictureSource",
    "PressRecord",
    "PressStore",
    "Pruner",
    "Reply",
    "SubmitResult",
    "Suggestion",
    "TaskHistory",
    "TaskSource",
    "Upload",
    "UsageStore",
    "WatchStore",
    "is_smaller_copy",
]
