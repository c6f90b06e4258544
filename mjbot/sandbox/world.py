"""The simulated image service without HTTP: tasks that progress with the time passed to it.

Nothing here reads a clock. Each call is given ``now``, so a test can jump to any second of a task. A lazy
task starts when it is first fetched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from mjbot.sandbox.buttons import button_effect
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.drawings import Drawings
from mjbot.sandbox.making import MakeBody, build_task
from mjbot.sandbox.repaint import mask_of
from mjbot.sandbox.script import LONG, seed_of
from mjbot.sandbox.submits import (
    ANYONE,
    Decision,
    DecisionKind,
    RecordedSubmit,
    Sender,
    SubmitKind,
    build_child,
    change_custom_id,
    existing_change,
    is_changeable,
    needs_modal,
    proposed_prompt,
)
from mjbot.sandbox.task_table import TaskTable

__all__ = ["DemoIds", "World"]

Offers = Callable[[str], bool]
"""A function that returns whether a server supports a customId."""
_CHOICES = 4


class World(TaskTable):
    """A simulated service, which stores tasks and processes submits."""

    def __init__(
        self,
        seed: int = 7,
        base_url: str = "",
        *,
        side: int = 1024,
        scenes: int | None = None,
        drawings: Drawings | None = None,
    ) -> None:
        super().__init__(seed, base_url, side=side, scenes=scenes, drawings=drawings)
        self.log: list[RecordedSubmit] = []
        self.remix = False
        self.ahead = 0
        self.full = False
        self.banned: set[str] = set()
        self.refusal: DecisionKind | None = None
        """The reason for refusing every submit: "no_account" or a later one of `DecisionKind`, or None."""
        self.refuses_known_buttons = True
        """True to refuse buttons that this kind of server does not support."""
        self.admin = False
        """True if the API key belongs to an administrator, who may cancel tasks on trueai's server."""

    @classmethod
    def demo(
        cls,
        now: float,
        *,
        seed: int = 7,
        base_url: str = "",
        side: int = 1024,
        drawings: Drawings | None = None,
    ) -> World:
        """Create a world with the tasks of `DemoIds`."""
        world = cls(seed, base_url, side=side, drawings=drawings)
        world.add_demo(now)
        return world

    def press(
        self, task_id: str, custom_id: str, now: float, offers: Offers, sender: Sender = ANYONE
    ) -> Decision:
        """Press a button. Each accepted press creates another task, as on the real service."""
        decision = self._press(task_id, custom_id, now, offers, sender, remix=self.remix)
        self.log.append(RecordedSubmit(now, task_id, custom_id, decision.child_id, mark=sender.mark))
        return decision

    def change(
        self, task_id: str, action: str, index: object, now: float, sender: Sender = ANYONE
    ) -> Decision:
        """Press a button by action and index, on servers that have neither buttons nor modals."""
        task = self._find(task_id)
        custom_id = change_custom_id(action, index, task.job if task else "")
        existing = existing_change(self._tasks.values(), task_id, custom_id)
        if existing is not None:
            decision = Decision("existed", (existing.id,), text=existing.status(now))
        elif task is not None and task.status(now) == "SUCCESS" and not is_changeable(task):
            decision = Decision("no_grid")
        else:
            decision = self._press(task_id, custom_id, now, lambda _: True, sender, remix=False)
        child, mark = decision.child_id, sender.mark
        self.log.append(RecordedSubmit(now, task_id, custom_id, child, kind="change", mark=mark))
        return decision

    def submit_modal(
        self, task_id: str, prompt: str, mask: str, now: float, sender: Sender = ANYONE
    ) -> Decision:
        """Submit a modal, which starts its task. Each further submit restarts the task."""
        decision = self._submit_modal(task_id, prompt, mask, now, sender)
        child, mark = decision.child_id, sender.mark
        self.log.append(RecordedSubmit(now, task_id, "modal", child, prompt, mask, "modal", mark))
        return decision

    def make(self, make: MakeBody, now: float, sender: Sender = ANYONE) -> Decision:
        """Create a task without a parent task."""
        decision = self._make(make, now, sender)
        child, mark, pictures = decision.child_id, sender.mark, len(make.pictures)
        self.log.append(
            RecordedSubmit(now, "", "", child, make.prompt, "", make.kind, mark, pictures),
        )
        return decision

    def upload(self, pictures: int, now: float) -> Decision:
        """Accept pictures. The returned decision contains a URL for each picture."""
        addresses = tuple(f"{self.base_url}/attachments/{len(self.log)}/{n}.png" for n in range(pictures))
        decision = Decision(self.refusal) if self.refusal else Decision("uploaded", addresses)
        kind: SubmitKind = "upload-discord-images"
        self.log.append(RecordedSubmit(now, "", "", None, kind=kind, pictures=pictures))
        return decision

    def repeated_marks(self) -> list[str]:
        """Return the marks of submits that were accepted, and thus charged, more than once."""
        accepted = Counter(each.mark for each in self.log if each.mark and each.child_id is not None)
        return [mark for mark, times in accepted.items() if times > 1]

    def _press(
        self, task_id: str, custom_id: str, now: float, offers: Offers, sender: Sender, *, remix: bool
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
        if refused := self._refused():
            return refused
        modal = needs_modal(effect, remix=remix)
        children = []
        for part in range(1, _CHOICES + 1) if effect.kind == "all" else (effect.part,):
            child_id = self._new_id(now)
            each = effect._replace(part=str(part))
            seed = seed_of(self.seed, child_id)
            child = build_child(parent, each, child_id, now, seed, modal=modal, sender=sender)
            if effect.action == "IMAGINE":
                child.prompt = proposed_prompt(parent, each)
            self._put(child)
            children.append(child_id)
        if modal:
            return Decision(
                "modal", tuple(children), text=proposed_prompt(parent, effect), action=effect.action
            )
        return Decision("accepted", tuple(children), self.ahead)

    def _submit_modal(self, task_id: str, prompt: str, mask: str, now: float, sender: Sender) -> Decision:
        task = self._find(task_id)
        if task is None:
            return Decision("parent_gone")
        if refused := self._refused(prompt):
            return refused
        if prompt:
            task.prompt, task.prompt_en = prompt, ""
        if task.repainted is not None:
            task.repainted = replace(task.repainted, mask=mask_of(mask))
        task.steps, task.start = LONG, now
        task.notify, task.mark = sender.notify or task.notify, sender.mark or task.mark
        self._scheduled(task)
        return Decision("accepted", (task_id,), self.ahead)

    def _make(self, make: MakeBody, now: float, sender: Sender) -> Decision:
        if refused := self._refused(make.prompt, pictures=bool(make.pictures)):
            return refused
        child_id = self._new_id(now)
        self._put(build_task(make, child_id, now, self._image_seed(child_id), sender))
        return Decision("accepted", (child_id,), self.ahead)

    def _refused(self, prompt: str = "", *, pictures: bool = False) -> Decision | None:
        if self.refusal and (self.refusal != "uploads_off" or pictures):
            return Decision(self.refusal)
        if self.full:
            return Decision("queue_full")
        word = next((each for each in self.banned if each in prompt), None)
        return Decision("banned_word", text=word, prompt=prompt) if word else None
