"""Patches of SimCord that the demo needs; they change private names, or constants.

This is the list of all private names of dependencies that mjbot uses, with the version they were checked
with. Check them again when that version is raised:

- simcord 3.2.1: `interactions.base_payload`, `Preview._action`, `Preview._get_page`,
  `Preview._advance_presentation_time`, `Preview._closed` (all below);
- sqlite-utils 4: `Migrations._migrations` (`mjbot.store.sqlite.migrations`);
- discord.py 2.7.1: `Guild._remove_thread` (`mjbot.bot`), and the class attributes `Route.BASE`
  (`mjbot.edges`) and `DiscordWebSocket.DEFAULT_GATEWAY` (`mjbot.bot`), which are public but set for the whole
  process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from simcord import interactions
from simcord.preview import Preview


def patch_locale(language: str) -> Callable[[], None]:
    """Set the locale of SimCord's interactions, which is fixed; returns a function that restores it."""
    original = interactions.base_payload

    def localized(*args: Any, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        record, payload = original(*args, **kwargs)
        payload["locale"] = language
        if "guild_locale" in payload:
            payload["guild_locale"] = language
        return record, payload

    interactions.base_payload = localized
    return lambda: setattr(interactions, "base_payload", original)


def serialize_clicks(preview: Preview) -> asyncio.Lock:
    """Make a click wait for the lock while time advances; SimCord would reject it.

    The page may be a second old by then, so the click is applied to the current revision.
    """
    lock = asyncio.Lock()
    original = preview._action

    async def action(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with lock:
            preview._advance_presentation_time()
            if "published_revision" in body:
                body = {**body, "published_revision": preview._get_page(context_id).revision}
            return await original(context_id, body)

    preview._action = action  # type: ignore[method-assign]
    return lock


def is_closed(preview: Preview) -> bool:
    """True if the page's server has ended by itself."""
    return bool(preview._closed)
