"""The edges of mjbot: what the middle needs from the image service, the disk and Discord."""

from mjbot.ports.discord import MessageSink, Place, Reply, Upload, Words
from mjbot.ports.store import (
    Background,
    GuildStore,
    Offer,
    PressRecord,
    PressStore,
    Pruner,
    UseStore,
    WatchStore,
)
from mjbot.ports.upstream import SMALLER, Accepted, File, MaskSource, PictureSource, Report, TaskSource

__all__ = [
    "SMALLER",
    "Accepted",
    "Background",
    "File",
    "GuildStore",
    "MaskSource",
    "MessageSink",
    "Offer",
    "PictureSource",
    "Place",
    "PressRecord",
    "PressStore",
    "Pruner",
    "Reply",
    "Report",
    "TaskSource",
    "Upload",
    "UseStore",
    "WatchStore",
    "Words",
]
