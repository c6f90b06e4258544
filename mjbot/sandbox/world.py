"""The simulated image service without its HTTP: tasks that run in the time they are told it is.

Nothing here reads a clock. Every question comes with its moment, so a test can jump to any second
of a task, and a task may be lazy: its time starts when somebody first asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from zlib import crc32

from mjbot.sandbox.buttons import Wire, button_effect
from mjbot.sandbox.demo_tasks import DemoIds, demo_tasks
from mjbot.sandbox.script import LONG, Result, Scene, Script, Step, aspect_of, seed_of
from mjbot.sandbox.submits import Submitted, Verdict, change_of, child_of, proposed, wants_modal

__all__ = ["DemoIds", "Submitted", "World"]

Begun = Callable[[Script], None]
"""Is told of a task that has just got its future, or another one."""
Offers = Callable[[str], bool]
"""Says of a customId whether a server lets it be pressed."""
_CHOICES = 4


class World:
    """All tasks of one simulated service; the same seed paints the same pictures.

    ``scenes``: so many different pictures for all scripted tasks together, where painting costs too much.
    """

    def __init__(
        self, seed: int = 7, base_url: str = "", *, side: int = 1024, scenes: int | None = None
    ) -> None:
        self.seed = seed
        self.base_url = base_url
        self.side = side
        self._scenes = scenes
        self.log: list[Submitted] = []
        self.remix = False
        self.ahead = 0
        self.full = False
        self.banned: set[str] = set()
        self.on_begun: Begun | None = None
        self._tasks: dict[str, Script] = {}
        self._issued: set[str] = set()
        self._pictures: dict[tuple[Scene, Result | None, int, str], bytes] = {}

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
        notify: str = "",
    ) -> None:
        """Script a task: each step begins so many seconds after the start; no start is lazy.

        ``notify``: the address that is told of each step.
        """
        if not steps:
            raise ValueError("a task needs at least one step")
        painted = task_id if self._scenes is None else str(crc32(task_id.encode()) % self._scenes)
        scene = Scene(seed_of(self.seed, painted), aspect=aspect_of(prompt))
        script = Script(task_id, tuple(steps), prompt, scene, start, action, result, buttons, fail_reason)
        script.notify = notify
        self._keep(script)

    def forget(self, task_id: str) -> None:
        """Lose a task and its pictures, as servers do after a while."""
        task = self._tasks.pop(task_id, None)
        for key in [key for key in self._pictures if key[0] == task.scene] if task else ():
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
            self._begun(task)
        return self.peek(task_id, now)

    def peek(self, task_id: str, now: float) -> Wire | None:
        """Read a task and start nothing."""
        task = self._tasks.get(task_id)
        return task.wire(now, self.base_url) if task is not None else None

    def list_by_condition(self, ids: Iterable[str], now: float) -> list[Wire]:
        """Read many tasks; those that do not exist are left out."""
        found = (self.fetch(task_id, now) for task_id in dict.fromkeys(ids))
        return [wire for wire in found if wire is not None]

    def press(self, task_id: str, custom_id: str, now: float, offers: Offers, *, notify: str = "") -> Verdict:
        """Press a button. Each accepted press makes one more task, as with the real service."""
        verdict = self._press(task_id, custom_id, now, offers, remix=self.remix, notify=notify)
        self.log.append(Submitted(now, task_id, custom_id, verdict.made))
        return verdict

    def change(self, task_id: str, action: str, index: object, now: float, *, notify: str = "") -> Verdict:
        """Press by name and number, on a server that knows neither buttons nor windows."""
        task = self._tasks.get(task_id)
        custom_id = change_of(action, index, task.job if task else "")
        verdict = self._press(task_id, custom_id, now, lambda _: True, remix=False, notify=notify)
        self.log.append(Submitted(now, task_id, custom_id, verdict.made, kind="change"))
        return verdict

    def submit_modal(self, task_id: str, prompt: str, mask: str, now: float, *, notify: str = "") -> Verdict:
        """Give a window its words: the same task begins, and begins anew however often this is done."""
        verdict = self._answer(task_id, prompt, now, notify)
        self.log.append(Submitted(now, task_id, "modal", verdict.made, prompt, mask, "modal"))
        return verdict

    def picture(self, task_id: str, name: str) -> bytes | None:
        """Give the PNG of a picture by its file name, with or without ".png"."""
        name = name.removesuffix(".png")
        task = self._tasks.get(task_id)
        if task is None:
            return None
        key = (task.scene, task.result, len(task.previews()), name)
        if key not in self._pictures:
            drawn = task.draw(name, self.side)
            if drawn is None:
                return None
            self._pictures[key] = drawn
        return self._pictures[key]

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
        self._begun(task)

    def _begun(self, task: Script) -> None:
        if self.on_begun is not None:
            self.on_begun(task)

    def _press(
        self, task_id: str, custom_id: str, now: float, offers: Offers, *, remix: bool, notify: str
    ) -> Verdict:
        parent = self._tasks.get(task_id)
        if parent is None:
            return Verdict("gone")
        if parent.status(now) != "SUCCESS":
            return Verdict("early")
        press = button_effect(custom_id)
        offered = {button.get("customId") for button in parent.offered(now)}
        if press is None or custom_id not in offered or not offers(custom_id):
            return Verdict("unknown", text=custom_id)
        if press.kind == "bookmark":
            return Verdict("unchanged", (parent.id,))
        if self.full:
            return Verdict("full")
        modal = wants_modal(press, remix=remix)
        children = []
        for part in range(1, _CHOICES + 1) if press.kind == "all" else (press.part,):
            child_id = self._new_id(now)
            each = press._replace(part=str(part))
            seed = seed_of(self.seed, child_id)
            child = child_of(parent, each, child_id, now, seed, modal=modal, notify=notify)
            if press.action == "IMAGINE":
                child.prompt = proposed(parent, each)
            self._keep(child)
            children.append(child_id)
        if modal:
            return Verdict("window", tuple(children), text=proposed(parent, press), action=press.action)
        return Verdict("accepted", tuple(children), self.ahead)

    def _answer(self, task_id: str, prompt: str, now: float, notify: str) -> Verdict:
        task = self._tasks.get(task_id)
        if task is None:
            return Verdict("gone")
        if self.full:
            return Verdict("full")
        if word := next((each for each in self.banned if each in prompt), None):
            return Verdict("banned", text=word, prompt=prompt)
        if prompt:
            task.prompt, task.prompt_en = prompt, ""
        task.steps, task.start, task.notify = LONG, now, notify or task.notify
        self._begun(task)
        return Verdict("accepted", (task_id,), self.ahead)

    def _new_id(self, now: float) -> str:
        number = round(now * 1000) * 1000
        while f"{number:016d}" in self._issued:
            number += 1
        return f"{number:016d}"
