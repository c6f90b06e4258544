"""Places: a guild, or one person's direct messages. What a place may know and do comes from what it has seen.

One rule holds for every way to a task:

- A place has seen a task if one of its messages shows it, or is about to.
- Lineage, links, suggestions and reports of earlier presses name only what the place has seen.
- Anybody who knows an id may look at the task with `/status`: then the place has seen it.
- A press needs a place that has seen the task, the press policy there, and that of the first guild which saw
  it. Direct messages have no policy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A guild with all its channels and threads, or (without ``guild_id``) a user's direct messages."""

    guild_id: int | None
    user_id: int = 0

    @classmethod
    def of(cls, guild_id: int | None, user_id: int) -> Place:
        """Return the place of what a user did, or was shown, in a guild (None: in direct messages)."""
        return cls(None, user_id) if guild_id is None else cls(guild_id)

    @property
    def key(self) -> str:
        """The place as a text; the store and its queries use it."""
        return f"user:{self.user_id}" if self.guild_id is None else f"guild:{self.guild_id}"
