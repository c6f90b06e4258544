"""What people do: commands, presses, forms. Each is dispatched to the connected bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.system.discord_stub import messages
from tests.system.discord_stub.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    REPLY,
    Interaction,
    filled,
    nested,
    options,
)

if TYPE_CHECKING:
    from tests.system.discord_stub.callbacks import Callbacks
    from tests.system.discord_stub.form import JSON
    from tests.system.discord_stub.gateway import Gateway
    from tests.system.discord_stub.log import EventLog
    from tests.system.discord_stub.state import Channel, Message, User, World


class Actors:
    """The part of DiscordStub that acts as its users."""

    world: World
    gateway: Gateway
    base_url: str
    _log: EventLog
    _callbacks: Callbacks

    async def slash(
        self, channel: Channel, user: User, command: str, *, locale: str = "en-US", **values: Any
    ) -> Interaction:
        """Run a slash command; `command` may be "group sub"."""
        return await self._act(COMMAND, channel, user, self._data(command, values), locale)

    async def autocomplete(
        self,
        channel: Channel,
        user: User,
        command: str,
        *,
        focused: str,
        locale: str = "en-US",
        **values: Any,
    ) -> Interaction:
        """Type into the option `focused`, whose text so far is among the values."""
        data = self._data(command, values, focused)
        return await self._act(AUTOCOMPLETE, channel, user, data, locale)

    async def press(
        self,
        message: Message,
        custom_id: str,
        user: User,
        *,
        locale: str = "en-US",
        values: list[str] | None = None,
    ) -> Interaction:
        """Press a button, or choose `values` in a select. LookupError if it is missing or disabled."""
        found = [each for each in message.buttons() if each.get("custom_id") == custom_id]
        if message.deleted or not found or found[0].get("disabled"):
            raise LookupError(f"{custom_id!r} cannot be pressed on message {message.id}")
        data: JSON = {"component_type": found[0]["type"], "custom_id": custom_id}
        if values is not None:
            data["values"] = values
        return await self._act(COMPONENT, message.channel, user, data, locale, message)

    async def submit(
        self, opened: Interaction, values: dict[str, str], *, locale: str = "en-US"
    ) -> Interaction:
        """Send the form that an interaction opened; `values` by custom_id of the field."""
        if opened.modal is None:
            raise LookupError("no form was opened")
        components = filled(opened.modal["components"], values)
        data: JSON = {"custom_id": opened.modal["custom_id"], "components": components}
        channel, user = opened.channel, opened.user
        return await self._act(MODAL_SUBMIT, channel, user, data, locale, opened.source)

    def answered(self, channel: Channel, user: User) -> Interaction:
        """A command that was answered already, for programs that have no gateway."""
        found = Interaction(self.world.new_id(), COMMAND, channel, user, {}, "en-US", self._log)
        self._callbacks.interactions[found.token] = found
        answer: JSON = {"type": REPLY, "data": {"content": "…"}}
        return self._callbacks.respond(found.id, found.token, answer, {})

    def standing(self, channel: Channel, body: JSON) -> Message:
        """A message of the bot that an earlier process of it left in a channel."""
        return messages.create(self.world, channel, body, {}, "callback")

    async def forge(
        self,
        kind: int,
        channel: Channel,
        user: User,
        custom_id: str,
        source: Message | None = None,
        components: list[JSON] | None = None,
    ) -> Interaction:
        """Send a press (3) or a modal submit (5) that no Discord client would send."""
        data: JSON = {"custom_id": custom_id, "component_type": 2}
        if kind == MODAL_SUBMIT:
            data = {"custom_id": custom_id, "components": components or []}
        return await self._act(kind, channel, user, data, "en-US", source)

    async def _act(
        self,
        kind: int,
        channel: Channel,
        user: User,
        data: JSON,
        locale: str,
        source: Message | None = None,
    ) -> Interaction:
        if not self.gateway.connected:
            raise RuntimeError("no bot is connected: await stub.ready() first")
        number = self.world.new_id()
        interaction = Interaction(number, kind, channel, user, data, locale, self._log, source)
        self._callbacks.interactions[interaction.token] = interaction
        payload = interaction.payload(self.world.bot.id, self.base_url)
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        return interaction

    def _data(self, command: str, values: dict[str, Any], focused: str | None = None) -> JSON:
        name, *rest = command.split()
        known = {each["name"]: each["id"] for each in self.world.commands.get(None, [])}
        # A bot that found its commands unchanged does not register them again.
        number = known.get(name, "1")
        written = nested(rest, options(values, focused))
        return {"id": number, "name": name, "type": 1, "options": written}
