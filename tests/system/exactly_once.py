"""What three people do in a channel, and what must be true of it in the end."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from mjbot.core.card.components import Verb, action_digest, parse, parse_target
from mjbot.core.model.task import TaskId
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.system.discord_stub import DiscordStub, Interaction, Message
from tests.system.discord_stub.log import SECONDS
from tests.system.process import BotProcess, running

SUBMITS = "/mj/submit/*"
IMAGINE, SHORTEN = "/imagine", "/shorten"
COMMANDS = (IMAGINE, SHORTEN)
ZOOM, AGAIN, SUBMITTING = "Custom Zoom", "Do it again", "Submitting"
ANN, BEN, CID = 0, 1, 2
EVERYBODY = (ANN, BEN, CID)
DONE = [(0.0, "SUCCESS", "100%")]
_LOOKED_FOR = 100.0  # seconds after which the next start looks for all lost submits at once
_LINE = re.compile(r"\d+\\\. (?P<stage>[^:(\[]+|\[(?P<linked>\w+)\]\(\S+\)): (?P<prompt>[^(]*?)(?: \(|\Z)")
_ENDS = ("Started", "Not started", "Not found")
_UNCLEAR = "Unclear"  # only where no list tells


class Rig:
    """A bot process, its Discord and its image service, and the event loop they run in."""

    def __init__(self, runner: asyncio.Runner, stack: AsyncExitStack, folder: Path, dialect: str) -> None:
        self.run = runner.run
        self.dialect = dialect
        self.stack = stack
        self.folder = folder
        self.ids = map(str, count(1_730_621_718_000_000))
        self.numbers = count()
        self.ahead = 0.0

    async def open(self) -> None:
        """Start everything."""
        self.world = World(side=64)
        # Discord's limits of edits have tests of their own; here they would only delay what is waited for.
        self.stub = await self.stack.enter_async_context(DiscordStub(edit_window=0.5))
        now = time.time()  # no task makes progress: its edits would delay those that the tests wait for
        self.upstream = await self.stack.enter_async_context(SandboxServer(self.world, lambda: now))
        self.guild = self.stub.add_guild("Atelier")  # known to the bot from its start, or it may not press
        self.bot: BotProcess = await self.stack.enter_async_context(
            running(self.stub, self.upstream, self.folder, self.dialect, {"MAKE_ANYWHERE": "yes"})
        )
        self.people = [self.stub.add_user(name) for name in ("ann", "ben", "cid")]

    async def restart(self) -> None:
        """Kill the bot and start it again; the image service works from then on."""
        await self.bot.kill()
        self.upstream.clear_faults()
        self.world.full = False
        await self.bot.start()

    def presses(self, state: str) -> int:
        """Count the presses that the database has in this state."""
        with closing(sqlite3.connect(self.bot.database)) as connection:
            return len(connection.execute("select 1 from presses where state = ?", [state]).fetchall())

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what only the file or the image service can tell."""
        async with asyncio.timeout(SECONDS):
            while not condition():
                await asyncio.sleep(0.05)


@dataclass
class AskedSeries:
    """A series that somebody was asked about. ``pressed``: the press of *Start*, if there was one."""

    who: int
    question: Message
    prompts: tuple[str, ...]
    pressed: Interaction | None = None

    @property
    def card(self) -> Message | None:
        """The message that lists the pictures."""
        message = self.pressed.message if self.pressed else None
        return message if message and message.embeds else None

    @property
    def stages(self) -> dict[str, str]:
        """What the card says of each picture, by its prompt."""
        text = str(self.card.embeds[0].get("description", "")) if self.card else ""
        return {
            each["prompt"]: (each["linked"] or each["stage"]).strip()
            for line in text.split("\n")
            for each in _LINE.finditer(line)
        }

    def ended(self, *ends: str) -> bool:
        """Whether the card says of all pictures what became of them."""
        stages = self.stages
        return set(stages) == set(self.prompts) and all(each.startswith(ends) for each in stages.values())


class ChannelScenario:
    """A channel of its own, with the cards of a grid and of a single picture.

    Each fault has a channel, because Discord allows few edits in one.
    """

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.offers: list[tuple[Message, str]] = []
        """The "Do it again" buttons that were offered."""
        self.opened_modals: list[Interaction] = []
        """Presses that opened a modal."""
        self.series: list[AskedSeries] = []
        self.children: set[str] = set()
        """The tasks that one press made together; the log names the first of them."""
        self.repeated_knowingly: set[str] = set()
        """The custom_ids pressed in the knowledge that the action may have been submitted before."""
        self.prompt_of: dict[str, str] = {}
        """The prompt of each make that was offered again, by its id."""
        self.grid, self.single = TaskId(next(rig.ids)), TaskId(next(rig.ids))

    async def show_cards(self) -> ChannelScenario:
        """Show the cards."""
        rig = self.rig
        self.channel = rig.stub.add_channel(rig.guild, "pictures")
        rig.world.add(self.grid, DONE, start=time.time() - 60)
        rig.world.add(self.single, DONE, start=time.time() - 60, result="single", action="UPSCALE")
        self.cards = {each: await self.card(each) for each in (self.grid, self.single)}
        return self

    async def card(self, task_id: TaskId) -> Message:
        """Ask for the card of a task."""
        stub, ann = self.rig.stub, self.rig.people[ANN]
        asked = await stub.slash(self.channel, ann, "status", task_id=task_id)
        await stub.until(lambda: asked.message and asked.message.buttons(), SECONDS)
        assert asked.message is not None
        return asked.message

    # What people do

    async def act(self, label: str, who: Sequence[int], task_id: TaskId | None = None) -> None:
        """Press a button or use a command at one moment, and wait until each of them sees the outcome."""
        if label in COMMANDS:
            await self._make(label.removeprefix("/"), who)
            return
        message = self.cards[task_id or self.grid]
        await self.press(message, button_id(message, label), who)

    async def everybody_acts(self, series: AskedSeries | None = None) -> None:
        """Let a press, two commands and a series be submitted at one moment: four submits."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.act("V1", [ANN]))
            group.create_task(self.act(IMAGINE, [BEN]))
            group.create_task(self.act(SHORTEN, [CID]))
            if series is not None:
                group.create_task(self.start(series))

    async def ask_for_series(self, who: int) -> AskedSeries:
        """Write a prompt with braces, and get the private question."""
        stub, number = self.rig.stub, next(self.rig.numbers)
        prompt = f"kite {number} {{red, blue}}"
        asked = await stub.slash(self.channel, self.rig.people[who], "imagine", prompt=prompt)
        await stub.until(lambda: asked.ephemeral and asked.ephemeral.buttons(), SECONDS)
        assert asked.ephemeral is not None
        series = AskedSeries(who, asked.ephemeral, (f"kite {number} red", f"kite {number} blue"))
        self.series.append(series)
        return series

    async def press_start(self, series: AskedSeries) -> Interaction:
        """Press *Start* under the question."""
        message, user = series.question, self.rig.people[series.who]
        series.pressed = await self.rig.stub.press(message, button_id(message, "Start"), user)
        return series.pressed

    async def start(self, series: AskedSeries) -> None:
        """Start a series, and wait for its card."""
        pressed = await self.press_start(series)
        await self.rig.stub.until(lambda: pressed.ephemeral or series.card, SECONDS)
        assert pressed.ephemeral is None, pressed.ephemeral.content

    async def stop(self, series: AskedSeries) -> None:
        """Press *Stop* on the card of a series, if it has the button."""
        assert series.card is not None
        with suppress(StopIteration, LookupError):
            stop = button_id(series.card, "Stop")
            pressed = await self.rig.stub.press(series.card, stop, self.rig.people[series.who])
            await pressed.answered(SECONDS)

    async def press(self, message: Message, custom_id: str, who: Sequence[int]) -> None:
        """Press as these people at the same time, and wait until each of them sees the outcome."""
        pressed = []
        for each in who:
            with suppress(LookupError):  # disabled at the moment
                pressed.append(await self.rig.stub.press(message, custom_id, self.rig.people[each]))
        for interaction in pressed:
            await self._seen(interaction)

    async def do_it_again(self, message: Message, custom_id: str, who: int) -> None:
        """Press an offered *Do it again*."""
        self.repeated_knowingly.add(custom_id)
        if message.ephemeral:
            await self.press(message, custom_id, [who])
            return
        stub, target = self.rig.stub, parse(custom_id)
        assert target is not None
        with suppress(LookupError):  # it was repeated or found meanwhile
            pressed = await stub.press(message, custom_id, self.rig.people[who])
            await stub.until(
                lambda: pressed.ephemeral or (not _offers(message, custom_id) and _is_settled(message)),
                SECONDS,
            )
            self._offer_again(message, self.prompt_of[target.task_id])

    async def answer(self, opened: Interaction, *, lost: bool) -> None:
        """Write into a modal that was opened."""
        assert opened.modal is not None
        self.repeated_knowingly.add(opened.modal["custom_id"])
        if lost:
            self.rig.upstream.lose("/mj/submit/modal", times=1)
        await self._seen(await self.rig.stub.submit(opened, {"prompt": "a wider lake --zoom 1.5"}))
        self.rig.upstream.clear_faults()

    # What must be true

    def messages(self) -> list[Message]:
        """The public messages of the channel."""
        return [each for each in self.rig.stub.messages(self.channel) if not each.deleted]

    def allowed(self, made_of: str, digest: str) -> int:
        """Once, and once more for each press that knew of the one before. ``made_of``: a task or a prompt.

        An action with a modal is submitted once for each modal that was answered.
        """
        targets = [each for each in map(parse, self.repeated_knowingly) if each is not None]
        verbs = [
            each.verb
            for each in targets
            if (each.task_id, parse_target(each.arg).action) == (made_of, digest)
            or self.prompt_of.get(each.task_id) == made_of
        ]
        return verbs.count(Verb.MODAL) or 1 + verbs.count(Verb.AGAIN)

    @property
    def started_series(self) -> list[AskedSeries]:
        """The series of which *Start* was pressed."""
        return [each for each in self.series if each.pressed]

    async def _make(self, command: str, who: Sequence[int]) -> None:
        stub, prompts = self.rig.stub, [f"bird {next(self.rig.numbers)}" for _ in who]
        asked = [
            await stub.slash(self.channel, self.rig.people[each], command, prompt=prompt)
            for each, prompt in zip(who, prompts, strict=True)
        ]
        for interaction, prompt in zip(asked, prompts, strict=True):
            await stub.until(partial(_is_told, interaction), SECONDS)
            if interaction.message is not None:
                self._offer_again(interaction.message, prompt)

    def _offer_again(self, card: Message, prompt: str) -> None:
        for each in card.buttons():
            if each.get("label") == AGAIN and (target := parse(str(each["custom_id"]))) is not None:
                self.offers.append((card, str(each["custom_id"])))
                self.prompt_of[target.task_id] = prompt

    async def _seen(self, interaction: Interaction) -> None:
        await self.rig.stub.until(lambda: _outcome(interaction), SECONDS)
        if interaction.modal is not None:
            self.opened_modals.append(interaction)
        if (told := interaction.ephemeral) is not None:
            again = [str(each["custom_id"]) for each in told.buttons() if each.get("label") == AGAIN]
            self.offers += [(told, each) for each in again]


def assert_nothing_was_made_twice(rig: Rig, scenarios: Sequence[ChannelScenario]) -> None:
    """By the log of the image service."""
    made = Counter(
        (each.task_id or each.prompt, action_digest(each.custom_id))
        for each in rig.world.log
        if each.child_id
    )
    for action, times in made.items():
        allowed = max(scenario.allowed(*action) for scenario in scenarios)
        assert times <= allowed, f"{action} was made {times} times: {rig.world.log}"
    assert rig.world.repeated_marks() == []


async def assert_all_is_shown(rig: Rig, scenarios: Sequence[ChannelScenario]) -> None:
    """Every submit that the service accepted ends as a card, and the card of a series says what is true.

    new-api has no list in which lost submits could be found.
    """
    rig.ahead += _LOOKED_FOR
    rig.bot.turn_clock(rig.ahead)
    rig.stub.world.new_id.ahead = rig.ahead  # the lookup of a posted card goes by time
    await rig.restart()
    made = {child for scenario in scenarios for child in scenario.children}
    has_list = rig.dialect != "new-api"
    ends = _ENDS if has_list else (*_ENDS, _UNCLEAR)

    def missing() -> set[str]:
        shown = {task_of(message) for scenario in scenarios for message in scenario.messages()}
        made.update(str(each.child_id) for each in rig.world.log if each.child_id)
        return made - shown if has_list else set()

    started = [series for scenario in scenarios for series in scenario.started_series]
    # A second for each edit that the bot makes in a channel, where final cards go first.
    patience = SECONDS + 2 * max(len(scenario.messages()) for scenario in scenarios)
    try:
        await rig.stub.until(lambda: not missing() and all(each.ended(*ends) for each in started), patience)
    except TimeoutError:
        stages = [each.stages or each.prompts for each in started if not each.ended(*ends)]
        raise AssertionError(f"no card of {missing()}; series {stages}; {rig.world.log}") from None
    accepted = {each.prompt for each in rig.world.log if each.child_id}
    for prompt, stage in (each for series in started for each in series.stages.items()):
        is_true = (stage == "Started") == (prompt in accepted)
        assert is_true or stage.startswith(_UNCLEAR), (prompt, stage, rig.world.log)
    assert_nothing_was_made_twice(rig, scenarios)
    cards = Counter(task_of(message) for scenario in scenarios for message in scenario.messages())
    twice = [child for child in made if cards[child] > 1]
    assert not twice, f"more than one card of {twice}; {rig.world.log}"


def task_of(card: Message) -> str:
    """The id of the task that a card shows; "" if the message is no card of a task."""
    footers = [str(embed.get("footer", {}).get("text", "")) for embed in card.embeds]
    return footers[0].rpartition(" ")[2] if footers else ""


def _is_settled(card: Message | None) -> bool:
    """Whether the card of a make shows what became of it."""
    return bool(card and card.embeds and card.embeds[0]["title"] != SUBMITTING)


def _is_told(interaction: Interaction) -> bool:
    """Whether a card, or a private text where the database failed, says what became of a make."""
    return _is_settled(interaction.message) or interaction.ephemeral is not None


def _offers(message: Message, custom_id: str) -> bool:
    return any(each.get("custom_id") == custom_id for each in message.buttons())


def button_id(message: Message, label: str) -> str:
    """The custom_id of the button with this label or emoji."""
    return next(
        str(each["custom_id"])
        for each in message.buttons()
        if label in (each.get("label"), (each.get("emoji") or {}).get("name"))
    )


def _outcome(interaction: Interaction) -> Any:
    """The outcome that a person sees, once there is one."""
    delivered = interaction.message
    return (
        interaction.modal
        or interaction.ephemeral
        or (delivered and not delivered.deleted and delivered.embeds)
    )
