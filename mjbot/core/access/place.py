"""Places. A place is a guild, or a user's direct messages, and limits which tasks users can see and press.

The same rules apply to every command and button:

- A place has seen a task if a message in the place shows the task, or is about to show it.
- Lineage, links, suggestions and reports of earlier presses name only tasks that the place has seen.
- Any user who knows a task id may open the task with `/status`. The place has then seen the task.
- A user may press a button only in a place that has seen the task, and only if two press policies allow it:
  that of the place, and that of the first guild which saw the task. Direct messages have no policy. The
  policy of a guild that the bot has left does not count, because its managers can no longer change it.

A group direct message is not a place, because the bot's commands are not available there.
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
        """Return the guild or direct messages in which a user acts.

        ``guild_id`` is None in direct messages.
        """
        return cls(None, user_id) if guild_id is None else cls(guild_id)

    @property
    def key(self) -> str:
        """The string that identifies this guild or these direct messages in the database."""
        return f"user:{self.user_id}" if self.guild_id is None else f"guild:{self.guild_id}"
