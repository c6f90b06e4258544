"""The marks of new submits. A mark is a random string with which the task of a lost submit can be found."""

from __future__ import annotations

import secrets

from mjbot.core.model.submits import MARK_BYTES, mark_of
from mjbot.core.model.task import Mark
from mjbot.ports import InteractionContext, SubmitOrigin


def new_mark() -> Mark:
    """Create a mark that no other submit has."""
    return mark_of(secrets.token_bytes(MARK_BYTES))


def origin_of(context: InteractionContext, label: str, *marks: Mark) -> SubmitOrigin:
    """Build the origin of a press: the channel, user and marks that are needed if the submit is lost."""
    return SubmitOrigin(marks, label, context.guild_id, context.channel_id, context.user_id, context.locale)
