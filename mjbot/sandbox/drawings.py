"""Draws the pictures of tasks, and caches them."""

from __future__ import annotations

from functools import lru_cache

from mjbot.sandbox import art
from mjbot.sandbox.repaint import repaint
from mjbot.sandbox.script import Repainted, Result, Scene, Script


class Drawings:
    """Draws pictures, and caches them. Worlds may share it, because a scene always gives the same picture."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Scene, Repainted | None, Result | None, int, str, int], bytes] = {}
        # Each preview of a task is made of its whole picture, which nothing changes in place.
        self._grid, self._single = lru_cache(4)(art.grid), lru_cache(4)(art.single)

    def png(self, task: Script, name: str, side: int) -> bytes | None:
        """Return a picture of a task by its name, as PNG, or None if the task has no such picture.

        ``side`` is the longer edge in pixels.
        """
        key = (task.scene, task.repainted, task.result, len(task.previews()), name, side)
        if key not in self._kept:
            drawn = self._draw(task, name, side)
            if drawn is None:
                return None
            self._kept[key] = drawn
        return self._kept[key]

    def forget(self, scene: Scene) -> None:
        """Drop the cached pictures of a scene."""
        for key in [key for key in self._kept if key[0] == scene]:
            del self._kept[key]

    def _draw(self, task: Script, name: str, side: int) -> bytes | None:
        names = list(task.previews().values())
        if task.result is None or name not in ("result", *names):
            return None
        scene, cells = task.scene, 2 if task.result == "grid" else 1
        image = (
            self._grid(scene.seed, side, scene.aspect, scene.mood)
            if task.result == "grid"
            else self._single(scene.seed, scene.index, side, scene.aspect, scene.mood)
        )
        if task.repainted is not None and task.repainted.mask:
            before = task.repainted.scene
            kept = self._single(before.seed, before.index, side, before.aspect, before.mood)
            image = repaint(kept, image, task.repainted.mask, cells=cells)
        if name != "result":
            image = art.preview(image, names.index(name) + 1, len(names))
        return art.encode(image)
