"""The marks of new submits, and what is stored with them."""

from __future__ import annotations

import secrets

from mjbot.core.model.submits import MARK_BYTES, mark_of
from mjbot.core.model.task import Mark
from mjbot.ports import InteractionContext, SubmitOrigin


def new_mark() -> Mark:
    """Return a mark that no other submit carries."""
    return mark_of(secrets.token_bytes(MARK_BYTES))


def origin_of(context: InteractionContext, label: str, *marks: Mark) -> SubmitOrigin:
    """Return the origin of a press in an interaction, where its card is posted if it must be found."""
    return SubmitOrigin(marks, label, context.guild_id, context.channel_id, context.user_id, context.locale)
