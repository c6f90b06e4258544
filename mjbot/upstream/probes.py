"""Finds out which commands a service offers, without starting a task or spending credit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mjbot.core.model.submits import Command
from mjbot.errors import SeedUnavailable, TaskNotFound, UpstreamError
from mjbot.errors.submits import CommandNotOffered

if TYPE_CHECKING:
    from mjbot.core.model.task import TaskId
    from mjbot.upstream.client import UpstreamClient

_SUBMITS = (Command.IMAGINE, Command.DESCRIBE, Command.BLEND, Command.SHORTEN, Command.UPLOAD)
_ANSWERS = {404: False, 405: True}


async def probe_commands(client: UpstreamClient, unknown: TaskId) -> Mapping[Command, bool | None]:
    """Return whether the service offers each command, or None for a command that cannot be tested safely.

    A GET request to a submit endpoint submits nothing. Proxies return 405 if they have the endpoint, and 404
    if not. Relays always return 404. They are recognized by a 404 for ``/imagine``, which every server has.
    Cancelling is never tested. ``unknown`` is the id of a task that does not exist.
    """
    offered = {command: await _has(client, command) for command in _SUBMITS}
    if not offered[Command.IMAGINE]:
        offered = dict.fromkeys(_SUBMITS)
    offered[Command.SEED] = await _tells_seeds(client, unknown)
    offered[Command.LIST] = await _has_list(client)
    return offered | {Command.CANCEL: None}


async def _has(client: UpstreamClient, command: Command) -> bool | None:
    try:
        return _ANSWERS.get(await client.probe(command))
    except UpstreamError:
        return None


async def _tells_seeds(client: UpstreamClient, unknown: TaskId) -> bool | None:
    try:
        await client.seed(unknown)
    except CommandNotOffered:
        return False
    except (TaskNotFound, SeedUnavailable):
        return True
    except UpstreamError:
        return None
    return True


async def _has_list(client: UpstreamClient) -> bool | None:
    try:
        await client.find_marked(())
    except CommandNotOffered:
        return False
    except UpstreamError:
        return None
    return True
