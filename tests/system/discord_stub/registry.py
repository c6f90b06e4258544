"""Registering commands: the names that Discord refuses, which discord.py lets through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.system.discord_stub.errors import refuse
from tests.system.discord_stub.form import JSON, Path, Problem, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.discord_stub.state import World

# Docs: ^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$, lower case where there is such a thing.
NAME = re.compile(r"[-_'\w]{1,32}")


def register(world: World, guild_id: int | None, body: Any) -> list[JSON]:
    """Replace all commands of a scope, as the bulk PUT does. Same name, same id."""
    commands = body if isinstance(body, list) else []
    refuse([problem for n, each in enumerate(commands) for problem in problems((n,), each)])
    known = {(each["type"], each["name"]): each["id"] for each in world.commands.get(guild_id, [])}
    stored: list[JSON] = []
    for command in commands:
        key = (command.get("type", 1), command["name"])
        fixed: JSON = {"id": known.get(key) or str(world.new_id()), "type": key[0]}
        fixed |= {"application_id": str(world.bot.id), "version": str(world.new_id())}
        fixed |= {"guild_id": str(guild_id)} if guild_id else {}
        stored.append({"description": "", **command, **fixed})
    world.commands[guild_id] = stored
    return stored


def problems(path: Path, command: JSON) -> Iterator[Problem]:
    """What is wrong with one command or one of its options."""
    name = command.get("name")
    yield from text((*path, "name"), name, 32, 1)
    is_option = len(path) > 1
    if is_option or command.get("type", 1) == 1:
        yield from text((*path, "description"), command.get("description"), 100, 1)
        if not isinstance(name, str) or not NAME.fullmatch(name) or name != name.lower():
            code = "APPLICATION_COMMAND_INVALID_NAME"
            yield Problem((*path, "name"), code, "Command name is invalid")
    options = command.get("options") or []
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
        yield Problem((*path, "options"), code, "Required options must be placed before others")
    if len({option.get("name") for option in options}) < len(options):
        code = "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"
        yield Problem((*path, "options"), code, "Option name already exists")
    for n, option in enumerate(options):
        yield from problems((*path, "options", n), option)
