"""Somebody in another place: what they do there, what they see of it, and what they must not see."""

from __future__ import annotations

from typing import Any

import discord
import simcord
from simcord.actors import _dispatch_actor_interaction
from simcord.backend import serializers

from tests.bot.conftest import BotHarness

SERVER, DIRECT = "another server", "a stranger's direct messages"
_COMPONENT, _MODAL = 3, 5


class Outsider:
    """A person who shares no server with the members of the first one, but can use the bot."""

    def __init__(self, harness: BotHarness, where: str) -> None:
        self.harness = harness
        user = harness.env.create_user("zoe")
        self.actor: simcord.MemberActor | simcord.UserHandle = user
        if where == SERVER:
            guild = harness.new_guild("Elsewhere")
            self.channel = guild.create_text_channel("gallery")
            self.actor = guild.add_member(user)
        else:
            self.channel = user.dm_channel
        self._told: list[str] = []

    async def show(self, task_id: str) -> discord.Message:
        """Type /status, and return the card."""
        if isinstance(self.actor, simcord.MemberActor):
            result = await self.actor.slash(self.channel, "status", task_id=task_id)
        else:
            result = await self.actor.slash("status", task_id=task_id)
        self._note(result)
        await self.harness.wait(2)
        return max((each for each in self.messages if each.embeds), key=lambda message: message.id)

    async def suggestions(self, text: str) -> list[str]:
        """Return the ids that autocomplete offers."""
        if isinstance(self.actor, simcord.MemberActor):
            choices = await self.actor.autocomplete(self.channel, "status", "task_id", text)
        else:
            choices = await self.actor.autocomplete("status", "task_id", text)
        self._told.append(str(choices))
        return [str(each["value"]) for each in choices]

    async def press(self, message: discord.Message, label: str) -> simcord.InteractionResult:
        custom_id = self.harness.button(message, label).custom_id
        return self._note(await self.actor.click(message, custom_id=custom_id))

    async def pick(self, message: discord.Message, label: str) -> simcord.InteractionResult:
        value = next(each.value for each in self.harness.menu(message) if each.label == label)
        return self._note(await self.actor.select(message, [value]))

    async def submit(self, shown: simcord.InteractionResult, prompt: str) -> simcord.InteractionResult:
        return self._note(await self.actor.submit_modal(shown, {"prompt": prompt}))

    async def forge(
        self, message: discord.Message, custom_id: str, *values: str
    ) -> simcord.InteractionResult:
        """Send an interaction that no button of this message leads to; ``values`` are those of a menu."""
        modal = custom_id.startswith("mj1:form:")
        field = {"type": 4, "custom_id": "prompt", "value": "forged"}
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": 3 if values else 2}
        data |= {"components": [{"type": 1, "components": [field]}]} if modal else {"values": list(values)}
        backend = self.harness.env.backend
        stored = backend.get_message(message.channel.id, message.id)
        return self._note(
            await _dispatch_actor_interaction(
                self.actor,
                _MODAL if modal else _COMPONENT,
                self.channel,
                data,
                extra={"message": dict(serializers.message_payload(backend, stored))},
                source_message_id=stored.id,
            )
        )

    @property
    def messages(self) -> list[discord.Message]:
        return self.channel.history()

    @property
    def seen(self) -> str:
        """Everything that the bot has shown in this place."""
        return "\n".join([*self._told, *map(text_of, self.messages)])

    def _note(self, result: simcord.InteractionResult) -> simcord.InteractionResult:
        self._told += [answer_to(result), str(result.modal)]
        return result


def text_of(message: discord.Message) -> str:
    """Return all that a message contains, with its links and custom_ids."""
    parts = [*(each.to_dict() for each in message.embeds), *(each.to_dict() for each in message.components)]
    return f"{message.content} {parts}"


def answer_to(result: simcord.InteractionResult) -> str:
    """Return the texts of all private responses to an interaction."""
    shown = [result.response, *result.followups]
    return "\n".join(each.content for each in shown if each is not None and each.ephemeral)


def secrets_of(harness: BotHarness) -> set[str]:
    """Return what only the first server knows: its ids, its people, its messages and the tasks it made."""
    ids = [harness.guild.id, harness.channel.id, harness.ann.id, *(each.id for each in harness.messages)]
    made = [each.child_id for each in harness.world.log if each.child_id]
    prompts = [each.prompt for each in harness.world.log if each.prompt]
    return {"Atelier", *map(str, ids), *made, *prompts}
