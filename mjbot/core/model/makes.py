"""Makes: submits that create a task from a prompt or a picture, and the ids that stand in for their tasks.

Until the service has answered, a make has a snapshot, a press and a card like a task, under an id of its own.
The id and the number of the try give the mark of the submit, so the mark leads back to the make.
"""

from __future__ import annotations

import re
from typing import Final

from mjbot.core.model.submits import MARK_BYTES, mark_of
from mjbot.core.model.task import Mark, TaskId

MAKE_BYTES: Final = MARK_BYTES - 1
"""The random bytes of a make's id; the last byte of its mark is the number of the try."""
_PREFIX: Final = "mjbot-"  # no service begins its ids with it
_ID = re.compile(rf"{_PREFIX}[0-9a-f]{{{2 * MAKE_BYTES}}}")


def make_id(entropy: bytes) -> TaskId:
    """Return the id of a make from `MAKE_BYTES` random bytes."""
    return TaskId(f"{_PREFIX}{entropy.hex()}")


def is_make(task_id: str) -> bool:
    """Return whether an id is that of a make, which the image service does not know."""
    return _ID.fullmatch(task_id) is not None


def mark_of_make(task_id: TaskId, number: int) -> Mark:
    """Return the mark of the ``number``-th try of a make, from 1."""
    return mark_of(bytes.fromhex(task_id.removeprefix(_PREFIX)) + bytes([number % 256]))


def make_of_mark(mark: Mark) -> tuple[TaskId, int]:
    """Return the make and the number of the try (modulo 256) of a mark that `mark_of_make` returned."""
    entropy = bytes.fromhex(mark[-2 * MARK_BYTES :])
    return make_id(entropy[:-1]), entropy[-1]
