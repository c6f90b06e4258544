"""What users entered is kept in memory. No server can have that of another evicted."""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.core.model.task import TaskId
from mjbot.ports import InteractionContext
from mjbot.service.making.held_uploads import HeldUploads
from mjbot.service.pressing.drafts import Drafts

ANN = 1
MEMBERS = range(10, 310)
HERE, THERE = 1, 2
TASK = TaskId("1730621718150001")


def context(user_id: int, guild_id: int) -> InteractionContext:
    return InteractionContext(guild_id, 5, user_id, "en", "en")


@dataclass(frozen=True)
class Given:
    """An upload that is not read."""

    name: str = "a.png"
    content_type: str | None = "image/png"
    size: int = 1

    async def read(self) -> bytes:
        raise AssertionError


def test_drafts_of_one_server_evict_none_of_another() -> None:
    drafts = Drafts()
    drafts.keep(context(ANN, THERE), TASK, "zoom", "a kite")
    for member in MEMBERS:
        drafts.keep(context(member, HERE), TASK, "zoom", "a lake")
    assert drafts.get(ANN, TASK, "zoom") == "a kite"
    assert drafts.get(MEMBERS[0], TASK, "zoom") is None
    assert drafts.get(MEMBERS[-1], TASK, "zoom") == "a lake"


def test_pictures_that_wait_in_one_server_evict_none_of_another() -> None:
    held, uploads = HeldUploads(), (Given(),)
    held.keep(context(ANN, THERE), TASK, uploads)
    for member in MEMBERS:
        held.keep(context(member, HERE), TASK, uploads)
    assert held.get(ANN, TASK) == uploads
    assert held.get(MEMBERS[0], TASK) == ()
    assert held.get(MEMBERS[-1], TASK) == uploads
