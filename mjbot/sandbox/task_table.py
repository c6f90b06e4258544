"""The tasks of the simulated service, their pictures and their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from zlib import crc32

from mjbot.sandbox.buttons import Payload
from mjbot.sandbox.demo_prompts import ENGLISH_PROMPTS, DemoPrompts
from mjbot.sandbox.demo_tasks import demo_tasks
from mjbot.sandbox.drawings import Drawings
from mjbot.sandbox.script import ENDED, Result, Scene, Script, Step, parse_aspect, seed_of

OnScheduled = Callable[[Script], None]
"""A listener, called when the steps of a task have been given times, or new ones."""


class TaskTable:
    """All tasks of one simulated service. The same seed always draws the same images.

    ``scenes`` is the number of different images that all scripted tasks share, to save the cost of drawing.
    """

    def __init__(
        self, seed: int, base_url: str, *, side: int, scenes: int | None, drawings: Drawings | None
    ) -> None:
        self.seed = seed
        self.base_url = base_url
        self.side = side
        self.seedless: set[str] = set()
        """The ids of tasks whose seeds are not available."""
        self.ignore_case = False
        """True if task ids are case-insensitive, as on some relays."""
        self.on_scheduled: OnScheduled | None = None
        self._scenes = scenes
        self._tasks: dict[str, Script] = {}
        self._issued: set[str] = set()
        self._drawings = drawings or Drawings()

    def add_demo(self, now: float, prompts: DemoPrompts = ENGLISH_PROMPTS) -> None:
        """Add the tasks of `DemoIds`, as of ``now``."""
        for task in demo_tasks(self.seed, now, prompts):
            self._put(task)

    def add(
        self,
        task_id: str,
        steps: Sequence[Step],
        *,
        prompt: str = "a mountain lake at first light",
        action: str = "IMAGINE",
        start: float | None = None,
        result: Result | None = "grid",
        buttons: list[Payload] | None = None,
        fail_reason: str = "",
        notify: str = "",
        mark: str = "",
    ) -> None:
        """Add a scripted task. Without a ``start``, it starts when it is first fetched.

        ``notify`` is the webhook URL to which each step is posted, and ``mark`` that of the task's submit.
        """
        if not steps:
            raise ValueError("a task needs at least one step")
        scene = Scene(self._image_seed(task_id), aspect=parse_aspect(prompt))
        script = Script(task_id, tuple(steps), prompt, scene, start, action, result, buttons, fail_reason)
        script.notify, script.mark = notify, mark
        self._put(script)

    def forget(self, task_id: str) -> None:
        """Delete a task and its images, as servers do after a while."""
        task = self._tasks.pop(task_id, None)
        if task is not None:
            self._drawings.forget(task.scene)

    @property
    def ids(self) -> tuple[str, ...]:
        """All task ids, in the order of creation."""
        return tuple(self._tasks)

    def fetch(self, task_id: str, now: float) -> Payload | None:
        """Return a task, or None. A task that has no start time starts now."""
        task = self._find(task_id)
        if task is not None and task.start is None:
            task.start = now
            self._scheduled(task)
        return self.peek(task_id, now)

    def _find(self, task_id: str) -> Script | None:
        if not self.ignore_case:
            return self._tasks.get(task_id)
        return next((task for each, task in self._tasks.items() if each.lower() == task_id.lower()), None)

    def peek(self, task_id: str, now: float) -> Payload | None:
        """Return a task without starting it, or None."""
        task = self._find(task_id)
        return task.payload(now, self.base_url) if task is not None else None

    def list_by_condition(self, ids: Iterable[str], now: float) -> list[Payload]:
        """Return many tasks. Unknown ids are left out."""
        found = (self.fetch(task_id, now) for task_id in dict.fromkeys(ids))
        return [each for each in found if each is not None]

    def picture(self, task_id: str, name: str) -> bytes | None:
        """Return the PNG of an image by its file name, with or without ".png"."""
        task = self._find(task_id)
        return self._drawings.png(task, name.removesuffix(".png"), self.side) if task is not None else None

    def final_picture(self, task_id: str) -> bytes:
        """Return the PNG of a task's result."""
        found = self.picture(task_id, "result")
        if found is None:
            raise KeyError(task_id)
        return found

    def _put(self, task: Script) -> None:
        self.forget(task.id)
        self._issued.add(task.id)
        self._tasks[task.id] = task
        self._scheduled(task)

    def _scheduled(self, task: Script) -> None:
        if self.on_scheduled is not None:
            self.on_scheduled(task)

    def cancel(self, task_id: str, now: float, status: str, reason: str = "") -> bool:
        """Cancel a task. Returns False if the task does not exist or has ended."""
        task = self._find(task_id)
        if task is None or task.status(now) in ENDED:
            return False
        task.stop(now, status, reason)
        self._scheduled(task)
        return True

    def seed_of(self, task_id: str, now: float) -> str:
        """Return the seed of a task's finished picture, or "" if it is not available."""
        task = self._find(task_id)
        if task is None or task.status(now) != "SUCCESS" or task_id in self.seedless:
            return ""
        return str(task.scene.seed % 2**32)

    def _image_seed(self, task_id: str) -> int:
        image_id = task_id if self._scenes is None else str(crc32(task_id.encode()) % self._scenes)
        return seed_of(self.seed, image_id)

    def _new_id(self, now: float) -> str:
        number = round(now * 1000) * 1000
        while f"{number:016d}" in self._issued:
            number += 1
        return f"{number:016d}"
