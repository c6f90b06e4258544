"""Interactions: the payload that the bot gets, and what became of it.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.system.discord_stub.errors import ApiError
from tests.system.discord_stub.log import SECONDS
from tests.system.discord_stub.messages import FILE_LIMIT
from tests.system.discord_stub.state import DM, HISTORY, SEND, VIEW

if TYPE_CHECKING:
    from tests.system.discord_stub.form import JSON
    from tests.system.discord_stub.log import EventLog
    from tests.system.discord_stub.state import Channel, Message, User

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
REPLY, THINK, LATER, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


@dataclass
class Interaction:
    """One thing that a user did, from the user's side: `await answered()`, then look."""

    id: int
    type: int
    channel: Channel
    user: User
    data: JSON
    locale: str
    log: EventLog = field(repr=False)
    source: Message | None = None  # the message whose component was pressed
    token: str = field(default_factory=lambda: f"canary-{secrets.token_urlsafe(24)}", repr=False)
    created: float = field(default_factory=time.monotonic)
    answer: JSON | None = None  # the callback's body once it is accepted: {"type", "data"}
    original: Message | None = None  # what `@original` means
    followups: list[Message] = field(default_factory=list)

    async def answered(self, timeout: float = SECONDS) -> Interaction:
        """Wait for the first response (the callback)."""
        await self.log.until(lambda: self.answer, timeout)
        return self

    @property
    def kind(self) -> int | None:
        """The type of the callback, None until it comes."""
        return int(self.answer["type"]) if self.answer else None

    @property
    def messages(self) -> list[Message]:
        """All messages that this interaction made, the answer first."""
        made = [self.original] if self.original and self.kind in (REPLY, THINK) else []
        return [*made, *self.followups]

    @property
    def message(self) -> Message | None:
        """The first public message that it made."""
        return next((each for each in self.messages if not each.ephemeral), None)

    @property
    def ephemeral(self) -> Message | None:
        """The last message that only the user sees."""
        return next((each for each in reversed(self.messages) if each.ephemeral), None)

    @property
    def modal(self) -> JSON | None:
        """The form that it opened."""
        return self.answer["data"] if self.answer and self.kind == MODAL else None

    @property
    def choices(self) -> list[Any]:
        """What autocomplete offered."""
        return self.answer["data"]["choices"] if self.answer and self.kind == CHOICES else []

    def expire(self) -> None:
        """Make it so old that its token is dead."""
        self.created -= 3600

    def find(self, reference: str) -> Message:
        """The message that a webhook route means; ApiError 10008 if there is none (any more)."""
        mine = [*self.followups, *([self.original] if self.original else [])]
        wanted = self.original if reference == "@original" else None
        found = wanted or next((each for each in mine if str(each.id) == reference), None)
        if found is None or found.deleted:
            raise ApiError(404, 10008)
        return found

    def metadata(self) -> JSON:
        """How its messages tell where they come from."""
        owners = self._owners()
        return {
            "id": str(self.id),
            "type": self.type,
            "user": self.user.payload(),
            "authorizing_integration_owners": owners,
        }

    def payload(self, application_id: int, base_url: str) -> JSON:
        """INTERACTION_CREATE."""
        channel = self.channel
        permissions = channel.app_permissions
        body: JSON = {
            "id": str(self.id),
            "application_id": str(application_id),
            "type": self.type,
            "version": 1,
            "token": self.token,
            "data": self.data,
            "channel_id": str(channel.id),
            "channel": channel.payload() | {"permissions": str(VIEW | SEND | HISTORY)},
            "context": 1 if channel.type == DM else 0,
            "locale": self.locale,
            "app_permissions": str(permissions),
            "authorizing_integration_owners": self._owners(),
            "attachment_size_limit": FILE_LIMIT,
            "entitlements": [],
            "entitlement_sku_ids": [],
        }
        if self.source is not None:
            body["message"] = self.source.payload(base_url)
        if channel.guild is None:
            return body | {"user": self.user.payload()}
        guild = {"id": str(channel.guild.id), "locale": channel.guild.locale, "features": []}
        body |= {"guild_id": guild["id"], "guild_locale": channel.guild.locale, "guild": guild}
        return body | {"member": self.user.member(VIEW | SEND | HISTORY)}

    def _owners(self) -> JSON:
        return {"0": str(self.channel.guild.id) if self.channel.guild else "0"}


def options(values: dict[str, Any], focused: str | None = None) -> list[JSON]:
    """Command options as Discord sends them, their types taken from the Python values."""
    kinds: dict[type, int] = {str: 3, int: 4, bool: 5, float: 10}
    written: list[JSON] = []
    for name, value in values.items():
        option: JSON = {"name": name, "type": kinds[type(value)], "value": value}
        written.append(option | ({"focused": True} if name == focused else {}))
    return written


def nested(words: list[str], values: list[JSON]) -> list[JSON]:
    """The options of `/group sub command`: each word below the command wraps what follows."""
    for n, word in enumerate(reversed(words)):
        values = [{"name": word, "type": 1 if n == 0 else 2, "options": values}]
    return values


def filled(components: list[JSON], values: dict[str, str]) -> list[JSON]:
    """The components of a modal with what the user typed, as a submit carries them."""
    result: list[JSON] = []
    for component in components:
        copy: JSON = {key: component[key] for key in ("type", "id", "custom_id") if key in component}
        if component.get("custom_id"):
            typed = values.get(component["custom_id"], component.get("value") or "")
            copy["value"] = typed
        if "components" in component:
            copy["components"] = filled(component["components"], values)
        if "component" in component:
            copy["component"] = filled([component["component"]], values)[0]
        result.append(copy)
    return result
