"""Sample cards for the gallery: one for each state, and one for each text that can break a layout."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mjbot.core.card.card import Card, queue_full_card, render, superseded_card
from mjbot.core.card.components import CustomId, Verb, action_digest
from mjbot.core.card.content import ImageState
from mjbot.core.card.description import requester_of
from mjbot.core.card.lineage import Lineage, RelatedTask
from mjbot.core.card.series import SeriesPicture, SeriesStage
from mjbot.core.card.state import CardContext
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.making.findings import PromptFinding, Verdict
from mjbot.core.model.makes import MAKE_BYTES, make_id
from mjbot.core.model.press import MAKE_ACTION, MODAL_ACTION, Press
from mjbot.core.model.snapshot import (
    DEFAULT_THRESHOLDS,
    Condition,
    Dismissed,
    Missing,
    Seen,
    TaskSnapshot,
    Tick,
    Unreachable,
    UpstreamProblem,
    advance,
)
from mjbot.core.model.task import Button, Task, TaskId
from mjbot.core.model.watch import Audience
from mjbot.sandbox.buttons import grid_buttons, single_buttons, video_buttons
from mjbot.sandbox.demo_tasks import LONG_PROMPT

NOW = 1_763_936_700
GUILD = 1
ID = TaskId("1763936412345678")
JOB = "9531985d-5d9d-49f8-9818-e811892f902b"
URL = "https://discord.com/channels/1/2/3"
PICTURE = "https://pictures.example/result.png"
PROMPTS = {
    "en-US": "an old lighthouse keeper reading by a window, amber light, film grain --ar 3:2 --v 7",
    "zh-CN": "雾中的雪山与灯塔，木刻版画风格，五色油墨 --ar 3:2 --v 7",
    "zh-TW": "霧中的雪山與燈塔，木刻版畫風格，五色油墨 --ar 3:2 --v 7",
}
DESCRIBED = "\n\n".join(
    f"{n}\ufe0f\u20e3 A screen print of layered mountains under a low sun --ar 1:1" for n in range(1, 5)
)
LONG_TEXT = "\n\n".join(f"{n}\ufe0f\u20e3 {LONG_PROMPT[:-13]} --ar 1:1" for n in range(1, 5))
SHORTEN = (
    "## Important tokens\n**lighthouse** (1.00), **keeper** (0.62), window (0.31), ~~old~~ (0.04)\n"
    "## Shortened prompts\n1\ufe0f\u20e3 lighthouse keeper, amber light\n2\ufe0f\u20e3 lighthouse keeper"
)
HEBREW = "\u202eמגדלור ישן בחוף, אור ענבר --ar 3:2\u202c \u2067منارة قديمة على الشاطئ\u2069"
MARKDOWN = "# no heading @everyone <@1> **bold** [link](https://x.example) `code` > quote -# ||spoiler||"


@dataclass(frozen=True)
class Shot:
    """One sample card; ``aspect`` is the shape of its picture, "" for none.

    ``file`` is the extension of an attached file that is not a picture.
    """

    name: str
    card: Card
    aspect: str = ""
    stage: str = "result"
    file: str = ""
    image: ImageState = ImageState.SHOWN


def _buttons(payloads: list[dict[str, object]]) -> tuple[Button, ...]:
    return tuple(
        Button(
            str(w.get("customId", "")),
            str(w["label"]),
            str(w["emoji"]),
            int(str(w["style"])),
            str(w.get("url", "")),
        )
        for w in payloads
    )


GRID, SINGLE, VIDEO = _buttons(grid_buttons(JOB)), _buttons(single_buttons(JOB)), _buttons(video_buttons(JOB))


class CardSamples:
    """Builds the sample cards in one language."""

    def __init__(self, locale: str, requester_id: int) -> None:
        self._locale = locale
        self._requester = requester_of(Audience(locale, GUILD, requester_id))
        self._prompt = PROMPTS[locale]

    def task(self, status: str, **fields: object) -> Task:
        """Build a task; the status decides which times it has."""
        base = Task(ID, status=status, action="IMAGINE", prompt=self._prompt, submitted_at=NOW - 95)
        if status not in ("NOT_START", "SUBMITTED", "MODAL"):
            base = replace(base, started_at=NOW - 73)
        if status in ("SUCCESS", "FAILURE", "CANCEL"):
            base = replace(base, finished_at=NOW - 20)
        return replace(base, **fields)  # type: ignore[arg-type]

    def seen(self, task: Task) -> TaskSnapshot:
        """Build the snapshot of a task that was read twice."""
        snapshot = TaskSnapshot(ID, opened_at=NOW - 90)
        first = replace(task, progress="0%") if not task.phase.final else task
        return advance(advance(snapshot, Seen(first), NOW - 60), Seen(task), NOW - 25)

    def draw(
        self, snapshot: TaskSnapshot, presses: dict[str, Press] | None = None, related: Lineage | None = None
    ) -> Card:
        """Render the card of a snapshot."""
        context = CardContext(self._locale, presses or {}, related or Lineage(), requester=self._requester)
        return render(snapshot, replace(context, can_cancel=True, can_make=True))

    def shot(self, name: str, status: str, aspect: str = "", stage: str = "result", **fields: object) -> Shot:
        """Build the sample of a task that is read without problems."""
        picture = {"image_url": PICTURE} if aspect else {}
        return Shot(name, self.draw(self.seen(self.task(status, **picture, **fields))), aspect, stage)

    def alive(self) -> list[Shot]:
        """Return the cards of tasks that are still alive."""
        running = self.seen(self.task("IN_PROGRESS", progress="46%", image_url=PICTURE))
        quiet = advance(running, Tick(), NOW + DEFAULT_THRESHOLDS.quiet)
        key = advance(running, Unreachable(UpstreamProblem.KEY), NOW - 20)
        down = advance(running, Unreachable(UpstreamProblem.UNAVAILABLE), NOW - 20)
        queued = advance(
            self.seen(self.task("SUBMITTED")), Unreachable(UpstreamProblem.UNAVAILABLE), NOW - 20
        )
        late = NOW + DEFAULT_THRESHOLDS.unreachable
        return [
            self.shot("queued", "SUBMITTED", ahead=3),
            self.shot("running", "IN_PROGRESS", "3:2", "preview", progress="46%"),
            self.shot("running, no percent", "IN_PROGRESS", progress="Waiting to start"),
            self.shot("unknown status", "PAUSED", progress="62%"),
            Shot("quiet", self.draw(quiet), "3:2", "preview"),
            Shot("unreachable", self.draw(advance(down, Tick(), late))),
            Shot("unreachable, key refused", self.draw(advance(key, Tick(), late))),
            Shot("unreachable in the queue", self.draw(advance(queued, Tick(), late))),
        ]

    def done(self) -> list[Shot]:
        """Return results with buttons, parents and children."""
        grid = self.seen(self.task("SUCCESS", buttons=GRID, image_url=PICTURE))
        presses = {
            action_digest(GRID[1].custom_id): Press.ACCEPTED,
            action_digest(GRID[2].custom_id): Press.SENDING,
        }
        children = tuple(RelatedTask(ID, label, URL) for label in ("U2", "V3"))
        parent = Lineage(parent=RelatedTask(ID, "U2", URL))
        single = self.seen(self.task("SUCCESS", action="UPSCALE", buttons=SINGLE, image_url=PICTURE))
        return [
            Shot(
                "a grid with U2 used and U3 on its way",
                self.draw(grid, presses, Lineage(children=children)),
                "1:1",
            ),
            Shot("a single picture", self.draw(single, None, parent), "1:1", "single"),
        ]

    def makes(self) -> list[Shot]:
        """Return the cards of makes that have no task yet, or never got one."""
        make = TaskSnapshot(make_id(bytes(MAKE_BYTES)), NOW, self.task("SUBMITTED", action="IMAGINE"))
        mended = PromptFinding(Verdict.MENDED, Text.PROMPT_MENDED, "—ar 3:2", "--ar 3:2")
        refused = translate(Text.REPLY_BANNED_WORD, self._locale, word="rude", label="/imagine")
        states = (
            ("submitting", Press.SENDING, (mended.sentence(self._locale),)),
            ("submitting, queue full", Press.RETRYING, ()),
            ("not started", Press.REFUSED, (refused,)),
            ("unclear", Press.UNCLEAR, ()),
        )
        shots = []
        for name, press, notes in states:
            context = CardContext(self._locale, {MAKE_ACTION: press}, notes=notes, tries=1, can_make=True)
            shots.append(Shot(name, render(make, context)))
        colours = ("red", "green", "blue", "grey", "white")
        stages = (
            SeriesPicture("", SeriesStage.STARTED, URL),
            SeriesPicture("", SeriesStage.REFUSED, "", refused),
            SeriesPicture("", SeriesStage.UNCLEAR),
            SeriesPicture("", SeriesStage.RETRYING),
            SeriesPicture("", SeriesStage.WAITING),
        )
        series = tuple(
            replace(stage, prompt=f"a {colour} kite") for stage, colour in zip(stages, colours, strict=True)
        )
        shots.append(Shot("a series", render(make, CardContext(self._locale, series=series))))
        return shots

    def ends(self) -> list[Shot]:
        """Return all other ends, and the states that wait for a user or for the queue."""
        running = self.seen(self.task("IN_PROGRESS", progress="46%"))
        waiting = self.seen(self.task("MODAL", action="ZOOM"))
        region = self.seen(self.task("MODAL", action="INPAINT"))
        lost, unknown = running, TaskSnapshot(ID, opened_at=NOW)
        for second in range(DEFAULT_THRESHOLDS.lost_misses + 1):
            lost = advance(lost, Missing(), NOW + second * 15)
            unknown = advance(unknown, Missing(), NOW + second * 15)
        ended = advance(running, Tick(), NOW + DEFAULT_THRESHOLDS.watch)
        reason = "[Invalid parameter] Unrecognized parameter(s): --arr"
        stop = CustomId(Verb.STOP, ID, "abc")
        return [
            self.shot("failed", "FAILURE", fail_reason=reason),
            self.shot("failed by the image service's own timeout", "FAILURE", fail_reason="任务超时"),
            self.shot("failed, no reason", "FAILURE"),
            self.shot("cancelled", "CANCEL"),
            Shot("waiting for a prompt", self.draw(waiting)),
            Shot("waiting for a region", self.draw(region)),
            Shot("dismissed", self.draw(advance(waiting, Dismissed(), NOW))),
            Shot("queue full", queue_full_card(stop, "U2", NOW + 20, self._locale)),
            Shot("queue full, with a prompt", self.draw(waiting, {MODAL_ACTION: Press.RETRYING})),
            Shot("lost", self.draw(lost)),
            Shot("not found", self.draw(unknown)),
            Shot("loading", self.draw(TaskSnapshot(ID, opened_at=NOW))),
            Shot("no longer watching", self.draw(ended)),
            Shot("updates stopped", self.draw(replace(running, condition=Condition.STOPPED))),
            Shot("continued on a newer card", superseded_card(running, URL, self._locale)),
        ]

    def texts(self) -> list[Shot]:
        """Return results that are texts or videos, or that can't be shown."""
        reader = tuple(Button(f"MJ::Job::PicReader::{n}", "", f"{n}\ufe0f\u20e3") for n in range(1, 5))
        videos = tuple(f"https://videos.example/{n}.mp4" for n in range(4))
        described = self.shot(
            "a description",
            "SUCCESS",
            "1:1",
            action="DESCRIBE",
            prompt=DESCRIBED,
            text=DESCRIBED,
            buttons=reader,
        )
        long = self.shot("a long description", "SUCCESS", action="DESCRIBE", text=LONG_TEXT, buttons=reader)
        shorten = self.shot("a shorten", "SUCCESS", action="SHORTEN", text=SHORTEN)
        numbers = self.seen(self.task("SUCCESS", action="SHORTEN", text=SHORTEN))
        drawn = Shot("a shorten, drawn by us", render(numbers, CardContext(self._locale, can_make=True)))
        video = self.shot("a video", "SUCCESS", action="VIDEO", video_urls=videos[:1], buttons=VIDEO)
        linked = self.shot(
            "videos that cannot be attached",
            "SUCCESS",
            "3:2",
            "single",
            action="VIDEO",
            video_urls=videos,
            buttons=VIDEO,
        )
        unsure = self.shot("a picture that cannot be attached", "SUCCESS", "3:2", buttons=GRID)
        hidden = self.shot("a result that cannot be shown", "SUCCESS", "1:1", buttons=GRID)
        return [
            described,
            replace(long, file="txt"),
            shorten,
            drawn,
            replace(video, file="mp4"),
            replace(linked, image=ImageState.MISSING),
            replace(unsure, image=ImageState.LINKED),
            replace(hidden, aspect=""),
            self.shot("no result yet", "SUCCESS", buttons=GRID),
        ]

    def extremes(self) -> list[Shot]:
        """Return what breaks layouts: long texts, odd shapes, right-to-left text, markdown, many buttons."""
        long = (LONG_PROMPT * 5)[:4000]
        many = tuple(Button(f"MJ::JOB::new_{n}::{JOB}", f"Action {n}") for n in range(1, 31))
        return [
            self.shot(
                "a prompt of 4,000 characters",
                "SUCCESS",
                "9:16",
                prompt=long,
                buttons=GRID,
            ),
            self.shot("a wide picture, and text from right to left", "SUCCESS", "21:9", prompt=HEBREW),
            self.shot("markdown and mentions", "FAILURE", prompt=MARKDOWN, fail_reason=MARKDOWN),
            self.shot("twenty-five buttons", "SUCCESS", "3:2", buttons=many[:25]),
            self.shot("thirty buttons", "SUCCESS", "3:2", buttons=many),
        ]


def groups(locale: str, requester_id: int = 1) -> dict[str, list[Shot]]:
    """Return all samples in one language, by the picture they are drawn in."""
    samples = CardSamples(locale, requester_id)
    return {
        "alive": samples.alive(),
        "done": samples.done(),
        "ends": [*samples.ends(), *samples.makes()],
        "text-video": samples.texts(),
        "extremes": samples.extremes(),
    }
