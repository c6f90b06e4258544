"""Exactly once, also for what follows a press: every task that it made gets a card, whatever fails."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import simcord

from mjbot.core.model.press import MODAL_ACTION, Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, Watch
from mjbot.errors import StoreFailed
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.faults import Hold
from mjbot.service.pressing.retargeting import CardRetargeting
from tests.bot.conftest import GRID, RUNNING, BotFactory, BotHarness
from tests.discord_answers import (
    EDITS,
    FIRST_RESPONSE,
    LOST_RESPONSE,
    NO_ANSWER,
    NO_CONNECTION,
    Answer,
    api_error,
    mentions,
    page,
    rate_limited,
    unreadable,
)
from tests.store.faults import age_pending_cards, refuse_all, refuse_all_after, refuse_writes

DESCRIBE = DemoIds.DESCRIBE.value
JSON = "application/json"
FOLLOW_UP = "/webhooks/*/*"
CHANNEL = "/channels/*/messages"


def made(harness: BotHarness) -> list[str]:
    """The ids of all tasks that submits have made; they are younger than those of the demo."""
    return [each for each in harness.world.ids if each > "17672"]


def shown(harness: BotHarness) -> list[str]:
    """The ids of the tasks whose card says "Done"."""
    done = [message for message in harness.messages if message.embeds and message.embeds[0].title == "Done"]
    return [str(message.embeds[0].footer.text).rpartition(" ")[2] for message in done]


def cards_of(harness: BotHarness) -> dict[str, int]:
    """How many messages there are for each task, in whatever state."""
    footers = [message.embeds[0].footer.text for message in harness.messages if message.embeds]
    return Counter(str(text).rpartition(" ")[2] for text in footers)


async def repeat(harness: BotHarness, label: str) -> None:
    """Press a button of the oldest card again, and then "Do it again"."""
    told = await harness.press(min(harness.messages, key=lambda each: each.id), label)
    assert told.response is not None
    await harness.press(told.response.message, "Do it again")


async def while_database_fails(
    harness: BotHarness,
    held: Hold,
    doing: Coroutine[Any, Any, simcord.InteractionResult],
    refuse: Callable[..., Awaitable[None]] = refuse_writes,
) -> simcord.InteractionResult:
    """Let the database fail, until ``refuse`` ends it, before the service answers what somebody does."""
    acting = asyncio.ensure_future(doing)
    await held.arrived()
    await refuse(harness.bot.app.stores, on=True)
    held.release()
    return await acting


async def imagine_all(harness: BotHarness) -> None:
    await harness.show(DESCRIBE)
    await harness.press(harness.messages[0], "Imagine all")


REFUSALS = [(500, 0, 1), (400, 50035, 9), (403, 50001, 3), (404, 10015, 3)]


@pytest.mark.parametrize(("status", "code", "times"), REFUSALS)
async def test_a_card_of_several_that_discord_refuses_is_posted_later(
    bot_factory: BotFactory, status: int, code: int, times: int
) -> None:
    harness = await bot_factory.open("true")
    harness.env.inject_error("POST", FOLLOW_UP, status=status, code=code, times=times)
    await imagine_all(harness)
    await harness.wait(60)
    children = made(harness)
    assert len(children) == 4
    assert sorted(shown(harness)) == sorted([DESCRIBE, *children])
    assert await harness.bot.app.stores.presses.pending_cards() == []


async def test_a_restart_between_two_cards_of_one_press_posts_the_others(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("true")
    harness.env.inject_error("POST", FOLLOW_UP, status=500, times=None)
    harness.env.inject_error("POST", "/channels/*/messages", status=500, times=None)
    await imagine_all(harness)
    assert len(await harness.bot.app.stores.presses.pending_cards()) == 3
    harness.env.backend.faults.clear()
    await bot_factory.restart(harness)
    await harness.wait(60)
    assert sorted(shown(harness)) == sorted([DESCRIBE, *made(harness)])
    assert len(harness.world.log) == 1


async def test_the_person_is_told_which_cards_follow(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("true")
    harness.env.inject_error("POST", FOLLOW_UP, status=403, code=50001, times=3)
    await harness.show(DESCRIBE)
    pressed = await harness.press(harness.messages[0], "Imagine all")
    told = pressed.followups[-1].content
    first, *others = made(harness)
    assert "*Imagine all* also started" in told
    assert all(f"`{each}`" in told for each in others)
    assert first not in told


async def test_what_was_accepted_while_the_database_failed_is_followed_and_written_later(
    harness: BotHarness,
) -> None:
    await harness.show(GRID)
    stores = harness.bot.app.stores
    held = harness.server.hold("/mj/submit/action")
    await while_database_fails(harness, held, harness.press(harness.messages[0], "U1"))
    await harness.wait(3)
    assert len(harness.messages) == 2
    await refuse_writes(stores, on=False)
    await harness.wait(40)
    assert sorted(shown(harness)) == sorted([GRID, *made(harness)])
    again = await harness.press(min(harness.messages, key=lambda each: each.id), "U1")
    assert again.response is not None
    assert "already exists" in again.response.content
    assert len(harness.world.log) == 1


async def test_a_press_that_was_refused_while_the_database_failed_can_be_made_again(
    harness: BotHarness,
) -> None:
    await harness.show(GRID)
    stores = harness.bot.app.stores
    refusal = '{"code":4,"description":"no","result":null}'
    held = harness.server.hold("/mj/submit/action", times=1)
    harness.server.fail("/mj/submit/action", status=200, body=refusal, content_type=JSON, times=1)
    await while_database_fails(harness, held, harness.press(harness.messages[0], "U1"))
    await refuse_writes(stores, on=False)
    await harness.wait(3)
    assert not harness.button(harness.messages[0], "U1").disabled
    await harness.press(harness.messages[0], "U1")
    assert len(made(harness)) == 1


async def test_an_action_pressed_on_two_spellings_of_one_id_is_submitted_once(harness: BotHarness) -> None:
    name = "task-mj-AbC123"
    harness.world.add(name, [(0, "SUCCESS", "100%")], start=0.0)
    harness.world.ignore_case = True
    for spelling in (name, name.lower(), name.upper()):
        await harness.show(spelling)
        await harness.press(max(harness.messages, key=lambda each: each.id), "U1")
        await harness.wait(2)
    assert len(harness.world.log) == 1
    assert await harness.bot.app.stores.watches.snapshot(TaskId(name)) is not None


async def test_a_card_that_has_the_id_as_it_was_typed_shares_its_presses(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    name = "task-mj-AbC123"
    harness.world.add(name, [(0, "SUCCESS", "100%")], start=0.0)
    harness.world.ignore_case = True
    await harness.show(name)
    ref = MessageRef(harness.channel.id, harness.messages[0].id)
    # As if the process had died before it knew how the image service spells the id.
    typed = Watch(ref, TaskId(name.lower()), harness.guild.id, harness.ann.id, "en", 0.0)
    await harness.bot.app.stores.watches.add(typed, None)
    await bot_factory.restart(harness)
    await harness.wait(30)
    await harness.show(name)
    for card in sorted(harness.messages, key=lambda each: each.id):
        await harness.press(card, "U1")
        await harness.wait(2)
    assert [each.task_id for each in harness.world.log] == [name.lower()]


@pytest.mark.parametrize("continued", [True, False])
async def test_the_input_of_a_modal_is_followed_though_the_database_failed_meanwhile(
    harness: BotHarness, continued: bool
) -> None:
    waiting, other = DemoIds.MODAL.value, "1730621718150010"
    harness.world.add(
        other, [(0, "IN_PROGRESS", "46%"), (9, "SUCCESS", "100%")], start=harness.env.now().timestamp()
    )
    await harness.show(waiting)
    card = harness.messages[0]
    window = await harness.press(card, "Write the prompt")
    held = harness.server.hold("/mj/submit/modal", times=1)
    if continued:
        await harness.press(card, "Dismiss")
        await harness.wait(2)
    else:
        body = f'{{"code":1,"description":"Submit success","result":"{other}"}}'
        harness.server.fail("/mj/submit/modal", 200, body, JSON, times=1)
    await while_database_fails(
        harness, held, harness.ann.submit_modal(window, {"prompt": "a lake"}), refuse_all
    )
    await refuse_all(harness.bot.app.stores, on=False)
    await harness.wait(60)
    assert shown(harness) == [waiting if continued else other]
    assert (await harness.bot.app.stores.presses.of(TaskId(waiting)))[MODAL_ACTION] is Press.ACCEPTED


async def test_a_refusal_whose_interaction_has_ended_is_told_on_the_message_that_waited(
    harness: BotHarness,
) -> None:
    await harness.show(GRID)
    refusal = '{"code":24,"description":"banned","result":null,"properties":{"bannedWord":"x"}}'
    harness.server.fail("/mj/submit/action", status=200, body=refusal, content_type=JSON, times=1)
    harness.env.inject_error("*", "/webhooks/*", status=401, code=50027, times=None)
    await harness.press(harness.messages[0], "U1")
    await harness.wait(2)
    waiting = max(harness.messages, key=lambda each: each.id)
    assert "rejects the word" in waiting.content
    assert not waiting.flags.loading


async def test_a_card_that_is_shown_while_others_are_posted_is_not_posted_again(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open("true")
    for path, times in ((FOLLOW_UP, 3), (CHANNEL, 3)):
        harness.refuse("POST", path, api_error("no access", 403, 50001, ""), times=times)
    await imagine_all(harness)
    follow_up = harness.refuse("POST", FOLLOW_UP, rate_limited(12), times=1)
    post = harness.refuse("POST", CHANNEL, rate_limited(30), times=1)
    await repeat(harness, "Imagine all")
    await harness.wait(90)
    assert (follow_up.given, post.given) == (1, 1)
    assert len(made(harness)) == 8
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, *made(harness)], 1)


async def test_a_card_whose_post_cannot_be_written_is_posted_once(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("true")
    stores = harness.bot.app.stores
    harness.refuse("POST", FOLLOW_UP, api_error("no access", 403, 50001, ""))
    blocked = harness.refuse("POST", CHANNEL, api_error("no access", 403, 50001, ""))
    await imagine_all(harness)
    assert len(await stores.presses.pending_cards()) == 3
    await refuse_writes(stores, on=True)
    blocked.times = 0
    await harness.wait(900)
    await refuse_writes(stores, on=False)
    await harness.wait(60)
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, *made(harness)], 1)
    assert sorted(shown(harness)) == sorted([DESCRIBE, *made(harness)])
    assert await stores.presses.pending_cards() == []


async def test_a_follow_up_that_cannot_be_written_is_not_posted_as_well(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("true")
    stores = harness.bot.app.stores
    last = harness.refuse("POST", FOLLOW_UP, rate_limited(3), times=1)
    await imagine_all(harness)
    assert last.given == 1
    await refuse_writes(stores, on=True)
    await harness.wait(100)
    await refuse_writes(stores, on=False)
    await harness.wait(60)
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, *made(harness)], 1)
    assert await stores.presses.pending_cards() == []


async def test_a_card_whose_task_was_stored_late_is_posted_once_it_is_stored(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("true")
    stores = harness.bot.app.stores
    await harness.show(DESCRIBE)
    harness.refuse("POST", FOLLOW_UP, api_error("no access", 403, 50001, ""))
    held = harness.server.hold("/mj/submit/action")
    await while_database_fails(harness, held, harness.press(harness.messages[0], "Imagine all"))
    await harness.wait(3)
    await refuse_writes(stores, on=False)
    await harness.wait(60)
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, *made(harness)], 1)
    assert await stores.presses.pending_cards() == []


async def test_cards_for_a_forbidden_channel_are_tried_seldom_however_much_others_press(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open("true")
    harness.refuse("POST", FOLLOW_UP, api_error("no access", 403, 50001, ""))
    refused = harness.refuse("POST", CHANNEL, api_error("no access", 403, 50001, ""))
    await imagine_all(harness)
    grid = min(each.id for each in harness.messages)
    await harness.show(GRID)
    grid = max(each.id for each in harness.messages)
    before = refused.given
    for label in ("U1", "U2", "U3", "U4", "V1", "V2", "V3", "V4"):
        await harness.press(next(each for each in harness.messages if each.id == grid), label)
        await harness.wait(8)
    assert refused.given - before <= 5


async def test_a_card_that_is_always_refused_does_not_hold_up_the_others_of_its_channel(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open("true")
    harness.refuse("POST", FOLLOW_UP, api_error("no access", 403, 50001, ""))
    blocked = harness.refuse("POST", CHANNEL, api_error("no access", 403, 50001, ""), times=1)
    await imagine_all(harness)
    first, refused, *others = made(harness)
    blocked.times = 0
    harness.refuse("POST", CHANNEL, api_error("not this", 403, 20022, ""), match=mentions(refused))
    await harness.wait(60)
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, first, *others], 1)


async def test_a_card_is_not_given_up_before_it_has_been_tried(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("true")
    harness.refuse("POST", FOLLOW_UP, api_error("no access", 403, 50001, ""))
    blocked = harness.refuse("POST", CHANNEL, api_error("no access", 403, 50001, ""))
    await imagine_all(harness)
    first, tried, *others = made(harness)
    await age_pending_cards(harness.bot.app.stores, 90_000)
    blocked.times = blocked.given + 1
    await bot_factory.restart(harness)  # as after a day in which the bot did not run
    await harness.wait(60)
    assert sorted(shown(harness)) == sorted([DESCRIBE, first, *others])
    assert tried not in shown(harness)


async def test_cards_of_a_channel_are_posted_although_its_pause_ends_while_others_are_posted(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open("true")
    there = harness.guild.create_text_channel("sketches")
    no_access = api_error("no access", 403, 50001, "")
    harness.refuse("POST", FOLLOW_UP, no_access)
    harness.refuse("POST", f"/channels/{harness.channel.id}/messages", no_access, times=1)
    slow = harness.refuse("POST", f"/channels/{there.id}/messages", rate_limited(12), times=1)
    await imagine_all(harness)
    here, harness.channel = harness.channel, there
    await harness.show(DESCRIBE)
    await repeat(harness, "Imagine all")
    await harness.wait(60)
    assert slow.given == 1
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, *made(harness)[4:]], 1)
    harness.channel = here
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, *made(harness)[:4]], 1)


@pytest.mark.parametrize("answer", [rate_limited(100), NO_ANSWER], ids=["rate limit", "no answer"])
async def test_a_channel_that_takes_no_posts_delays_no_cards_of_another_server(
    bot_factory: BotFactory, answer: Answer
) -> None:
    harness = await bot_factory.open("true")
    there = harness.in_language("en-US")
    harness.refuse("POST", FOLLOW_UP, api_error("no access", 403, 50001, ""))
    slow = harness.refuse("POST", f"/channels/{harness.channel.id}/messages", answer, times=2)
    await imagine_all(harness)
    await there.show(DESCRIBE)
    await repeat(there, "Imagine all")
    await harness.wait(5)
    assert slow.given == 1
    assert cards_of(there) == dict.fromkeys([DESCRIBE, *made(harness)[4:]], 1)
    await harness.wait(300)
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, *made(harness)[:4]], 1)


@pytest.mark.parametrize("refuse", [refuse_all, refuse_writes])
async def test_a_modal_that_goes_on_under_another_id_is_followed_although_the_database_fails(
    harness: BotHarness, refuse: Callable[..., Awaitable[None]]
) -> None:
    await harness.show(DemoIds.MODAL.value)
    stores = harness.bot.app.stores
    window = await harness.press(harness.messages[0], "Write the prompt")
    held = harness.server.hold("/mj/submit/modal", times=1)
    accepted = f'{{"code":1,"description":"ok","result":"{GRID}"}}'
    harness.server.fail("/mj/submit/modal", status=200, body=accepted, content_type=JSON, times=1)
    await while_database_fails(harness, held, harness.ann.submit_modal(window, {"prompt": "a lake"}), refuse)
    await harness.wait(3)
    await refuse(stores, on=False)
    await harness.wait(60)
    assert shown(harness) == [GRID]
    assert [watch for watch, _ in await stores.watches.watches_of([TaskId(GRID)])]


async def test_a_submit_that_goes_on_as_a_task_with_a_card_is_not_called_not_started(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open(make_anywhere="yes")
    await harness.ask(RUNNING)
    stores = harness.bot.app.stores
    held = harness.server.hold("/mj/submit/imagine", times=1)
    accepted = f'{{"code":1,"description":"ok","result":"{RUNNING}"}}'
    harness.server.fail("/mj/submit/imagine", status=200, body=accepted, content_type=JSON, times=1)
    told = await while_database_fails(
        harness, held, harness.ann.slash(harness.channel, "imagine", prompt="a red kite"), refuse_all
    )
    assert [each.content for each in told.followups] == []
    await refuse_all(stores, on=False)
    await harness.wait(60)
    assert shown(harness) == [RUNNING, RUNNING]


async def test_a_refresh_of_the_task_that_a_card_showed_before_takes_no_card_from_the_next(
    harness: BotHarness,
) -> None:
    await harness.show(DemoIds.MODAL)
    (card,) = harness.messages
    window = await harness.press(card, "Write the prompt")
    await harness.press(card, "Dismiss")
    await harness.wait(2)
    accepted = f'{{"code":1,"description":"ok","result":"{RUNNING}"}}'
    harness.server.fail("/mj/submit/modal", status=200, body=accepted, content_type=JSON, times=1)
    harness.refuse("PATCH", EDITS, rate_limited(5), match=mentions(RUNNING), times=1)
    await harness.ann.submit_modal(window, {"prompt": "a lake"})
    await harness.press(harness.messages[0], "Refresh")  # its next card is not shown yet
    await harness.wait(60)
    assert shown(harness) == [RUNNING]


async def test_a_dismissed_step_that_was_answered_goes_on_though_the_process_dies_meanwhile(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    await harness.show(DemoIds.MODAL)
    (card,) = harness.messages
    window = await harness.press(card, "Write the prompt")
    await harness.press(card, "Dismiss")
    await harness.wait(3)
    await refuse_all_after(harness.bot.app.stores, "update presses set state = 'accepted'")
    await harness.ann.submit_modal(window, {"prompt": "a lake"})
    await bot_factory.restart(harness)  # what could not be written is lost
    await harness.wait(60)
    assert shown(harness) == [DemoIds.MODAL]


async def test_the_end_of_what_a_card_showed_ends_no_updates_of_what_it_goes_on_with(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    await harness.show(DemoIds.MODAL)
    app = harness.bot.app
    ((shown_before, _),) = await app.stores.watches.open_watches()
    watch = replace(shown_before, task_id=TaskId(RUNNING))
    snapshot = TaskSnapshot(watch.task_id, watch.created_at)

    async def commit() -> bool:
        await app.stores.watches.add(watch, snapshot)
        app.write_behind.close(watch.ref)  # as when the last edit of the former card ends just now
        return True

    retargeting = CardRetargeting(app.watches, app.pending_cards, app.tracker, app.writes)
    await retargeting.follow(watch, shown_before.task_id, [snapshot], commit)
    await harness.wait(3)
    await bot_factory.restart(harness)
    await harness.wait(60)
    assert shown(harness) == [RUNNING]


@pytest.mark.parametrize(
    "answer", [api_error("unavailable", 503, 0, ""), page(400), NO_CONNECTION, NO_ANSWER]
)
async def test_a_refusal_is_told_on_the_message_that_waited_whatever_its_token_meets(
    harness: BotHarness, answer: Answer
) -> None:
    await harness.show(GRID)
    refusal = '{"code":24,"description":"banned","result":null,"properties":{"bannedWord":"x"}}'
    harness.server.fail("/mj/submit/action", status=200, body=refusal, content_type=JSON, times=1)
    harness.refuse("*", "/webhooks/**", answer)
    await harness.press(harness.messages[0], "U1")
    await harness.wait(60)
    waiting = max(harness.messages, key=lambda each: each.id)
    assert "rejects the word" in waiting.content
    assert not waiting.flags.loading


@pytest.mark.parametrize("answer", [LOST_RESPONSE, unreadable("{}"), NO_ANSWER])
async def test_a_follow_up_whose_answer_is_lost_is_one_card(bot_factory: BotFactory, answer: Answer) -> None:
    harness = await bot_factory.open("true")
    harness.refuse("POST", FOLLOW_UP, answer, times=1)
    await imagine_all(harness)
    await harness.wait(90)
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, *made(harness)], 1)


@pytest.mark.parametrize("lookup", [page(403), NO_CONNECTION, unreadable("[1]")])
async def test_a_card_whose_lookup_fails_is_not_posted_before_it_has_been_looked_up(
    bot_factory: BotFactory, lookup: Answer
) -> None:
    harness = await bot_factory.open("true")
    harness.refuse("POST", FOLLOW_UP, LOST_RESPONSE, times=1)
    failed = harness.refuse("GET", CHANNEL, lookup, times=2)
    await imagine_all(harness)
    await harness.wait(120)
    assert failed.given == 2
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, *made(harness)], 1)


@pytest.mark.parametrize("code", [50001, 50013])
async def test_a_card_is_sent_where_the_bot_may_not_look_it_up(bot_factory: BotFactory, code: int) -> None:
    harness = await bot_factory.open("true")
    harness.refuse("POST", FOLLOW_UP, page(502), times=1)
    harness.refuse("POST", CHANNEL, api_error("no access", 403, code, ""))
    harness.refuse("GET", CHANNEL, api_error("no access", 403, code, ""))
    await imagine_all(harness)
    await harness.wait(60)
    assert cards_of(harness) == dict.fromkeys([DESCRIBE, *made(harness)], 1)


async def test_a_first_response_that_was_taken_is_followed_even_if_it_was_looked_up_in_vain(
    harness: BotHarness,
) -> None:
    taken = harness.refuse("POST", FIRST_RESPONSE, LOST_RESPONSE, times=1)
    hidden = harness.refuse("GET", "/webhooks/*/*/messages/@original", NO_CONNECTION, times=4)
    await harness.ask(RUNNING)
    await harness.wait(90)
    assert (taken.given, hidden.given) == (1, 4)
    assert [each.embeds[0].title for each in harness.messages] == ["Done"]


@pytest.mark.parametrize("deferred_first", [True, False])
@pytest.mark.parametrize("label", ["U1", "V1", "🔄"])
async def test_a_result_that_ended_while_the_database_failed_is_stored_as_ended(
    harness: BotHarness, label: str, deferred_first: bool
) -> None:
    await harness.show(GRID)
    app = harness.bot.app
    held = harness.server.hold("/mj/submit/action")
    await while_database_fails(harness, held, harness.press(harness.messages[0], label))
    await harness.wait(60)
    (child,) = made(harness)
    assert child in shown(harness)
    await refuse_writes(app.stores, on=False)
    flushes = (app.writes.flush, app.write_behind.flush)
    for flush in flushes if deferred_first else reversed(flushes):
        with suppress(StoreFailed):
            await flush()
    await harness.wait(3)
    stored = await app.stores.watches.snapshot(TaskId(child))
    assert stored is not None
    assert stored.final
    assert await app.stores.watches.open_watches() == []


@pytest.mark.parametrize(
    "answer",
    [LOST_RESPONSE, unreadable(""), unreadable("{}"), NO_ANSWER],
)
async def test_a_silent_response_that_was_taken_though_its_answer_was_lost_is_no_failure(
    harness: BotHarness, answer: Answer
) -> None:
    await harness.show(DemoIds.MODAL.value)
    taken = harness.refuse("POST", FIRST_RESPONSE, answer, times=1)
    told = await harness.press(harness.messages[0], "Dismiss")
    await harness.wait(30)
    assert taken.given == 1
    assert harness.messages[0].embeds[0].title == "Dismissed"
    assert told.followups == []
