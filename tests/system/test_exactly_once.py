"""Nothing is submitted twice, whatever people, the network and kills do, by the image service's own log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

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

from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.faults import When
from tests.discord_answers import FIRST_RESPONSE, Call
from tests.system.exactly_once import (
    ANN,
    BEN,
    CID,
    EVERYBODY,
    IMAGINE,
    SHORTEN,
    SUBMITS,
    ZOOM,
    ChannelScenario,
    Rig,
    assert_all_is_shown,
    assert_nothing_was_made_twice,
)
from tests.system.exactly_once_faults import (
    kill_between_cards,
    kill_during,
    lock_database_during,
    the_cards_of_one_press_get_a_5xx,
)

LABELS = st.sampled_from(["U1", "V1", "V2", "🔄", IMAGINE, IMAGINE, SHORTEN])
WHO = st.integers(0, 2)
WHEN = st.sampled_from(["before", "after"])
EXAMPLES, STEPS = 2, 8  # Hypothesis begins with the simplest example
InjectFault = Callable[[ChannelScenario], Awaitable[None]]


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


async def all_at_one_moment(scenario: ChannelScenario) -> None:
    """Three people press one button and use both commands, and two start a series each."""
    series = [await scenario.ask_for_series(each) for each in (ANN, BEN)]
    async with asyncio.TaskGroup() as group:
        for label in ("U1", IMAGINE, SHORTEN):
            group.create_task(scenario.act(label, EVERYBODY))
        for each in series:
            group.create_task(scenario.start(each))


async def requests_are_lost(scenario: ChannelScenario) -> None:
    scenario.rig.upstream.drop(SUBMITS, times=4)
    await scenario.everybody_acts(await scenario.ask_for_series(ANN))
    scenario.rig.upstream.clear_faults()
    await scenario.do_it_again(*scenario.offers[0], BEN)


async def answers_are_lost(scenario: ChannelScenario) -> None:
    scenario.rig.upstream.lose(SUBMITS, times=4)
    await scenario.everybody_acts(await scenario.ask_for_series(ANN))
    scenario.rig.upstream.clear_faults()


async def the_answer_of_a_modal_is_lost(scenario: ChannelScenario) -> None:
    await scenario.act(ZOOM, [BEN], scenario.single)
    await scenario.answer(scenario.opened_modals[0], lost=True)


async def killed_before_the_service_worked(scenario: ChannelScenario) -> None:
    held = scenario.rig.upstream.hold(SUBMITS, "before")
    await kill_during(scenario, scenario.everybody_acts(await scenario.ask_for_series(ANN)), held, 4)


async def killed_after_the_service_worked(scenario: ChannelScenario) -> None:
    held = scenario.rig.upstream.hold(SUBMITS, "after")
    await kill_during(scenario, scenario.everybody_acts(await scenario.ask_for_series(ANN)), held, 4)


async def killed_between_two_pictures_of_a_series(scenario: ChannelScenario) -> None:
    series = await scenario.ask_for_series(CID)
    first = scenario.rig.upstream.hold(SUBMITS, "after", times=1)
    starting = asyncio.ensure_future(scenario.start(series))
    await first.arrived()
    second = scenario.rig.upstream.hold(SUBMITS, "before", times=1)
    first.release()
    await starting
    await second.arrived()
    await scenario.rig.restart()


async def killed_while_series_are_started(scenario: ChannelScenario) -> None:
    """Discord has not got the response, has got it, or has not got the card."""
    stub = scenario.rig.stub
    early, late, drawn = [await scenario.ask_for_series(each) for each in EVERYBODY]
    for series, hold in (
        (early, partial(stub.hold, "POST", FIRST_RESPONSE, "before")),
        (late, partial(stub.hold, "POST", FIRST_RESPONSE, "after")),
        (drawn, partial(stub.hold, "PATCH", "/webhooks/**", match=is_series)),
    ):
        held = hold(times=1)
        await scenario.press_start(series)
        await held.arrived()
    await scenario.rig.restart()
    await scenario.start(early)  # nothing of it was stored
    await scenario.start(late)


async def killed_after_a_card_was_posted(scenario: ChannelScenario) -> None:
    """Discord has the card of a picture, but the bot does not know its message."""
    series = await scenario.ask_for_series(BEN)
    held = scenario.rig.stub.hold("POST", "/channels/*/messages", "after", times=1)
    await scenario.start(series)
    await held.arrived()
    await scenario.rig.restart()


def is_series(call: Call) -> bool:
    """Whether a call shows the card of a series."""
    return any(each.get("title") == "Series" for each in call.form.get("embeds") or [])


async def the_queue_is_full_and_a_series_is_stopped(scenario: ChannelScenario) -> None:
    """One is stopped while its first picture is in flight, one waits for the queue when the bot is killed."""
    rig = scenario.rig
    stopped, waiting = await scenario.ask_for_series(ANN), await scenario.ask_for_series(CID)
    held = rig.upstream.hold(SUBMITS, times=1)
    await scenario.start(stopped)
    await held.arrived()
    await scenario.stop(stopped)
    rig.world.full = True
    held.release()
    await rig.stub.until(lambda: set(stopped.stages.values()) == {"Not started"})
    acting = asyncio.ensure_future(scenario.everybody_acts(waiting))
    await rig.until(lambda: rig.presses("retrying") == 4)
    acting.cancel()
    await rig.restart()


async def the_database_is_locked(scenario: ChannelScenario) -> None:
    await lock_database_during(scenario, scenario.everybody_acts(), 3, kill=False)


async def killed_while_the_database_is_locked(scenario: ChannelScenario) -> None:
    series = await scenario.ask_for_series(ANN)
    await lock_database_during(scenario, scenario.everybody_acts(series), 4, kill=True)


async def killed_between_the_cards_of_one_press(scenario: ChannelScenario) -> None:
    await kill_between_cards(scenario, "after", 1)


FAULTS: tuple[InjectFault, ...] = (
    all_at_one_moment,
    requests_are_lost,
    answers_are_lost,
    the_answer_of_a_modal_is_lost,
    the_queue_is_full_and_a_series_is_stopped,
    the_database_is_locked,
    killed_before_the_service_worked,
    killed_after_the_service_worked,
    killed_between_two_pictures_of_a_series,
    killed_while_series_are_started,
    killed_after_a_card_was_posted,
    killed_while_the_database_is_locked,
    killed_between_the_cards_of_one_press,
    the_cards_of_one_press_get_a_5xx,
)
ONLY: dict[InjectFault, str] = {
    the_database_is_locked: "",  # SQLite waits for seconds, on any dialect
    killed_while_the_database_is_locked: "",
    killed_between_the_cards_of_one_press: "true",  # only there does a press create several tasks
    the_cards_of_one_press_get_a_5xx: "true",
}


def test_no_fault_makes_anything_twice_or_leaves_it_without_a_card(rig: Rig) -> None:
    """Each fault once, in a channel of its own; then one start finds and shows everything."""

    async def run() -> None:
        scenarios = []
        for fault in FAULTS:
            if ONLY.get(fault, rig.dialect) != rig.dialect:
                continue
            scenario = await ChannelScenario(rig).show_cards()
            try:
                await fault(scenario)
            except BaseException as error:
                error.add_note(fault.__name__)
                raise
            scenarios.append(scenario)
        await assert_all_is_shown(rig, scenarios)

    rig.run(run())


class People(RuleBasedStateMachine):
    """Three people in one channel, with the faults in any order."""

    def __init__(self, rig: Rig) -> None:
        super().__init__()
        self.rig = rig
        rig.upstream.clear_faults()
        rig.world.full = False
        rig.world.log.clear()
        self.scenario = rig.run(ChannelScenario(rig).show_cards())

    def teardown(self) -> None:
        self.rig.run(assert_all_is_shown(self.rig, [self.scenario]))

    @rule(who=WHO, label=LABELS)
    def act(self, who: int, label: str) -> None:
        self.rig.run(self.scenario.act(label, [who]))

    @rule(label=LABELS)
    def act_at_one_moment(self, label: str) -> None:
        self.rig.run(self.scenario.act(label, EVERYBODY))

    @rule(who=WHO, label=LABELS, answer=st.booleans())
    def lose_a_request_or_an_answer(self, who: int, label: str, *, answer: bool) -> None:
        fault = self.rig.upstream.lose if answer else self.rig.upstream.drop
        fault(SUBMITS, times=1)
        self.rig.run(self.scenario.act(label, [who]))
        self.rig.upstream.clear_faults()

    @rule(who=WHO, label=LABELS, when=WHEN)
    def kill(self, who: int, label: str, when: When) -> None:
        held = self.rig.upstream.hold(SUBMITS, when, times=1)
        self.rig.run(kill_during(self.scenario, self.scenario.act(label, [who]), held))

    @rule(who=WHO, label=LABELS, kill=st.booleans())
    def lock_the_database(self, who: int, label: str, *, kill: bool) -> None:
        self.rig.run(lock_database_during(self.scenario, self.scenario.act(label, [who]), 1, kill=kill))

    @precondition(lambda self: self.rig.dialect == "true")
    @rule(when=WHEN, card=st.integers(0, 2))
    def kill_between_cards(self, when: When, card: int) -> None:
        self.rig.world.full = False
        self.rig.run(kill_between_cards(self.scenario, when, card))

    @rule(who=WHO, fault=st.sampled_from(["", "lose", "drop", "before", "after"]))
    def start_a_series(self, who: int, fault: str) -> None:
        self.rig.run(self._start(who, fault))

    @precondition(lambda self: any(each.card for each in self.scenario.series))
    @rule(data=st.data())
    def stop_a_series(self, data: st.DataObject) -> None:
        started = [each for each in self.scenario.series if each.card]
        self.rig.run(self.scenario.stop(started[data.draw(st.integers(0, len(started) - 1))]))

    @rule()
    def restart(self) -> None:
        self.rig.run(self.rig.restart())

    @rule(full=st.booleans())
    def fill_the_queue(self, full: bool) -> None:
        self.rig.world.full = full

    @precondition(lambda self: self.scenario.offers)
    @rule(who=WHO, data=st.data())
    def do_it_again(self, who: int, data: st.DataObject) -> None:
        message, custom_id = data.draw(st.sampled_from(self.scenario.offers))
        self.rig.run(self.scenario.do_it_again(message, custom_id, who))

    @rule(who=WHO)
    def open_a_modal(self, who: int) -> None:
        self.rig.run(self.scenario.act(ZOOM, [who], self.scenario.single))

    @precondition(lambda self: self.scenario.opened_modals)
    @rule(data=st.data(), lost=st.booleans())
    def answer_a_modal(self, data: st.DataObject, lost: bool) -> None:
        opened = data.draw(st.sampled_from(self.scenario.opened_modals))
        self.rig.run(self.scenario.answer(opened, lost=lost))

    @invariant()
    def nothing_was_made_twice(self) -> None:
        assert_nothing_was_made_twice(self.rig, [self.scenario])

    async def _start(self, who: int, fault: str) -> None:
        upstream, series = self.rig.upstream, await self.scenario.ask_for_series(who)
        match fault:
            case "lose":
                upstream.lose(SUBMITS, times=1)
            case "drop":
                upstream.drop(SUBMITS, times=1)
            case "before" | "after":
                held = upstream.hold(SUBMITS, "before" if fault == "before" else "after", times=1)
                await self.scenario.start(series)
                await held.arrived()
                await self.rig.restart()
                return
        await self.scenario.start(series)


def test_no_action_is_submitted_twice_without_do_it_again(rig: Rig) -> None:
    run_state_machine_as_test(
        lambda: People(rig),  # type: ignore[arg-type]
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate],  # no shrinking: each attempt would take real kills
            suppress_health_check=list(HealthCheck),
        ),
    )
