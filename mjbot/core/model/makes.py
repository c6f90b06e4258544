"""A *make*: a submit that creates a task from a prompt or a picture. It has an id until there is a task.

Until the image service has answered, a make has a snapshot, a press and a card like a task, with an id of its
own in place of the task id.
"""

from __future__ import annotations

import re
from typing import Final

from mjbot.core.model.task import TaskId

MAKE_BYTES: Final = 15
"""The number of random bytes from which the id of a make is created."""
_PREFIX: Final = "mjbot-"  # no service uses this prefix in its ids
_ID = re.compile(rf"{_PREFIX}[0-9a-f]{{{2 * MAKE_BYTES}}}")


def make_id(entropy: bytes) -> TaskId:
    """Return an id for a make, to use until the task id is known. ``entropy``: `MAKE_BYTES` random bytes."""
    return TaskId(f"{_PREFIX}{entropy.hex()}")


def is_make(task_id: str) -> bool:
    """Return whether an id belongs to a make. The image service does not know such an id."""
    return _ID.fullmatch(task_id) is not None
