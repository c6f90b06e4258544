"""Draws the pictures of tasks, and caches them."""

from __future__ import annotations

from mjbot.sandbox.script import Repainted, Result, Scene, Script


class Drawings:
    """Draws pictures, and caches them. Worlds may share it, because a scene always gives the same picture."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Scene, Repainted | None, Result | None, int, str, int], bytes] = {}

    def png(self, task: Script, name: str, side: int) -> bytes | None:
        """Return a picture of a task by its name, as PNG, or None if the task has no such picture.

        ``side`` is the longer edge in pixels.
        """
        key = (task.scene, task.repainted, task.result, len(task.previews()), name, side)
        if key not in self._kept:
            drawn = task.draw(name, side)
            if drawn is None:
                return None
            self._kept[key] = drawn
        return self._kept[key]

    def forget(self, scene: Scene) -> None:
        """Drop the cached pictures of a scene."""
        for key in [key for key in self._kept if key[0] == scene]:
            del self._kept[key]
