"""What an interaction's callback and its webhook routes do."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.system.discord_stub import messages
from tests.system.discord_stub.errors import ApiError, refuse
from tests.system.discord_stub.form import Problem
from tests.system.discord_stub.interactions import (
    AUTOCOMPLETE,
    CHOICES,
    COMPONENT,
    LATER,
    MODAL,
    MODAL_SUBMIT,
    REPLY,
    THINK,
    UPDATE,
    Interaction,
)
from tests.system.discord_stub.validate import choice_problems, modal_problems

if TYPE_CHECKING:
    from tests.system.discord_stub.form import JSON
    from tests.system.discord_stub.messages import Files
    from tests.system.discord_stub.state import Message, World


@dataclass
class Callbacks:
    """The interactions of a stub and the rules of their tokens (times in seconds)."""

    world: World
    answer_within: float
    token_life: float
    interactions: dict[str, Interaction] = field(default_factory=dict)  # by token

    def respond(self, interaction_id: int, token: str, body: JSON, files: Files) -> Interaction:
        """The first response. 10062 when unknown or late, 40060 when there was one already."""
        interaction = self.interactions.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise ApiError(404, 10062)
        if interaction.answer is not None:
            raise ApiError(400, 40060)
        if time.monotonic() - interaction.created > self.answer_within:
            raise ApiError(404, 10062)
        kind = body.get("type")
        if kind not in _allowed(interaction):
            message = f"Response type {kind} is not allowed for interaction {interaction.type}."
            refuse([Problem(("type",), "INTERACTION_RESPONSE_TYPE_INVALID", message)])
        self._apply(interaction, int(kind or 0), body.get("data") or {}, files)
        interaction.answer = body
        return interaction

    def _apply(self, interaction: Interaction, kind: int, data: JSON, files: Files) -> None:
        channel, source = interaction.channel, interaction.source
        if kind == REPLY:
            interaction.original = messages.create(self.world, channel, data, files, "callback")
        elif kind == THINK:
            interaction.original = messages.defer(self.world, channel, data.get("flags") or 0)
        elif kind == MODAL:
            refuse(modal_problems(data))
        elif kind == CHOICES:
            refuse(choice_problems(data))
        else:
            interaction.original = source
            if kind == UPDATE and source is not None:
                if source.deleted:
                    raise ApiError(404, 10008)
                messages.edit(self.world, source, data, files, "callback")
        if kind in (REPLY, THINK) and interaction.original is not None:
            interaction.original.interaction = interaction.metadata()

    def alive(self, token: str) -> Interaction:
        """The interaction of a token on a webhook route, or the error that a dead one gives."""
        interaction = self.interactions.get(token)
        if interaction is None or interaction.answer is None:
            raise ApiError(404, 10015)
        if time.monotonic() - interaction.created > self.token_life:
            raise ApiError(401, 50027)
        return interaction

    def follow_up(self, token: str, body: JSON, files: Files) -> Message:
        """A further message; the first one after a "thinking" answer takes its place."""
        interaction = self.alive(token)
        original = interaction.original
        if original is not None and original.thinking and not original.deleted:
            messages.edit(self.world, original, body, files, "token")
            return original
        message = messages.create(self.world, interaction.channel, body, files, "token")
        message.interaction = interaction.metadata()
        interaction.followups.append(message)
        return message

    def response(self, interaction: Interaction, base_url: str) -> JSON:
        """The body of a callback that asked for one."""
        told: JSON = {"id": str(interaction.id), "type": interaction.type}
        kind, original = interaction.kind, interaction.original
        if original is None:
            return {"interaction": told, "resource": {"type": kind}}
        told |= {
            "response_message_id": str(original.id),
            "response_message_loading": original.thinking,
            "response_message_ephemeral": original.ephemeral,
        }
        resource: JSON = {"type": kind}
        if kind in (REPLY, UPDATE):
            resource["message"] = original.payload(base_url)
        return {"interaction": told, "resource": resource}


def _allowed(interaction: Interaction) -> set[int]:
    if interaction.type == AUTOCOMPLETE:
        return {CHOICES}
    allowed = {REPLY, THINK}
    if interaction.type != MODAL_SUBMIT:
        allowed.add(MODAL)
    if interaction.type == COMPONENT or interaction.source is not None:
        allowed |= {LATER, UPDATE}
    return allowed
