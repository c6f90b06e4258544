"""Orders: what users submit with the commands that make pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mjbot.core.making.assembly import NO_OPTIONS, MakeOptions
from mjbot.core.model.submits import Command
from mjbot.core.model.task import TaskId
from mjbot.ports import InteractionContext, Reply, Upload


@dataclass(frozen=True, slots=True)
class Order:
    """What a user asks for, by a command or a modal.

    ``text`` is the prompt, or the address of a picture to describe. ``task_id`` is the id
    of the make if the user asked for it before; otherwise, it gets a new id.
    """

    context: InteractionContext
    reply: Reply
    command: Command
    text: str = ""
    options: MakeOptions = NO_OPTIONS
    uploads: Sequence[Upload] = ()
    task_id: TaskId | None = None
