"""Runs Pillow outside the event loop, one image at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


class ImageWorker:
    """Runs blocking image code in one thread. A running call finishes even if the caller is cancelled."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "images")

    async def run(self, function: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Run ``function`` in the thread, and return its result."""
        call = partial(function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def close(self) -> None:
        """Refuse further calls, and cancel the calls that have not started."""
        self._thread.shutdown(wait=False, cancel_futures=True)
