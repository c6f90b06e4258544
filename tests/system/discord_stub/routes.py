"""The REST routes of the stub: which there are, which bucket each is in, and what each does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.system.discord_stub import messages
from tests.system.discord_stub.errors import ApiError
from tests.system.discord_stub.registry import register
from tests.system.discord_stub.state import HISTORY, SEND, SEND_IN_THREADS, THREAD, VIEW
from tests.system.discord_stub.validate import EPHEMERAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.discord_answers import Call
    from tests.system.discord_stub.callbacks import Callbacks
    from tests.system.discord_stub.form import JSON
    from tests.system.discord_stub.state import Channel, Message, World

Parts = dict[str, str]
HOUR = 3600.0


@dataclass(frozen=True)
class Reply:
    """A status, a JSON body (None: empty) and, if something was changed, which message and how."""

    status: int
    body: Any = None
    applied: str = ""
    message_id: int | None = None


@dataclass(frozen=True)
class Route:
    """`group` names the rate-limit bucket, `major` the path parameter that divides it."""

    method: str
    pattern: re.Pattern[str]
    group: str
    major: str
    handle: Callable[[Api, Call, Parts], Reply]

    @property
    def by_token(self) -> bool:
        """Interaction routes carry their own credential and are outside the global limit."""
        return self.major == "token"


class Api:
    """The handlers. Each is a plain function: what it does happens at once or not at all."""

    def __init__(self, world: World, callbacks: Callbacks, base_url: Callable[[], str]) -> None:
        self.world, self.callbacks, self._base_url = world, callbacks, base_url

    def me(self, call: Call, parts: Parts) -> Reply:
        return Reply(200, self.world.bot.payload())

    def application(self, call: Call, parts: Parts) -> Reply:
        bot = self.world.bot
        about: JSON = {"id": str(bot.id), "name": bot.name, "icon": None, "description": ""}
        about |= {"bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64}
        owner = {**bot.payload(), "id": "1", "username": "owner", "bot": False}
        return Reply(200, about | {"owner": owner, "bot": bot.payload(), "flags": 0, "team": None})

    def gateway(self, call: Call, parts: Parts) -> Reply:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
        url = self._base_url().replace("http", "ws", 1) + "/gateway"
        return Reply(200, {"url": url, "shards": 1, "session_start_limit": limit})

    def commands(self, call: Call, parts: Parts) -> Reply:
        guild_id = int(parts["guild"]) if "guild" in parts else None
        if call.method == "GET":
            return Reply(200, self.world.commands.get(guild_id, []))
        return Reply(200, register(self.world, guild_id, call.body), "commands")

    def channel(self, call: Call, parts: Parts) -> Reply:
        return Reply(200, self._channel(parts).payload())

    def send(self, call: Call, parts: Parts) -> Reply:
        channel = self._channel(parts)
        needed = SEND_IN_THREADS if channel.type == THREAD else SEND
        if not channel.app_permissions & needed:
            raise ApiError(403, 50013)
        body = {**call.form, "flags": (call.form.get("flags") or 0) & ~EPHEMERAL}
        return self._delivered(messages.create(self.world, channel, body, call.files, "channel"), "send")

    def list_messages(self, call: Call, parts: Parts) -> Reply:
        """Up to 100 messages, newest first: the oldest ones after ``after``, or else the newest of all."""
        channel = self._channel(parts)
        if not channel.app_permissions & HISTORY:
            return Reply(200, [])
        after, limit = call.query.get("after"), int(call.query.get("limit") or 50)
        listed = [
            each
            for each in channel.messages
            if not (each.deleted or each.ephemeral) and each.id > int(after or 0)
        ]
        found = listed[:limit] if after else listed[-limit:]
        return Reply(200, [each.payload(self._base_url()) for each in reversed(found)])

    def get_message(self, call: Call, parts: Parts) -> Reply:
        return Reply(200, self._message(parts).payload(self._base_url()))

    def edit_message(self, call: Call, parts: Parts) -> Reply:
        message = self._message(parts)
        if message.channel.archived:
            raise ApiError(400, 50083)
        messages.edit(self.world, message, call.form, call.files, "channel")
        return self._delivered(message, "edit")

    def delete_message(self, call: Call, parts: Parts) -> Reply:
        message = self._message(parts)
        message.deleted = True
        return Reply(204, None, "delete", message.id)

    def callback(self, call: Call, parts: Parts) -> Reply:
        number = int(parts["interaction"])
        interaction = self.callbacks.respond(number, parts["token"], call.form, call.files)
        original = interaction.original
        number_of_message = original.id if original else None
        applied = f"callback {interaction.kind}"
        if call.query.get("with_response") not in ("1", "true"):
            return Reply(204, None, applied, number_of_message)
        body = self.callbacks.response(interaction, self._base_url())
        return Reply(200, body, applied, number_of_message)

    def follow_up(self, call: Call, parts: Parts) -> Reply:
        message = self.callbacks.follow_up(parts["token"], call.form, call.files)
        return self._delivered(message, "followup")

    def answer(self, call: Call, parts: Parts) -> Reply:
        """GET, PATCH and DELETE of a message of an interaction."""
        message = self.callbacks.alive(parts["token"]).find(parts["answer"])
        if call.method == "DELETE":
            message.deleted = True
            return Reply(204, None, "delete", message.id)
        if call.method == "GET":
            return Reply(200, message.payload(self._base_url()))
        messages.edit(self.world, message, call.form, call.files, "token")
        return self._delivered(message, "edit")

    def is_old(self, parts: Parts) -> bool:
        """Whether the message of a path is one whose edits are counted apart."""
        channel = self.world.channels.get(int(parts["channel"]))
        message = self.world.message(channel, int(parts["message"])) if channel else None
        return message is not None and message.age > HOUR

    def channel_of(self, token: str) -> str:
        """The id of the channel that an interaction's token belongs to; "" for none."""
        interaction = self.callbacks.interactions.get(token)
        return str(interaction.channel.id) if interaction else ""

    def _delivered(self, message: Message, applied: str) -> Reply:
        return Reply(200, message.payload(self._base_url()), applied, message.id)

    def _channel(self, parts: Parts) -> Channel:
        channel = self.world.channels.get(int(parts["channel"]))
        if channel is None or channel.deleted:
            raise ApiError(404, 10003)
        if not channel.app_permissions & VIEW:
            raise ApiError(403, 50001)
        return channel

    def _message(self, parts: Parts) -> Message:
        message = self.world.message(self._channel(parts), int(parts["message"]))
        # The channel route does not know ephemeral messages at all.
        if message is None or message.deleted or message.ephemeral:
            raise ApiError(404, 10008)
        return message


def _route(methods: str, path: str, group: str, handle: Callable[[Api, Call, Parts], Reply]) -> list[Route]:
    words = re.findall(r"\{(\w+)\}", path)
    major = next((word for word in ("token", "channel", "guild") if word in words), "")
    shapes = {"token": r"[^/]+", "answer": r"\d+|@original"}  # all others are ids
    text = re.sub(r"\{(\w+)\}", lambda m: f"(?P<{m[1]}>{shapes.get(m[1], '[0-9]+')})", path)
    pattern = re.compile(text)
    return [Route(method, pattern, group, major, handle) for method in methods.split()]


HOOK = "/webhooks/{application}/{token}"
ROUTES = [
    *_route("GET", "/users/@me", "me", Api.me),
    *_route("GET", "/oauth2/applications/@me", "oauth2", Api.application),
    *_route("GET", "/applications/@me", "application", Api.application),
    *_route("GET", "/gateway/bot", "gateway", Api.gateway),
    *_route("GET PUT", "/applications/{application}/commands", "commands", Api.commands),
    *_route("GET PUT", "/applications/{application}/guilds/{guild}/commands", "guilded", Api.commands),
    *_route("GET", "/channels/{channel}", "channel", Api.channel),
    *_route("POST", "/channels/{channel}/messages", "edits", Api.send),
    *_route("GET", "/channels/{channel}/messages", "lists", Api.list_messages),
    *_route("PATCH", "/channels/{channel}/messages/{message}", "edits", Api.edit_message),
    *_route("GET", "/channels/{channel}/messages/{message}", "reads", Api.get_message),
    *_route("DELETE", "/channels/{channel}/messages/{message}", "deletes", Api.delete_message),
    *_route("POST", "/interactions/{interaction}/{token}/callback", "callbacks", Api.callback),
    *_route("POST", HOOK, "tokens:follow", Api.follow_up),
    *_route("GET PATCH DELETE", HOOK + "/messages/{answer}", "tokens:messages", Api.answer),
]


def find(call: Call) -> tuple[Route, Parts]:
    """The route of a call and its path parameters; 404 if there is none."""
    for route in ROUTES:
        found = route.pattern.fullmatch(call.path)
        if found and route.method == call.method:
            return route, found.groupdict()
    raise ApiError(404, 0, "404: Not Found")
