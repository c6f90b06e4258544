"""The guilds, channels, users and messages of the stub, and how Discord writes them as JSON."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.system.discord_stub.pictures import describe, show
from tests.system.discord_stub.validate import EPHEMERAL

if TYPE_CHECKING:
    from tests.system.discord_stub.form import JSON

DISCORD_EPOCH_MS = 1_420_070_400_000
VIEW, SEND, EMBED, ATTACH, HISTORY, SEND_IN_THREADS = (1 << n for n in (10, 11, 14, 15, 16, 38))
# Exactly what the invite link asks for: everything else is a permission bug waiting to be seen.
INVITED = VIEW | SEND | EMBED | ATTACH | HISTORY | SEND_IN_THREADS
TEXT, DM, THREAD = 0, 1, 11


class Snowflakes:
    """Ids with the current time in them, strictly growing. ``ahead``: seconds to add to that time."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._last = 0

    def __call__(self) -> int:
        now = (int((time.time() + self.ahead) * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(now, self._last + 1)
        return self._last


def timestamp(seconds: float | None = None) -> str:
    return datetime.fromtimestamp(time.time() if seconds is None else seconds, UTC).isoformat()


@dataclass
class User:
    id: int
    name: str
    bot: bool = False

    def payload(self) -> JSON:
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": self.name,
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }

    def member(self, permissions: int | None = None) -> JSON:
        member: JSON = {"user": self.payload(), "nick": None, "avatar": None, "roles": []}
        member |= {"joined_at": timestamp(), "deaf": False, "mute": False, "flags": 0}
        return member if permissions is None else member | {"permissions": str(permissions)}


@dataclass
class Guild:
    id: int
    name: str
    locale: str
    channels: list[Channel] = field(default_factory=list)

    def payload(self, bot: User) -> JSON:
        everyone: JSON = {"id": str(self.id), "name": "@everyone", "permissions": str(INVITED)}
        everyone |= {"position": 0, "color": 0, "hoist": False, "managed": False, "flags": 0}
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": "1",
            "preferred_locale": self.locale,
            "roles": [everyone | {"mentionable": False}],
            "channels": [channel.payload() for channel in self.channels if channel.type == TEXT],
            "threads": [channel.payload() for channel in self.channels if channel.type == THREAD],
            "members": [bot.member()],
            "member_count": 2,
            "joined_at": timestamp(),
            "large": False,
            "unavailable": False,
            **{key: [] for key in ("emojis", "stickers", "features", "voice_states", "presences")},
            **dict.fromkeys(("verification_level", "premium_tier", "nsfw_level", "mfa_level"), 0),
            **dict.fromkeys(("icon", "banner", "system_channel_id", "description"), None),
        }


@dataclass
class Channel:
    """A place for messages: a text channel, a thread of one, or (without a guild) a DM."""

    id: int
    name: str
    guild: Guild | None
    type: int = TEXT
    app_permissions: int = INVITED  # of the bot here; a test may change them at any time
    parent: Channel | None = None
    recipient: User | None = None
    archived: bool = False
    deleted: bool = False
    messages: list[Message] = field(default_factory=list)

    def payload(self) -> JSON:
        base: JSON = {"id": str(self.id), "type": self.type, "last_message_id": None}
        if self.guild is None:
            return base | {"recipients": [self.recipient.payload()] if self.recipient else []}
        base |= {"guild_id": str(self.guild.id), "name": self.name, "parent_id": None}
        if self.parent is not None:
            return base | self._thread(self.parent)
        allow, deny = self.app_permissions & ~INVITED, INVITED & ~self.app_permissions
        overwrite = {"id": str(self.guild.id), "type": 0, "allow": str(allow), "deny": str(deny)}
        base |= {"permission_overwrites": [overwrite] if allow or deny else []}
        return base | {"position": 0, "topic": None, "nsfw": False, "rate_limit_per_user": 0}

    def _thread(self, parent: Channel) -> JSON:
        metadata = {
            "archived": self.archived,
            "auto_archive_duration": 60,
            "archive_timestamp": timestamp(),
            "locked": False,
        }
        counts = {"message_count": 0, "member_count": 1, "rate_limit_per_user": 0}
        owner = {"parent_id": str(parent.id), "owner_id": "1", "flags": 0}
        return {"thread_metadata": metadata, **counts, **owner}


@dataclass(frozen=True)
class Attachment:
    id: int
    name: str
    data: bytes

    def payload(self, channel: Channel, base_url: str) -> JSON:
        url = f"{base_url}/attachments/{channel.id}/{self.id}/{self.name}"
        shared = {"id": str(self.id), "filename": self.name, "size": len(self.data)}
        return {**shared, "url": url, "proxy_url": url, **describe(self.name, self.data)}


@dataclass(frozen=True)
class Version:
    """What a message showed from `at` (monotonic seconds) on, and by which route that came."""

    at: float
    route: str  # callback, token or channel
    content: str
    embeds: list[JSON]
    components: list[JSON]
    attachments: list[Attachment]
    thinking: bool
    body: JSON  # as the bot sent it


@dataclass
class Message:
    """A message as people see it now; `history` has every version that was applied, oldest first.

    Embeds stay as the bot wrote them (`attachment://…` unresolved).
    """

    id: int
    channel: Channel
    author: User
    flags: int = 0
    thinking: bool = False
    content: str = ""
    embeds: list[JSON] = field(default_factory=list)
    components: list[JSON] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    deleted: bool = False
    history: list[Version] = field(default_factory=list)
    reference: JSON | None = None
    interaction: JSON | None = None  # metadata of the interaction that it answers
    created: float = field(default_factory=time.time)  # seconds since the epoch
    edited: float | None = None

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def age(self) -> float:
        return time.time() - self.created

    def buttons(self) -> list[JSON]:
        """The buttons in reading order."""
        return [item for row in self.components for item in row.get("components", [])]

    def record(self, route: str, body: JSON) -> None:
        """Remember the present state as a version."""
        delivered = (self.content, self.embeds, self.components, self.attachments, self.thinking)
        self.history.append(Version(time.monotonic(), route, *delivered, body))

    def payload(self, base_url: str) -> JSON:
        files = [each.payload(self.channel, base_url) for each in self.attachments]
        metadata: JSON = {"interaction_metadata": self.interaction} if self.interaction else {}
        # Left out, not null, when there is none: discord.py reads into a null.
        metadata |= {"message_reference": self.reference} if self.reference else {}
        loading = (1 << 7) if self.thinking else 0
        return metadata | {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "application_id": str(self.author.id),
            "author": self.author.payload(),
            "type": 20 if self.interaction else 0,
            "content": self.content,
            "embeds": show(self.embeds, files),
            "components": self.components,
            "attachments": files,
            "flags": self.flags | loading,
            "timestamp": timestamp(self.created),
            "edited_timestamp": timestamp(self.edited) if self.edited else None,
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
        }


@dataclass
class World:
    """Everything that exists, by id."""

    bot: User
    new_id: Snowflakes
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    commands: dict[int | None, list[JSON]] = field(default_factory=dict)  # by guild; None: global
    _messages: dict[int, Message] = field(default_factory=dict)

    def keep(self, message: Message) -> None:
        """Let a message stand in its channel."""
        message.channel.messages.append(message)
        self._messages[message.id] = message

    def message(self, channel: Channel, message_id: int) -> Message | None:
        found = self._messages.get(message_id)
        return found if found is not None and found.channel is channel else None
