"""The edges of mjbot: what the middle needs from the image service, the disk and Discord."""

from mjbot.ports.discord import MessageSink, Place, Reply
from mjbot.ports.store import GuildStore, Offer, PressRecord, PressStore, WatchStore
from mjbot.ports.upstream import SMALLER, Accepted, File, PictureSource, Report, TaskSource

__all__ = [
    "SMALLER",
    "Accepted",
    "File",
    "GuildStore",
    "MessageSink",
    "Offer",
    "PictureSource",
    "Place",
    "PressRecord",
    "PressStore",
    "Reply",
    "Report",
    "TaskSource",
    "WatchStore",
]
