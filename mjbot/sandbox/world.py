"""The simulated image service without its HTTP: tasks that run in the time they are told it is.

Nothing here reads a clock. Every question comes with its moment, so a test can jump to any second
of a task, and a task may be lazy: its time starts when somebody first asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mjbot.sandbox import art
from mjbot.sandbox.demo_tasks import DemoIds, demo_tasks
from mjbot.sandbox.script import (
    LONG,
    SHORT,
    WINDOW,
    Press,
    Result,
    Scene,
    Script,
    Step,
    Wire,
    aspect_of,
    press_of,
    seed_of,
)

__all__ = ["NOT_FOUND", "DemoIds", "Submitted", "World"]


def _refusal(description: str) -> Wire:
    return {"description": description, "type": "upstream_error", "code": 4}


NOT_FOUND = _refusal("task_no_found ")
"""The space is part of it."""


@dataclass(frozen=True)
class Submitted:
    """One button press that reached the service, accepted or not."""

    at: float
    task_id: str
    custom_id: str
    child_id: str | None
    """The task it made, if it made one."""


class World:
    """All tasks of one simulated service; the same seed paints the same pictures."""

    def __init__(self, seed: int = 7, base_url: str = "", *, side: int = 1024) -> None:
        self.seed = seed
        self.base_url = base_url
        self.side = side
        self.log: list[Submitted] = []
        self._tasks: dict[str, Script] = {}
        self._issued: set[str] = set()
        self._pictures: dict[tuple[str, str], bytes] = {}

    @classmethod
    def demo(cls, now: float, *, seed: int = 7, base_url: str = "", side: int = 1024) -> World:
        """Make a world with the tasks of `DemoIds` in it."""
        world = cls(seed, base_url, side=side)
        world.add_demo(now)
        return world

    def add_demo(self, now: float) -> None:
        """Put the tasks of `DemoIds` in, as of `now`."""
        for task in demo_tasks(self.seed, now):
            self._keep(task)

    def add(
        self,
        task_id: str,
        steps: Sequence[Step],
        *,
        prompt: str = "a mountain lake at first light",
        action: str = "IMAGINE",
        start: float | None = None,
        result: Result | None = "grid",
        buttons: list[Wire] | None = None,
        fail_reason: str = "",
    ) -> None:
        """Script a task: each step begins so many seconds after the start; no start is lazy."""
        if not steps:
            raise ValueError("a task needs at least one step")
        scene = Scene(seed_of(self.seed, task_id), aspect=aspect_of(prompt))
        self._keep(Script(task_id, tuple(steps), prompt, scene, start, action, result, buttons, fail_reason))

    def forget(self, task_id: str) -> None:
        """Lose a task and its pictures, as servers do after a while."""
        self._tasks.pop(task_id, None)
        for key in [key for key in self._pictures if key[0] == task_id]:
            del self._pictures[key]

    @property
    def ids(self) -> tuple[str, ...]:
        """All tasks there are, in the order they came."""
        return tuple(self._tasks)

    def fetch(self, task_id: str, now: float) -> Wire | None:
        """Read a task and start it if it waited for this."""
        task = self._tasks.get(task_id)
        if task is not None and task.start is None:
            task.start = now
        return self.peek(task_id, now)

    def peek(self, task_id: str, now: float) -> Wire | None:
        """Read a task and start nothing."""
        task = self._tasks.get(task_id)
        return task.wire(now, self.base_url) if task is not None else None

    def list_by_condition(self, ids: Iterable[str], now: float) -> list[Wire]:
        """Read many tasks; those that do not exist are left out."""
        found = (self.fetch(task_id, now) for task_id in dict.fromkeys(ids))
        return [wire for wire in found if wire is not None]

    def submit_action(self, task_id: str, custom_id: str, now: float) -> tuple[int, Wire]:
        """Press a button. Each accepted press makes one more task, as with the real service."""
        status, body, child = self._press(task_id, custom_id, now)
        self.log.append(Submitted(now, task_id, custom_id, child))
        return status, body

    def picture(self, task_id: str, name: str) -> bytes | None:
        """Give the PNG of a picture by its file name, with or without ".png"."""
        name = name.removesuffix(".png")
        task = self._tasks.get(task_id)
        if task is None:
            return None
        if (task_id, name) not in self._pictures:
            drawn = task.draw(name, self.side)
            if drawn is None:
                return None
            self._pictures[task_id, name] = drawn
        return self._pictures[task_id, name]

    def final_picture(self, task_id: str) -> bytes:
        """Give the PNG that a task ends with."""
        found = self.picture(task_id, "result")
        if found is None:
            raise KeyError(task_id)
        return found

    def _keep(self, task: Script) -> None:
        self.forget(task.id)
        self._issued.add(task.id)
        self._tasks[task.id] = task

    def _press(self, task_id: str, custom_id: str, now: float) -> tuple[int, Wire, str | None]:
        parent = self._tasks.get(task_id)
        if parent is None:
            return 400, dict(NOT_FOUND), None
        if parent.status(now) != "SUCCESS":
            return 400, _refusal("task_status_not_success "), None
        press = press_of(custom_id)
        offered = {button.get("customId") for button in parent.offered(now)}
        if press is None or custom_id not in offered:
            message = f"Invalid request, unknown_action:{custom_id} (request id: sandbox)"
            return 400, {"error": {"message": message, "type": "new_api_error"}}, None
        if press.kind == "bookmark":
            return 200, _accepted(parent.id), None
        child_id = self._new_id(now)
        self._keep(_child_of(parent, press, child_id, now, seed_of(self.seed, child_id)))
        if press.kind == "child":
            return 200, _accepted(child_id), child_id
        window = {"finalPrompt": parent.final_prompt, "remix": True}
        body = {"code": 21, "description": "Waiting for window confirm", "result": child_id}
        return 200, body | {"properties": window}, child_id

    def _new_id(self, now: float) -> str:
        number = round(now * 1000) * 1000
        while f"{number:016d}" in self._issued:
            number += 1
        return f"{number:016d}"


def _accepted(result: str) -> Wire:
    return {"code": 1, "description": "Submit success", "result": result, "properties": {}}


def _child_of(parent: Script, press: Press, task_id: str, now: float, seed: int) -> Script:
    """The task a button starts."""
    scene, single = parent.scene, press.action in ("UPSCALE", "HIGH_UPSCALE")
    if press.part.isdigit():
        scene = replace(scene, index=int(press.part) - 1)
    if not single:
        mood = None if press.action == "REROLL" else art.mood_of(scene.seed, scene.index, scene.mood)
        panned = {"left": "3:2", "right": "3:2", "up": "2:3", "down": "2:3"}
        scene = Scene(seed, 0, mood, panned.get(press.part, scene.aspect))
    steps = WINDOW if press.kind == "window" else SHORT if press.action == "UPSCALE" else LONG
    return Script(
        task_id,
        steps,
        parent.prompt,
        scene,
        now,
        action=press.action.replace("HIGH_UPSCALE", "UPSCALE"),
        result="single" if single else "grid",
        prompt_en=parent.prompt_en,
        description=f"/up {parent.id} {press.action}",
    )
