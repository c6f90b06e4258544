"""Settings of guilds, stored in SQLite."""

from __future__ import annotations

from sqlite_utils import Database

from mjbot.core.access.press_policy import PressPolicy, PressScope
from mjbot.store.sqlite.thread import DatabaseThread


class SqliteGuilds:
    """Stores the settings of guilds in SQLite. Implements `GuildStore`."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def policy(self, guild_id: int) -> PressPolicy:
        """Return the press policy of a guild: who may press the buttons there."""

        def work(db: Database) -> PressPolicy:
            rows = list(db.table("guilds").rows_where("guild_id = ?", [guild_id]))
            return (
                PressPolicy(PressScope(rows[0]["press_scope"]), rows[0]["role_id"]) if rows else PressPolicy()
            )

        return await self._thread.run(work)

    async def set_policy(self, guild_id: int, policy: PressPolicy) -> None:
        """Store the press policy of a guild."""

        def work(db: Database) -> None:
            with db.atomic():
                row = {"guild_id": guild_id, "press_scope": policy.scope, "role_id": policy.role_id}
                db.table("guilds").upsert(row, pk="guild_id")

        await self._thread.run(work)
