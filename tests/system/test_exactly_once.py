"""Nothing is submitted twice, whatever people, the network and kills do, by the image service's own log."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mjbot.core.card.components import Verb, action_digest, parse, parse_target
from mjbot.core.model.task import TaskId
from mjbot.sandbox.buttons import button
from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.faults import When
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.discord_answers import Call
from tests.system.discord_stub import DiscordStub, Interaction, Message
from tests.system.process import SECONDS, BotProcess, running

SUBMITS = "/mj/submit/*"
DONE = [(0.0, "SUCCESS", "100%")]
IMAGINE = "/imagine"
LABELS = st.sampled_from(["U1", "V1", "V2", "🔄", IMAGINE, IMAGINE])
LOOKED_FOR = 100.0  # seconds after which the next start looks for all lost submits at once
WHO = st.integers(0, 2)
EXAMPLES, STEPS = 4, 12
ZOOM, AGAIN, SUBMITTING = "Custom Zoom", "Do it again", "Submitting"


class Rig:
    """A bot process, its Discord and its image service, and the event loop they run in."""

    def __init__(self, runner: asyncio.Runner, stack: AsyncExitStack, folder: Path, dialect: str) -> None:
        self.run = runner.run
        self.dialect = dialect
        self.stack = stack
        self.folder = folder
        self.ids = map(str, count(1_730_621_718_000_000))
        self.prompts = (f"kite {n}" for n in count())
        self.ahead = 0.0

    async def open(self) -> None:
        """Start everything."""
        self.world = World(side=64)
        self.stub = await self.stack.enter_async_context(DiscordStub())
        self.upstream = await self.stack.enter_async_context(SandboxServer(self.world, time.time))
        self.guild = self.stub.add_guild("Atelier")  # known to the bot from its start, or it may not press
        self.bot: BotProcess = await self.stack.enter_async_context(
            running(self.stub, self.upstream, self.folder, self.dialect, {"MAKE_ANYWHERE": "yes"})
        )
        self.people = [self.stub.add_user(name) for name in ("ann", "ben", "cid")]


@pytest.fixture(params=sorted(set(DIALECTS) - {"original"}))
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """One for each dialect whose tasks have buttons."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        rig = Rig(runner, stack, tmp_path, request.param)
        try:
            rig.run(rig.open())
            yield rig
        finally:
            rig.run(stack.aclose())


class Presses(RuleBasedStateMachine):
    """Three people press the buttons of a grid and of a single picture, in a channel of their own."""

    def __init__(self, rig: Rig) -> None:
        super().__init__()
        self.rig = rig
        self.offers: list[tuple[Message, str]] = []
        """The "Do it again" buttons that were offered."""
        self.windows: list[Interaction] = []
        """Presses that opened a modal."""
        self.knowing: set[str] = set()
        """The custom_ids pressed in the knowledge that the action may have been submitted before."""
        self.prompt_of: dict[str, str] = {}
        """The prompt of each make that was offered again, by its id."""
        self.was_full = False
        self.grid, self.single = TaskId(next(rig.ids)), TaskId(next(rig.ids))
        rig.run(self._deal())

    async def _deal(self) -> None:
        rig = self.rig
        rig.upstream.clear_faults()
        rig.world.full = False
        rig.world.log.clear()
        self.channel = rig.stub.add_channel(rig.guild, "pictures")
        self.cards = {}
        rig.world.add(self.grid, DONE, start=time.time() - 60)
        rig.world.add(self.single, DONE, start=time.time() - 60, result="single", action="UPSCALE")
        for task_id in (self.grid, self.single):
            self.cards[task_id] = await self._card(task_id)

    async def _card(self, task_id: TaskId) -> Message:
        stub, ann = self.rig.stub, self.rig.people[0]
        asked = await stub.slash(self.channel, ann, "status", task_id=task_id)
        await stub.until(lambda: asked.message and asked.message.buttons(), SECONDS)
        assert asked.message is not None
        return asked.message

    def teardown(self) -> None:
        self.rig.run(self._all_shown())

    async def _all_shown(self) -> None:
        """Every submit that the service accepted ends as a card; new-api has no list to find lost ones in."""
        rig = self.rig
        rig.world.full = False
        rig.ahead += LOOKED_FOR
        rig.bot.turn_clock(rig.ahead)
        await self._restart()
        if rig.dialect != "new-api":
            made = {str(each.child_id) for each in rig.world.log if each.child_id}
            # A second for each edit that Discord allows in a channel, where final cards go first.
            patience = SECONDS + 2 * len(rig.stub.messages(self.channel))
            try:
                await rig.stub.until(lambda: made <= self._shown(), patience)
            except TimeoutError:
                pytest.fail(f"no card of {made - self._shown()}: {rig.world.log}")

    @rule(who=WHO, label=LABELS)
    def press(self, who: int, label: str) -> None:
        self.rig.run(self._press(label, [who]))

    @rule(label=LABELS)
    def press_at_one_moment(self, label: str) -> None:
        self.rig.run(self._press(label, [0, 1, 2]))

    @rule(who=WHO, label=LABELS)
    def press_and_lose_the_request(self, who: int, label: str) -> None:
        self.rig.upstream.drop(SUBMITS, times=1)
        self.rig.run(self._press(label, [who]))
        self.rig.upstream.clear_faults()

    @rule(who=WHO, label=LABELS)
    def press_and_lose_the_answer(self, who: int, label: str) -> None:
        self.rig.upstream.lose(SUBMITS, times=1)
        self.rig.run(self._press(label, [who]))
        self.rig.upstream.clear_faults()

    @rule(who=WHO, label=LABELS, when=st.sampled_from(["before", "after"]))
    def press_and_kill(self, who: int, label: str, when: When) -> None:
        self.rig.run(self._press_and_kill(label, who, when))

    @rule(who=WHO, label=LABELS, kill=st.booleans())
    def press_while_the_database_is_locked(self, who: int, label: str, *, kill: bool) -> None:
        self.rig.run(self._press_and_lock(label, who, kill=kill))

    @precondition(lambda self: self.rig.dialect == "true")
    @rule(when=st.sampled_from(["before", "after"]), card=st.integers(0, 2))
    def make_four_and_kill_between_their_cards(self, when: When, card: int) -> None:
        self.rig.run(self._make_four_and_kill(when, card))

    @rule()
    def restart(self) -> None:
        self.rig.run(self._restart())

    @rule(full=st.booleans())
    def fill_the_queue(self, full: bool) -> None:
        self.rig.world.full = full
        self.was_full = self.was_full or full

    @precondition(lambda self: self.offers)
    @rule(who=WHO, data=st.data())
    def do_it_again(self, who: int, data: st.DataObject) -> None:
        message, custom_id = data.draw(st.sampled_from(self.offers))
        self.knowing.add(custom_id)
        if message.ephemeral:
            self.rig.run(self._act(message, custom_id, [who]))
        else:
            self.rig.run(self._imagine_again(message, custom_id, who))

    @rule(who=WHO)
    def open_a_window(self, who: int) -> None:
        self.rig.run(self._press(ZOOM, [who], self.single))

    @precondition(lambda self: self.windows)
    @rule(data=st.data(), lost=st.booleans())
    def answer_a_window(self, data: st.DataObject, lost: bool) -> None:
        opened = data.draw(st.sampled_from(self.windows))
        assert opened.modal is not None
        self.knowing.add(opened.modal["custom_id"])
        if lost:
            self.rig.upstream.lose("/mj/submit/modal", times=1)
        self.rig.run(self._answer(opened))
        self.rig.upstream.clear_faults()

    @invariant()
    def nothing_was_made_twice(self) -> None:
        made = Counter(
            (each.task_id or each.prompt, action_digest(each.custom_id))
            for each in self.rig.world.log
            if each.child_id
        )
        for action, times in made.items():
            assert times <= self._allowed(*action), f"{action} was made {times} times: {self.rig.world.log}"
        assert self.rig.world.repeated_marks() == []

    def _allowed(self, made_of: str, digest: str) -> int:
        """Once, and once more for each press that knew of the one before. ``made_of``: a task or a prompt.

        An action with a modal is submitted once for each modal that was answered.
        """
        targets = [each for each in map(parse, self.knowing) if each is not None]
        verbs = [
            each.verb
            for each in targets
            if (each.task_id, parse_target(each.arg).action) == (made_of, digest)
            or self.prompt_of.get(each.task_id) == made_of
        ]
        return verbs.count(Verb.MODAL) or 1 + verbs.count(Verb.AGAIN)

    async def _press(self, label: str, who: list[int], task_id: TaskId | None = None) -> list[Interaction]:
        if label == IMAGINE:
            return await self._imagine(who)
        message = self.cards[task_id or self.grid]
        custom_id = next(
            str(each["custom_id"])
            for each in message.buttons()
            if label in (each.get("label"), (each.get("emoji") or {}).get("name"))
        )
        return await self._act(message, custom_id, who)

    async def _imagine(self, who: list[int]) -> list[Interaction]:
        """Ask for a picture each at the same time, and wait until each of them sees the outcome."""
        stub, prompts = self.rig.stub, [next(self.rig.prompts) for _ in who]
        asked = [
            await stub.slash(self.channel, self.rig.people[each], "imagine", prompt=prompt)
            for each, prompt in zip(who, prompts, strict=True)
        ]
        for interaction, prompt in zip(asked, prompts, strict=True):
            await stub.until(partial(is_settled, interaction), SECONDS)
            if interaction.message is not None:
                self._offer_again(interaction.message, prompt)
        return asked

    async def _imagine_again(self, card: Message, custom_id: str, who: int) -> None:
        stub, target = self.rig.stub, parse(custom_id)
        assert target is not None
        with suppress(LookupError):  # it was repeated or found meanwhile
            pressed = await stub.press(card, custom_id, self.rig.people[who])
            await stub.until(
                lambda: pressed.ephemeral or (not offers(card, custom_id) and settled(card)),
                SECONDS,
            )
            self._offer_again(card, self.prompt_of[target.task_id])

    def _offer_again(self, card: Message, prompt: str) -> None:
        for each in card.buttons():
            if each["label"] == AGAIN and (target := parse(str(each["custom_id"]))) is not None:
                self.offers.append((card, str(each["custom_id"])))
                self.prompt_of[target.task_id] = prompt

    async def _act(self, message: Message, custom_id: str, who: list[int]) -> list[Interaction]:
        """Press as these people at the same time, and wait until each of them sees the outcome."""
        acted = []
        for each in who:
            with suppress(LookupError):  # disabled at the moment
                acted.append(await self.rig.stub.press(message, custom_id, self.rig.people[each]))
        for interaction in acted:
            await self._seen(interaction)
        return acted

    async def _seen(self, interaction: Interaction) -> None:
        await self.rig.stub.until(lambda: outcome(interaction), SECONDS)
        if interaction.modal is not None:
            self.windows.append(interaction)
        if (told := interaction.ephemeral) is not None:
            again = [str(each["custom_id"]) for each in told.buttons() if each.get("label") == AGAIN]
            self.offers += [(told, each) for each in again]

    async def _press_and_kill(self, label: str, who: int, when: When) -> None:
        rig, message = self.rig, self.cards[self.grid]
        held = rig.upstream.hold(SUBMITS, when, times=1)
        reached = asyncio.ensure_future(held.arrived())
        pressing = asyncio.ensure_future(self._press(label, [who]))
        # A press that was made before is not sent; it is answered instead.
        await asyncio.wait({reached, pressing}, return_when=asyncio.FIRST_COMPLETED)
        pressing.cancel()
        reached.cancel()
        await self._restart()
        await rig.stub.until(lambda: not message.thinking, SECONDS)

    async def _press_and_lock(self, label: str, who: int, *, kill: bool) -> None:
        """Lock the database while a submit is in flight: its outcome is written later, or never."""
        rig = self.rig
        held = rig.upstream.hold(SUBMITS, times=1)
        reached = asyncio.ensure_future(held.arrived())
        pressing = asyncio.ensure_future(self._press(label, [who]))
        await asyncio.wait({reached, pressing}, return_when=asyncio.FIRST_COMPLETED)
        if not reached.done():  # a press that was made before is not sent
            reached.cancel()
            rig.upstream.clear_faults()
            return
        with closing(sqlite3.connect(rig.bot.database, isolation_level=None)) as other:
            other.execute("begin immediate")
            held.release()
            await pressing
            if kill:
                await rig.bot.kill()
        if kill:
            await rig.bot.start()
        else:
            await self._written()

    async def _written(self) -> None:
        """Wait until no press is stored as on its way; one that found the queue full may be for minutes."""
        async with asyncio.timeout(SECONDS):
            while self._stored("sending") and not self.was_full:
                await asyncio.sleep(0.05)  # only the file can tell

    def _stored(self, state: str) -> bool:
        with closing(sqlite3.connect(self.rig.bot.database)) as connection:
            return bool(connection.execute("select 1 from presses where state = ?", [state]).fetchone())

    async def _make_four_and_kill(self, when: When, card: int) -> None:
        """Kill while Discord gets the card of one of several tasks; the next start shows all of them."""
        rig, stub = self.rig, self.rig.stub
        rig.world.full = False
        parent = TaskId(next(rig.ids))
        text = "\n\n".join(f"{n}\ufe0f\u20e3 a cat" for n in range(1, 5))
        buttons = [button("MJ::Job::PicReader::all", "Imagine all")]
        rig.world.add(parent, DONE, start=time.time() - 60, prompt=text, action="DESCRIBE", buttons=buttons)
        message = await self._card(parent)
        before = set(rig.world.ids)
        seen = count()

        def is_next(call: Call) -> bool:
            return bool(call.form.get("embeds")) and next(seen) == card

        held = stub.hold("POST", "/webhooks/**", when, match=is_next)
        await stub.press(message, _labelled(message, "Imagine all"), rig.people[0])
        await held.arrived()
        await self._restart()
        children = set(rig.world.ids) - before
        assert len(children) == 4
        await stub.until(lambda: children <= self._shown(), SECONDS)

    def _shown(self) -> set[str]:
        """The tasks that have a card."""
        embeds = [embed for each in self.rig.stub.messages(self.channel) for embed in each.embeds]
        return {str(embed["footer"]["text"]).rpartition(" ")[2] for embed in embeds}

    async def _restart(self) -> None:
        await self.rig.bot.kill()
        self.rig.upstream.clear_faults()
        await self.rig.bot.start()

    async def _answer(self, opened: Interaction) -> None:
        await self._seen(await self.rig.stub.submit(opened, {"prompt": "a wider lake --zoom 1.5"}))


def settled(card: Message | None) -> bool:
    """Whether the card of a make shows what became of it."""
    return bool(card and card.embeds and card.embeds[0]["title"] != SUBMITTING)


def is_settled(interaction: Interaction) -> bool:
    """Whether a card, or a private text where the database failed, says what became of a make."""
    return settled(interaction.message) or interaction.ephemeral is not None


def offers(message: Message, custom_id: str) -> bool:
    return any(each.get("custom_id") == custom_id for each in message.buttons())


def _labelled(message: Message, label: str) -> str:
    return next(str(each["custom_id"]) for each in message.buttons() if each.get("label") == label)


def outcome(interaction: Interaction) -> Any:
    """The outcome that a person sees, once there is one."""
    delivered = interaction.message
    return (
        interaction.modal
        or interaction.ephemeral
        or (delivered and not delivered.deleted and delivered.embeds)
    )


def test_no_action_is_submitted_twice_without_do_it_again(rig: Rig) -> None:
    run_state_machine_as_test(
        lambda: Presses(rig),  # type: ignore[arg-type]
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate],  # no shrinking: each attempt would take real kills
            suppress_health_check=list(HealthCheck),
        ),
    )
