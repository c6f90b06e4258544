"""Where pictures are decoded and drawn: one at a time, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


class ImageWorker:
    """Runs Pillow's work in a thread. Each picture may take 4 bytes a pixel, so only one is at work."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def work(self, paint: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Do one piece of work."""
        async with self._turn:
            return await asyncio.to_thread(paint, *args, **kwargs)
