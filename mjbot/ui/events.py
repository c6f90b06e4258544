"""Containment of errors in discord.py's gateway event parsers, for payloads that they do not expect."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mjbot.guard import UnexpectedErrors


def contain_parsers(parsers: dict[str, Callable[[Any], None]]) -> None:
    """Drop events that cannot be parsed. Otherwise discord.py would end the client.

    ``parsers`` are those of the client's connection state, by event. Without READY no session works, so its
    errors are not contained.
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
