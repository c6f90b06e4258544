"""Makes: submits that create a task from a prompt or a picture, and the ids that stand in for their tasks.

Until the service has answered, a make has a snapshot, a press and a card like a task, under an id of its own.
"""

from __future__ import annotations

import re
from typing import Final

from mjbot.core.model.task import TaskId

MAKE_BYTES: Final = 15
"""The random bytes of a make's id."""
_PREFIX: Final = "mjbot-"  # no service begins its ids with it
_ID = re.compile(rf"{_PREFIX}[0-9a-f]{{{2 * MAKE_BYTES}}}")


def make_id(entropy: bytes) -> TaskId:
    """Return the id of a make from `MAKE_BYTES` random bytes."""
    return TaskId(f"{_PREFIX}{entropy.hex()}")


def is_make(task_id: str) -> bool:
    """Return whether an id is that of a make, which the image service does not know."""
    return _ID.fullmatch(task_id) is not None
