"""Runs Pillow outside the event loop, one image at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


class ImageWorker:
    """Runs blocking image code in a thread. A decoded image takes 4 bytes a pixel, so one at a time."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def run(self, function: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Run ``function`` in a thread, and return its result."""
        async with self._lock:
            return await asyncio.to_thread(function, *args, **kwargs)
