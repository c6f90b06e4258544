"""Places: what is shown, linked or allowed in one comes from what that place has seen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A guild, or one direct message: its members share what they have seen."""

    guild_id: int | None
    dm_channel_id: int = 0

    @classmethod
    def of(cls, guild_id: int | None, channel_id: int) -> Place:
        """Return the place that a channel belongs to."""
        return cls(guild_id) if guild_id is not None else cls(None, channel_id)
