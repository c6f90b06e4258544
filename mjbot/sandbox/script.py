"""One simulated task: its steps over time, and its payload at any moment."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from mjbot.sandbox.buttons import Payload, clip_buttons, grid_buttons, single_buttons, video_buttons

Result = Literal["grid", "single", "video", "clip"]
Step = tuple[float, str, str]
"""A step: its beginning in seconds after the start, its status, and its progress such as "46%"."""

LONG: tuple[Step, ...] = (
    (0, "SUBMITTED", "0%"),
    *((4.0 + 4 * i, "IN_PROGRESS", f"{p}%") for i, p in enumerate((15, 31, 46, 62, 78, 93))),
    (29, "SUCCESS", "100%"),
)
SHORT: tuple[Step, ...] = (
    (0, "SUBMITTED", "0%"),
    (2, "IN_PROGRESS", "31%"),
    (4.5, "IN_PROGRESS", "62%"),
    (7, "IN_PROGRESS", "93%"),
    (10, "SUCCESS", "100%"),
)
MODAL_STEPS: tuple[Step, ...] = ((0, "MODAL", ""),)

_BUTTONS = {"grid": grid_buttons, "single": single_buttons, "video": video_buttons, "clip": clip_buttons}
_VIDEOS = {"video": 4, "clip": 1}
_DAY = 86_400
_WAITING = ("NOT_START", "SUBMITTED", "MODAL")
ENDED = ("SUCCESS", "FAILURE", "CANCEL")


@dataclass(frozen=True)
class Scene:
    """The contents of an image; see `art` for the meaning of each field."""

    seed: int
    index: int = 0
    mood: str | None = None
    aspect: str = "1:1"


@dataclass(frozen=True)
class Repainted:
    """The picture that a task repaints, and the mask.

    ``mask`` is an image in which the area to repaint is white, or b"" to repaint everything.
    """

    scene: Scene
    mask: bytes = b""


@dataclass
class Script:
    """A task with all its steps. ``start`` is None until the task is first fetched."""

    id: str
    steps: Sequence[Step]
    prompt: str
    scene: Scene
    start: float | None
    action: str = "IMAGINE"
    result: Result | None = "grid"
    buttons: list[Payload] | None = None
    fail_reason: str = ""
    prompt_en: str = ""
    description: str = ""
    notify: str = ""
    """The webhook URL to post each step to; "" for none."""
    mark: str = ""
    """The mark that the submit of the task carried in ``state``."""
    text: str = ""
    """The text that a describe or shorten task returns when it has finished."""
    repainted: Repainted | None = None

    @property
    def final_prompt(self) -> str:
        """The prompt from which the image was made."""
        return self.prompt_en or self.prompt

    @property
    def job(self) -> str:
        """The UUID in the buttons of this task."""
        return str(uuid.UUID(bytes=hashlib.sha256(f"job {self.id}".encode()).digest()[:16], version=4))

    def step_at(self, now: float) -> int:
        """Return the index of the current step."""
        elapsed = 0.0 if self.start is None else now - self.start
        return max((i for i, step in enumerate(self.steps) if step[0] <= elapsed), default=0)

    def status(self, now: float) -> str:
        """Return the current status."""
        return self.steps[self.step_at(now)][1]

    def previews(self) -> dict[int, str]:
        """Return the names of the preview images, by step."""
        shown = [i for i, (_, s, p) in enumerate(self.steps) if s == "IN_PROGRESS" and p not in ("", "0%")]
        return {step: f"preview_{n}" for n, step in enumerate(shown, 1)} if self.result else {}

    def payload(self, now: float, base_url: str) -> Payload:
        """Return the task with all its fields, in midjourney-proxy-plus' format."""
        step = self.step_at(now)
        _, status, progress = self.steps[step]
        submitted = now if self.start is None else self.start
        text = self.text if status == "SUCCESS" else ""
        prompt = self.prompt or text
        return {
            "id": self.id,
            "action": self.action,
            "customId": "",
            "botType": "MID_JOURNEY",
            "prompt": prompt,
            "promptEn": text or self.final_prompt,
            "description": self.description or f"/imagine {self.prompt}",
            "state": self.mark,
            "submitTime": round(submitted * 1000),
            "startTime": self._reached(step, lambda s: s not in _WAITING),
            "finishTime": self._reached(step, lambda s: s in ENDED),
            "imageUrl": self._image_url(step, submitted, base_url),
            "videoUrls": [{"url": url} for url in self._videos(status, base_url)],
            "status": status,
            "progress": progress,
            "failReason": self.fail_reason if status == "FAILURE" else "",
            "buttons": self.offered(now),
            "properties": {"finalPrompt": text or self.final_prompt, "finalZhPrompt": ""},
        }

    def offered(self, now: float) -> list[Payload]:
        """Return the buttons of the task, or an empty list if it has not finished."""
        if self.status(now) != "SUCCESS":
            return []
        if self.buttons is not None:
            return [dict(button) for button in self.buttons]
        if self.result is None:
            return []
        return _BUTTONS[self.result](self.job)

    def stop(self, now: float, status: str, reason: str = "") -> None:
        """End the task at ``now`` with a status that has no result, such as a failure."""
        reached = self.step_at(now)
        elapsed = 0.0 if self.start is None else now - self.start
        self.steps = (*self.steps[: reached + 1], (elapsed, status, self.steps[reached][2]))
        self.fail_reason, self.start = reason, now if self.start is None else self.start

    def _videos(self, status: str, base_url: str) -> list[str]:
        number = _VIDEOS.get(self.result or "", 0) if status == "SUCCESS" else 0
        return [f"{base_url}/attachments/{self.id}/video_{n}.mp4" for n in range(number)]

    def _reached(self, step: int, wanted: Callable[[str], bool]) -> int:
        times = [after for after, status, _ in self.steps[: step + 1] if wanted(status)]
        return round((self.start + times[0]) * 1000) if times and self.start is not None else 0

    def _image_url(self, step: int, submitted: float, base_url: str) -> str:
        status = self.steps[step][1]
        if self.result is None or status in _WAITING:
            return ""
        if self.result == "clip" and status == "SUCCESS":  # many servers put a single video here, too
            return self._videos(status, base_url)[0]
        name = "result" if status == "SUCCESS" else self.previews().get(step)
        if name is None:
            return ""
        created = int(submitted + self.steps[step][0])
        signature = hashlib.sha256(f"{self.id}/{name}/{created}".encode()).hexdigest()
        query = f"ex={created + _DAY:x}&is={created:x}&hm={signature}&"
        return f"{base_url}/attachments/{self.id}/{name}.png?{query}"


def seed_of(world: int, task_id: str) -> int:
    """Return the seed of a task's images."""
    return int.from_bytes(hashlib.sha256(f"{world}/{task_id}".encode()).digest()[:6], "big")


def parse_aspect(prompt: str) -> str:
    """Return the aspect ratio that ``--ar`` sets in a prompt."""
    found = re.search(r"--(?:ar|aspect) ([1-9]\d?:[1-9]\d?)(?!\S)", prompt)
    return found[1] if found else "1:1"
