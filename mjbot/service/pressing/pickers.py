"""Open region pickers: messages with buttons to choose which part of a picture to repaint."""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.core.scheduling.bounded_dict import BoundedDict
from mjbot.ports import PressRequest, Reply

_MOST = 500  # in memory only: after a restart, a picker stays as it is

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Picker:
    """An open picker. ``owner`` is the user and the action, and ``size`` is the size of the picture."""

    owner: tuple[int, TaskId, str]
    place: Place
    reply: Reply
    size: Size


class OpenPickers:
    """The open region pickers of each user for each action."""

    def __init__(self) -> None:
        self._pickers = BoundedDict[MessageRef, _Picker](_MOST, lambda each: each.place)

    def shown(self, message: MessageRef, request: PressRequest, size: Size | None) -> None:
        """Record that a message shows a picker. ``size`` is the picture's size, or None if not loaded."""
        before = self._pickers.pop(message, None)
        known = size or (before.size if before else (0, 0))
        self._pickers[message] = _Picker(_owner(request), request.context.place, request.reply, known)

    def size(self, request: PressRequest) -> Size:
        """Return the width and height that a mask must have, or (0, 0) if they are unknown."""
        owner = _owner(request)
        return max((each.size for each in self._pickers.values() if each.owner == owner), default=(0, 0))

    def messages(self, request: PressRequest) -> list[MessageRef]:
        """Return the messages that show the user's pickers for the action of a request."""
        owner = _owner(request)
        return [message for message, each in self._pickers.items() if each.owner == owner]

    async def close(self, request: PressRequest) -> None:
        """Close the user's pickers for the action of a request that was submitted."""
        for each in [self._pickers.pop(message) for message in self.messages(request)]:
            await each.reply.close(Text.REPLY_REGION_SENT)


def _owner(request: PressRequest) -> tuple[int, TaskId, str]:
    return request.context.user_id, request.task_id, request.target.action
