"""The simulated Discord server of the demo: its people, their messages and their clicks.

SimCord keeps the messages and runs the bot. SimCord's actors wait until the bot is idle and may not act while
time advances, so a click would wait for seconds. The methods here send an interaction to the gateway and
return with the bot's initial response, as Discord's own client does.

This module uses names of simcord 3.2.1 that are not documented: all of `simcord.interactions` and
`simcord.backend.serializers`, and the members of `Env.backend`. Check them before an upgrade.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import simcord
from simcord import interactions
from simcord.backend import serializers
from simcord.backend.models import Interaction, Message
from simcord.components import walk_components
from simcord.enums import ComponentType, InteractionType, OptionType

from mjbot.bot import INVITE_PERMISSIONS
from mjbot.sandbox.demo_commands import CommandOption, Payload, filled, localized
from mjbot.sandbox.demo_texts import DemoTexts

Files = Mapping[str, Sequence[tuple[str, bytes]]]
"""The uploaded files of a form or command: names and contents, by field or option."""

_RESPONSE_SECONDS = 3.0  # https://discord.com/developers/docs/interactions/receiving-and-responding
_LOOK_AGAIN = 0.02  # seconds; SimCord announces no responses
_HISTORY = 60  # messages that the page shows
_LOADING = 1 << 7  # a flag: "mjbot is thinking…"
_COMMAND_REPLY = 20  # the type of a message that responds to a slash command
_MANAGE_SERVER = 1 << 5


class NotThere(Exception):
    """Raised if the message, button, modal or command does not exist for this person."""


@dataclass(frozen=True)
class FirstResponse:
    """The bot's initial response to an interaction. ``answered`` is False if none came in time."""

    interaction: int
    answered: bool
    modal: Payload | None = None
    choices: Sequence[Payload] = ()


class DemoGuild:
    """One server with one channel, two people, and a guide who explains the demo."""

    def __init__(self, env: simcord.Env, texts: DemoTexts) -> None:
        self._env, self._texts, self._backend = env, texts, env.backend
        guild = env.create_guild(texts.guild, preferred_locale=texts.language)
        self._channel = guild.create_text_channel(texts.channel, topic=texts.topic)
        manager = guild.create_role(texts.manager)
        self._backend.get_guild(guild.id).roles[manager.id].permissions = _MANAGE_SERVER
        artist = guild.create_role(texts.artist)
        self._guide = guild.add_member(env.create_user("guide", bot=True, global_name=texts.guide))
        self.you = guild.add_member(env.create_user("you", global_name=texts.you), roles=[manager]).id
        self.friend = guild.add_member(env.create_user("mira", global_name=texts.friend), roles=[artist]).id
        self.id, self.channel_id = guild.id, self._channel.id
        self._roles = [manager, artist]
        self._posts = 0
        invite(env, guild)

    @property
    def version(self) -> int:
        """A number that increases with each request of the bot and each posted message."""
        return len(self._env.http_requests) + self._posts

    @property
    def names(self) -> dict[str, str]:
        """The names of people, roles and the channel, by mention such as ``@1``, ``@&2`` or ``#3``."""
        people = {f"@{each.id}": each.global_name or each.name for each in self._backend.users.values()}
        roles = {f"@&{each.id}": each.name for each in self._roles}
        return people | roles | {f"#{self.channel_id}": self._texts.channel}

    def post(self, author: int | None, content: str) -> None:
        """Post a message by a person, or by the guide if ``author`` is None."""
        self._posts += 1
        self._backend.create_message(self.channel_id, author or self._guide.id, content)

    def messages(self, person: int) -> Iterator[Payload]:
        """Yield the latest messages that a person sees, oldest first."""
        stored = sorted(self._backend.messages.get(self.channel_id, {}).items())
        visible = [message for _, message in stored if message.visible_to(person)]
        for message in visible[-_HISTORY:]:
            yield self._row(message)

    def file(self, path: str) -> bytes | None:
        """Return an attachment by the path of its URL."""
        return self._backend.cdn.get(f"{FILES}/{path}")

    def commands(self, person: int) -> list[Payload]:
        """Return the slash commands that a person may use, in the language of the demo."""
        found = self._backend.visible_commands(user_id=person, channel_id=self.channel_id)
        return [
            {
                "name": " ".join(path),
                "about": localized(leaf, "description", self._texts.language),
                "options": [each.row(self._texts.page) for each in self._options(leaf)],
            }
            for command in found
            for path, leaf in interactions.command_leaves(command)
        ]

    async def run(
        self, person: int, name: str, options: Mapping[str, str], files: Files, focused: str = ""
    ) -> FirstResponse:
        """Run a slash command, or request autocomplete for the option ``focused``.

        Raises `NotThere` and `InvalidOption`.
        """
        root, *path = name.split() or [""]
        found = self._backend.visible_commands(user_id=person, channel_id=self.channel_id)
        command = next((each for each in found if each["name"] == root), None)
        leaves = {" ".join(way): leaf for way, leaf in interactions.command_leaves(command or {"name": ""})}
        if command is None or name not in leaves:
            raise NotThere(name)
        resolved: Payload = {}
        stored = {key: self._store(uploaded[0], resolved) for key, uploaded in files.items() if uploaded}
        built = list(filled(self._options(leaves[name]), options, stored, focused))
        for each in built:
            if each["type"] == OptionType.ROLE:
                role = self._backend.get_guild(self.id).roles[int(each["value"])]
                resolved["roles"] = {each["value"]: dict(serializers.role_payload(role))}
        data = {"id": command["id"], "name": root, "type": 1, "resolved": resolved}
        data["options"] = interactions.nest_options(command, path, built)
        kind = (
            InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE
            if focused
            else InteractionType.APPLICATION_COMMAND
        )
        return await self._send(kind, person, data)

    async def press(
        self, person: int, message_id: int, custom_id: str, values: Sequence[str] = ()
    ) -> FirstResponse:
        """Press a button, or choose from a menu."""
        message = self._message(message_id, person)
        found = (each for each in walk_components(message.components) if each.get("custom_id") == custom_id)
        component = next(found, None)
        if component is None or component.get("disabled"):
            raise NotThere(custom_id)
        data: Payload = {"custom_id": custom_id, "component_type": component["type"]}
        if values:
            data["values"] = list(values)
        return await self._send(InteractionType.MESSAGE_COMPONENT, person, data, message)

    async def submit(
        self, person: int, interaction: int, values: Mapping[str, str], files: Files
    ) -> FirstResponse:
        """Submit the modal with which the bot responded to an interaction."""
        shown = self._backend.interactions.get(interaction)
        if shown is None or shown.modal is None or shown.user_id != person:
            raise NotThere(str(interaction))
        resolved: Payload = {}
        rows = [
            {"type": label["type"], "component": self._field(label["component"], values, files, resolved)}
            for label in shown.modal["components"]
        ]
        source = shown.source_message_id
        message = self._message(source, person) if source else None
        data = {"custom_id": shown.modal["custom_id"], "components": rows, "resolved": resolved}
        return await self._send(InteractionType.MODAL_SUBMIT, person, data, message)

    def _field(self, field: Payload, values: Mapping[str, str], files: Files, resolved: Payload) -> Payload:
        name = field["custom_id"]
        filled: Payload = {"type": field["type"], "custom_id": name}
        if field["type"] == ComponentType.TEXT_INPUT:
            return filled | {"value": values.get(name, "")}
        chosen = [values[name]] if name in values else []
        return filled | {"values": chosen or [self._store(each, resolved) for each in files.get(name, ())]}

    def _store(self, file: tuple[str, bytes], resolved: Payload) -> str:
        """Store an uploaded file, describe it in ``resolved``, and return its id."""
        store = interactions.store_interaction_attachment
        return str(store(self._backend, self.channel_id, *file, resolved))

    def _message(self, message_id: int, person: int) -> Message:
        message = self._backend.messages.get(self.channel_id, {}).get(message_id)
        if message is None or not message.visible_to(person):
            raise NotThere(str(message_id))
        return message

    async def _send(
        self, kind: InteractionType, person: int, data: Payload, message: Message | None = None
    ) -> FirstResponse:
        record, payload = interactions.base_payload(
            self._backend,
            type=kind,
            channel_id=self.channel_id,
            guild_id=self.id,
            user_id=person,
            data=data,
        )
        payload["locale"] = payload["guild_locale"] = self._texts.language
        if message is not None:
            record.source_message_id = message.id
            payload["message"] = dict(serializers.message_payload(self._backend, message))
        self._backend.emit("INTERACTION_CREATE", payload)
        return await _first_response(record)

    def _options(self, leaf: Payload) -> list[CommandOption]:
        roles = {each.id: each.name for each in self._roles}
        return [CommandOption.of(each, roles, self._texts.language) for each in leaf.get("options") or ()]

    def _row(self, message: Message) -> Payload:
        author = self._backend.get_user(message.author_id)
        used = (message.interaction_metadata or {}) if message.type == _COMMAND_REPLY else {}
        payload = serializers.message_payload(self._backend, message)
        return {
            "id": str(message.id),
            "author": author.global_name or author.name,
            "bot": author.bot,
            "time": payload["timestamp"],
            "content": message.content,
            "embeds": payload["embeds"],
            "attachments": payload["attachments"],
            "components": payload["components"],
            "private": message.is_ephemeral,
            "thinking": bool(message.flags & _LOADING),
            "usedBy": (used.get("user") or {}).get("global_name") or "",
            "command": used.get("name") or "",
        }


FILES = "https://cdn.simcord.invalid"
"""The address of SimCord's attachments, under which nothing can be downloaded."""


def invite(env: simcord.Env, guild: simcord.GuildHandle) -> None:
    """Give the bot exactly the permissions of its invite link. SimCord grants nearly all by default."""
    for role in env.backend.get_guild(guild.id).roles.values():
        if role.managed:
            role.permissions = INVITE_PERMISSIONS.value


async def _first_response(record: Interaction) -> FirstResponse:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _RESPONSE_SECONDS
    while not record.responded and loop.time() < deadline:
        await asyncio.sleep(_LOOK_AGAIN)
    return FirstResponse(record.id, record.responded, record.modal, tuple(record.autocomplete_choices or ()))
