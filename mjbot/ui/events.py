"""Error handling for discord.py's gateway event parsers, which fail on unexpected payloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mjbot.guard import UnexpectedErrors


def contain_parsers(parsers: dict[str, Callable[[Any], None]]) -> None:
    """Make these parsers drop events that cannot be parsed. Otherwise discord.py would end the client.

    ``parsers`` are the parsers of the client's connection state, by event name. The READY parser may still
    raise errors, because no session works without READY.
    """
    errors = UnexpectedErrors()

    def contained(name: str, parse: Callable[[Any], None], data: Any) -> None:
        try:
            parse(data)
        except Exception as error:
            errors.log(f"an event of the gateway cannot be read: {name}", error)

    for name, parse in parsers.items():
        if name != "READY":
            parsers[name] = partial(contained, name, parse)
