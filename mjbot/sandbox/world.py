"""The simulated image service without HTTP: tasks that progress with the time passed to it.

Nothing here reads a clock: each call passes ``now``, so a test can jump to any second of a task. A task
may be lazy: it then starts when it is first fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from zlib import crc32

from mjbot.sandbox.buttons import Payload, button_effect
from mjbot.sandbox.demo_prompts import ENGLISH_PROMPTS, DemoPrompts
from mjbot.sandbox.demo_tasks import DemoIds, demo_tasks
from mjbot.sandbox.repaint import mask_of
from mjbot.sandbox.script import LONG, Repainted, Result, Scene, Script, Step, parse_aspect, seed_of
from mjbot.sandbox.submits import (
    Decision,
    RecordedSubmit,
    build_child,
    change_custom_id,
    existing_change,
    is_changeable,
    needs_modal,
    proposed_prompt,
)

__all__ = ["DemoIds", "World"]

OnScheduled = Callable[[Script], None]
"""A listener, called when the steps of a task have been given times, or new ones."""
Offers = Callable[[str], bool]
"""A function that returns whether a server supports a customId."""
_CHOICES = 4


class World:
    """All tasks of one simulated service. The same seed draws the same images.

    ``scenes``: the number of different images that all scripted tasks share, to save the cost of drawing.
    """

    def __init__(
        self, seed: int = 7, base_url: str = "", *, side: int = 1024, scenes: int | None = None
    ) -> None:
        self.seed = seed
        self.base_url = base_url
        self.side = side
        self._scenes = scenes
        self.log: list[RecordedSubmit] = []
        self.remix = False
        self.ahead = 0
        self.full = False
        self.banned: set[str] = set()
        self.refuses_known_buttons = True
        """True if buttons are refused that a server of this dialect does not support."""
        self.on_scheduled: OnScheduled | None = None
        self._tasks: dict[str, Script] = {}
        self.ignore_case = False
        """True if ids are found regardless of their case, as some relays do."""
        self._issued: set[str] = set()
        self._pictures: dict[tuple[Scene, Repainted | None, Result | None, int, str], bytes] = {}

    @classmethod
    def demo(cls, now: float, *, seed: int = 7, base_url: str = "", side: int = 1024) -> World:
        """Create a world with the tasks of `DemoIds`."""
        world = cls(seed, base_url, side=side)
        world.add_demo(now)
        return world

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
    ) -> None:
        """Add a scripted task. Its steps are timed from ``start``, or from its first fetch if that is None.

        ``notify``: the webhook URL to post each step to.
        """
        if not steps:
            raise ValueError("a task needs at least one step")
        image_id = task_id if self._scenes is None else str(crc32(task_id.encode()) % self._scenes)
        scene = Scene(seed_of(self.seed, image_id), aspect=parse_aspect(prompt))
        script = Script(task_id, tuple(steps), prompt, scene, start, action, result, buttons, fail_reason)
        script.notify = notify
        self._put(script)

    def forget(self, task_id: str) -> None:
        """Delete a task and its images, as servers do after a while."""
        task = self._tasks.pop(task_id, None)
        for key in [key for key in self._pictures if key[0] == task.scene] if task else ():
            del self._pictures[key]

    @property
    def ids(self) -> tuple[str, ...]:
        """All task ids, in the order of creation."""
        return tuple(self._tasks)

    def fetch(self, task_id: str, now: float) -> Payload | None:
        """Return a task, and start it if it is lazy."""
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
        """Return a task without starting it."""
        task = self._find(task_id)
        return task.payload(now, self.base_url) if task is not None else None

    def list_by_condition(self, ids: Iterable[str], now: float) -> list[Payload]:
        """Return many tasks, leaving out unknown ids."""
        found = (self.fetch(task_id, now) for task_id in dict.fromkeys(ids))
        return [each for each in found if each is not None]

    def press(
        self, task_id: str, custom_id: str, now: float, offers: Offers, *, notify: str = ""
    ) -> Decision:
        """Press a button. Each accepted press creates another task, as on the real service."""
        decision = self._press(task_id, custom_id, now, offers, remix=self.remix, notify=notify)
        self.log.append(RecordedSubmit(now, task_id, custom_id, decision.child_id))
        return decision

    def change(self, task_id: str, action: str, index: object, now: float, *, notify: str = "") -> Decision:
        """Press a button by action and index, for servers that have neither buttons nor modals."""
        task = self._find(task_id)
        custom_id = change_custom_id(action, index, task.job if task else "")
        existing = existing_change(self._tasks.values(), task_id, custom_id)
        if existing is not None:
            decision = Decision("existed", (existing.id,), text=existing.status(now))
        elif task is not None and task.status(now) == "SUCCESS" and not is_changeable(task):
            decision = Decision("no_grid")
        else:
            decision = self._press(task_id, custom_id, now, lambda _: True, remix=False, notify=notify)
        self.log.append(RecordedSubmit(now, task_id, custom_id, decision.child_id, kind="change"))
        return decision

    def submit_modal(self, task_id: str, prompt: str, mask: str, now: float, *, notify: str = "") -> Decision:
        """Submit a modal: the task itself starts, and restarts with each further submit."""
        decision = self._submit_modal(task_id, prompt, mask, now, notify)
        self.log.append(RecordedSubmit(now, task_id, "modal", decision.child_id, prompt, mask, "modal"))
        return decision

    def picture(self, task_id: str, name: str) -> bytes | None:
        """Return the PNG of an image by its file name, with or without ".png"."""
        name = name.removesuffix(".png")
        task = self._find(task_id)
        if task is None:
            return None
        key = (task.scene, task.repainted, task.result, len(task.previews()), name)
        if key not in self._pictures:
            drawn = task.draw(name, self.side)
            if drawn is None:
                return None
            self._pictures[key] = drawn
        return self._pictures[key]

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

    def _press(
        self, task_id: str, custom_id: str, now: float, offers: Offers, *, remix: bool, notify: str
    ) -> Decision:
        parent = self._find(task_id)
        if parent is None:
            return Decision("parent_gone")
        if parent.status(now) != "SUCCESS":
            return Decision("not_ready")
        effect = button_effect(custom_id)
        offered = {button.get("customId") for button in parent.offered(now)}
        supported = offers(custom_id) or not self.refuses_known_buttons
        if effect is None or custom_id not in offered or not supported:
            return Decision("unknown_action", text=custom_id)
        if effect.kind == "bookmark":
            return Decision("unchanged", (parent.id,))
        if self.full:
            return Decision("queue_full")
        modal = needs_modal(effect, remix=remix)
        children = []
        for part in range(1, _CHOICES + 1) if effect.kind == "all" else (effect.part,):
            child_id = self._new_id(now)
            each = effect._replace(part=str(part))
            seed = seed_of(self.seed, child_id)
            child = build_child(parent, each, child_id, now, seed, modal=modal, notify=notify)
            if effect.action == "IMAGINE":
                child.prompt = proposed_prompt(parent, each)
            self._put(child)
            children.append(child_id)
        if modal:
            return Decision(
                "modal", tuple(children), text=proposed_prompt(parent, effect), action=effect.action
            )
        return Decision("accepted", tuple(children), self.ahead)

    def _submit_modal(self, task_id: str, prompt: str, mask: str, now: float, notify: str) -> Decision:
        task = self._find(task_id)
        if task is None:
            return Decision("parent_gone")
        if self.full:
            return Decision("queue_full")
        if word := next((each for each in self.banned if each in prompt), None):
            return Decision("banned_word", text=word, prompt=prompt)
        if prompt:
            task.prompt, task.prompt_en = prompt, ""
        if task.repainted is not None:
            task.repainted = replace(task.repainted, mask=mask_of(mask))
        task.steps, task.start, task.notify = LONG, now, notify or task.notify
        self._scheduled(task)
        return Decision("accepted", (task_id,), self.ahead)

    def _new_id(self, now: float) -> str:
        number = round(now * 1000) * 1000
        while f"{number:016d}" in self._issued:
            number += 1
        return f"{number:016d}"
