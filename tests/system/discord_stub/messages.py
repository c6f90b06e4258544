"""Creating and editing messages: all of a body is applied, or none of it and an ApiError."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.system.discord_stub.errors import ApiError, refuse
from tests.system.discord_stub.form import Problem
from tests.system.discord_stub.state import ATTACH, Attachment, Message, World
from tests.system.discord_stub.validate import COMPONENTS_V2, EPHEMERAL, message_problems

if TYPE_CHECKING:
    from tests.system.discord_stub.form import JSON
    from tests.system.discord_stub.state import Channel

FILE_LIMIT = 10 * 1024 * 1024
SUPPRESS_EMBEDS = 1 << 2
Files = dict[int, tuple[str, bytes]]


def create(world: World, channel: Channel, body: JSON, files: Files, route: str) -> Message:
    """A new message of the bot. The flags of the body decide whether it is ephemeral."""
    flags = (body.get("flags") or 0) & (EPHEMERAL | COMPONENTS_V2 | SUPPRESS_EMBEDS)
    message = Message(world.new_id(), channel, world.bot, flags)
    reference = body.get("message_reference")
    message.reference = {"channel_id": str(channel.id), **reference} if reference else None
    edit(world, message, body, files, route)
    message.edited = None
    world.keep(message)
    return message


def defer(world: World, channel: Channel, flags: int) -> Message:
    """The "… is thinking" message of a deferred answer; only EPHEMERAL can be asked of it."""
    message = Message(world.new_id(), channel, world.bot, flags & EPHEMERAL, thinking=True)
    message.record("callback", {})
    world.keep(message)
    return message


def edit(world: World, message: Message, body: JSON, files: Files, route: str) -> None:
    """Apply a body. Keys that it omits keep what they have; `attachments` names all that stay."""
    if any(len(data) > FILE_LIMIT for _, data in files.values()):
        raise ApiError(413, 40005)
    if files and route == "channel" and not message.channel.app_permissions & ATTACH:
        raise ApiError(403, 50013)
    attachments = _attachments(world, message, body, files)
    names = {attachment.name for attachment in attachments}
    # V2 can be switched on by an edit and never off again.
    flags = message.flags | (body.get("flags") or 0) & COMPONENTS_V2
    refuse(message_problems({**body, "flags": flags}, attachments=names))
    content = (body["content"] or "") if "content" in body else message.content
    embeds = (body["embeds"] or []) if "embeds" in body else message.embeds
    components = (body["components"] or []) if "components" in body else message.components
    if not (content.strip() or embeds or attachments or (flags & COMPONENTS_V2 and components)):
        raise ApiError(400, 50006)
    message.content, message.embeds, message.components = content, embeds, components
    message.attachments, message.flags, message.thinking = attachments, flags, False
    message.edited = time.time()
    message.record(route, body)


def _attachments(world: World, message: Message, body: JSON, files: Files) -> list[Attachment]:
    """The files after the body is applied: those it keeps by id and those it uploads by index."""
    listed = body.get("attachments", ...)
    if listed is ...:
        new = [Attachment(world.new_id(), name, data) for name, data in files.values()]
        return [*message.attachments, *new]
    existing = {attachment.id: attachment for attachment in message.attachments}
    result = []
    problems = []
    for n, entry in enumerate(listed or []):
        number = int(entry["id"])
        if number in files:
            name, data = files[number]
            result.append(Attachment(world.new_id(), entry.get("filename") or name, data))
        elif number in existing:
            result.append(existing[number])
        else:
            sentence = f"Attachment {number} is neither uploaded here nor on the message."
            problems.append(Problem(("attachments", n), "ATTACHMENT_NOT_FOUND", sentence))
    if len(result) > 10:
        sentence = "Must be 10 or fewer in length."
        problems.append(Problem(("attachments",), "BASE_TYPE_MAX_LENGTH", sentence))
    refuse(problems)
    return result
