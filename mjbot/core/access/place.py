"""Places, which limit the tasks that users can see and press: a guild, or a user's direct messages.

The same rules apply to every command and button:

- A place has seen a task if one of its messages shows the task, or will show it next.
- Lineage, links, suggestions and reports of earlier presses name only tasks that the place has seen.
- Any user who knows an id may open the task with `/status`; the place has then seen it.
- A press needs a place that has seen the task, the press policy there, and that of the first guild which saw
  it. Direct messages have no policy, and neither has a guild that the bot has left: nobody could change it.

A group of users is no place: the bot's commands are not registered for conversations without it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A guild with all its channels and threads, or a user's direct messages (``guild_id`` is None)."""

    guild_id: int | None
    user_id: int = 0

    @classmethod
    def of(cls, guild_id: int | None, user_id: int) -> Place:
        """Return the place of a user's interaction or message. ``guild_id`` is None in direct messages."""
        return cls(None, user_id) if guild_id is None else cls(guild_id)

    @property
    def key(self) -> str:
        """The place as a string, for the store and its queries."""
        return f"user:{self.user_id}" if self.guild_id is None else f"guild:{self.guild_id}"
