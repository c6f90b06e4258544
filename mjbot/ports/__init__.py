"""Protocols on which mjbot's services depend. The other packages implement them."""

from mjbot.ports.discord import (
    BotTokenRevoked,
    InteractionContext,
    MessagePoster,
    MessageSink,
    ModalInput,
    PressRequest,
    Reply,
    SentCard,
)
from mjbot.ports.makes import Make, MakeStore, Refusal, SeriesPart
from mjbot.ports.marks import LostSubmit, MarkStore, SubmitOrigin
from mjbot.ports.pictures import (
    NO_SIZE,
    File,
    MaskProblem,
    MaskRefused,
    MaskSource,
    PictureSource,
    ReferenceSource,
    Upload,
    is_smaller_copy,
)
from mjbot.ports.presses import PendingCard, PressRecord, PressStore, TaskHistory, UnknownActionStore
from mjbot.ports.store import (
    GuildStore,
    KeyValueStore,
    Pruner,
    Stores,
    UsageStore,
    WatchStore,
)
from mjbot.ports.upstream import BatchSource, FetchReport, SubmitResult, TaskSource

__all__ = [
    "NO_SIZE",
    "BatchSource",
    "BotTokenRevoked",
    "FetchReport",
    "File",
    "GuildStore",
    "InteractionContext",
    "KeyValueStore",
    "LostSubmit",
    "Make",
    "MakeStore",
    "MarkStore",
    "MaskProblem",
    "MaskRefused",
    "MaskSource",
    "MessagePoster",
    "MessageSink",
    "ModalInput",
    "PendingCard",
    "PictureSource",
    "PressRecord",
    "PressRequest",
    "PressStore",
    "Pruner",
    "ReferenceSource",
    "Refusal",
    "Reply",
    "SentCard",
    "SeriesPart",
    "Stores",
    "SubmitOrigin",
    "SubmitResult",
    "TaskHistory",
    "TaskSource",
    "UnknownActionStore",
    "Upload",
    "UsageStore",
    "WatchStore",
    "is_smaller_copy",
]
