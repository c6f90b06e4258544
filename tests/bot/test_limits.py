"""What keeps one person, or one server, from using up a key that all share."""

from __future__ import annotations

from collections.abc import Sequence

import discord
import pytest
import simcord

from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, RUNNING, SINGLE, BotFactory, BotHarness
from tests.bot.outsider import DIRECT, Outsider, answer_to
from tests.discord_answers import UNREADABLE, Answer

MINE = 1_730_621_718_150_001
MANY = "in a short time. Please try again <t:"


@pytest.fixture
async def tight(bot_factory: BotFactory) -> BotHarness:
    """A server with small limits."""
    harness = await bot_factory.open()
    await bot_factory.restart(
        harness,
        user_commands_per_minute=3,
        user_presses_per_10_min=2,
        guild_presses_per_hour=3,
        guild_cards=2,
    )
    return harness


async def test_who_asks_too_often_is_told_when_to_ask_again_and_may_then(tight: BotHarness) -> None:
    for _ in range(3):
        assert not (await tight.ask(GRID)).ephemeral
    told = await tight.ask(GRID)
    assert told.ephemeral
    assert told.response is not None
    assert MANY in told.response.content
    ben = tight.guild.add_member(tight.env.create_user("ben"))
    assert not (await ben.slash(tight.channel, "status", task_id=GRID)).ephemeral
    await tight.wait(62)
    assert not (await tight.ask(GRID)).ephemeral


async def test_a_restart_forgets_no_limit(tight: BotHarness, bot_factory: BotFactory) -> None:
    for _ in range(3):
        await tight.ask(GRID)
    await bot_factory.restart(tight, user_commands_per_minute=3)
    assert (await tight.ask(GRID)).ephemeral


async def test_who_presses_too_often_is_told_and_nothing_is_sent(tight: BotHarness) -> None:
    await tight.show(GRID)
    card = tight.messages[0]
    for label in ("U1", "V1"):
        await tight.press(card, label)
    told = await tight.press(card, "U2")
    assert told.response is not None
    assert MANY in told.response.content
    assert len(tight.world.log) == 2
    ben = tight.guild.add_member(tight.env.create_user("ben"))
    for label, sent in (("U3", 3), ("U4", 3)):  # the third is the server's last in this hour
        custom_id = tight.button(card, label).custom_id
        assert custom_id is not None
        await ben.click(card, custom_id=custom_id)
        assert len(tight.world.log) == sent


async def test_a_press_that_sends_nothing_since_it_was_made_before_counts_as_none(tight: BotHarness) -> None:
    await tight.show(GRID)
    card = tight.messages[0]
    await tight.press(card, "U1")
    for _ in range(2):
        told = await tight.press(card, "U1")
        assert "already exists" in answer_to(told)
    await tight.press(card, "U2")
    assert len(tight.world.log) == 2


async def test_an_answer_that_is_not_sent_since_another_one_was_counts_as_none(tight: BotHarness) -> None:
    await tight.show(DemoIds.MODAL)
    (card,) = tight.messages
    windows = [await tight.press(card, "Write the prompt") for _ in range(3)]
    tight.server.fail("/mj/submit/modal", 500, times=1)
    for window in windows:
        told = await tight.ann.submit_modal(window, {"prompt": "a lake"})
    assert "may or may not have started" in answer_to(told)
    await tight.show(GRID)
    await tight.press(max(tight.messages, key=lambda each: each.id), "U1")
    assert [each.kind for each in tight.world.log] == ["action"]


async def test_a_make_that_was_sent_again_counts_once_however_often_it_is_asked_for(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open(make_anywhere="yes", user_presses_per_10_min=3)
    harness.server.drop("/mj/submit/imagine", times=2)
    await harness.ann.slash(harness.channel, "imagine", prompt="a red kite")
    (card,) = harness.messages
    again = str(harness.button(card, "Do it again").custom_id)
    await harness.press(card, "Do it again")
    await harness.wait(3)
    late = Outsider(harness, DIRECT)
    late.actor, late.channel = harness.ann, harness.channel
    assert "already sent" in answer_to(await late.forge(card, again))
    await harness.press(harness.messages[0], "Do it again")
    assert len(harness.world.log) == 1


async def test_opening_a_form_costs_nothing_and_a_prompt_over_the_limit_is_kept(tight: BotHarness) -> None:
    await tight.show(SINGLE)
    card = tight.messages[0]
    for _ in range(3):
        form = await tight.press(card, "Custom Zoom")
        assert form.modal is not None
    for label in ("Vary (Subtle)", "Vary (Strong)"):
        await tight.press(card, label)
    told = await tight.ann.submit_modal(form, {"prompt": "a long prompt --zoom 1.5"})
    assert told.response is not None
    assert MANY in told.response.content
    assert len(tight.world.log) == 2
    await tight.wait(660)
    form = await tight.press(card, "Custom Zoom")
    assert "a long prompt --zoom 1.5" in str(form.modal)


async def test_a_server_has_so_many_live_cards_and_finished_ones_do_not_count(tight: BotHarness) -> None:
    for number in range(2):
        tight.world.add(str(MINE + number), [(0, "IN_PROGRESS", "46%"), (90, "SUCCESS", "100%")])
        await tight.ask(str(MINE + number))
    await tight.wait(70)
    told = await tight.ask(RUNNING)
    assert told.ephemeral
    assert told.response is not None
    assert "This server already has 2 live cards" in told.response.content
    await tight.wait(40)
    assert not (await tight.ask(SINGLE)).ephemeral


def looks(harness: BotHarness, channel: simcord.ChannelHandle) -> int:
    """How often the bot has fetched a message of this channel."""
    path = f"/channels/{channel.id}/messages/"
    return sum(each.method == "GET" and each.path.startswith(path) for each in harness.env.http_requests)


async def with_children_elsewhere(harness: BotHarness, count: int = 4) -> simcord.ChannelHandle:
    """Make children of the grid whose cards are in another channel, which is returned."""
    elsewhere = harness.guild.create_text_channel("elsewhere")
    await harness.ann.slash(elsewhere, "status", task_id=GRID)
    await harness.wait(2)
    card = elsewhere.history()[-1]
    for number in range(count):
        await harness.press(card, f"U{number + 1}")
    await harness.wait(100)  # the children end, and so does the minute of their own checks
    return elsewhere


@pytest.mark.parametrize("code", [50001, 10003])
async def test_a_channel_that_cannot_be_read_is_asked_once_however_many_want_its_cards(
    harness: BotHarness, code: int
) -> None:
    elsewhere = await with_children_elsewhere(harness)
    status = 404 if code == 10003 else 403
    harness.env.inject_error("GET", f"/channels/{elsewhere.id}/**", status=status, code=code, times=None)
    before = looks(harness, elsewhere)
    members = [harness.guild.add_member(harness.env.create_user(f"member-{n}")) for n in range(5)]
    for member in members:
        for _ in range(2):
            assert not (await member.slash(harness.channel, "status", task_id=GRID)).ephemeral
    await harness.wait(80)
    assert looks(harness, elsewhere) - before == 1
    await harness.wait(600)
    await harness.ask(GRID)
    expected = 1 if code == 10003 else 2  # the children of a deleted channel are no longer linked
    assert looks(harness, elsewhere) - before == expected


@pytest.mark.parametrize("answer", UNREADABLE, ids=lambda each: each.name)
async def test_a_card_that_cannot_be_looked_up_costs_the_check_of_no_other_card(
    harness: BotHarness, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = await with_children_elsewhere(harness)
    odd = harness.refuse("GET", f"/channels/{elsewhere.id}/messages/*", answer, times=1)
    before = looks(harness, elsewhere)
    await harness.ask(GRID)
    await harness.wait(5)
    assert odd.given == 1
    assert looks(harness, elsewhere) - before == 4
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


@pytest.mark.parametrize("status", [200, 500])
async def test_a_server_s_checks_for_deleted_cards_are_ten_a_minute(harness: BotHarness, status: int) -> None:
    elsewhere = await with_children_elsewhere(harness)
    if status != 200:
        harness.env.inject_error("GET", f"/channels/{elsewhere.id}/**", status=status, times=None)
    before = looks(harness, elsewhere)
    for number in range(4):
        member = harness.guild.add_member(harness.env.create_user(f"member-{number}"))
        await member.slash(harness.channel, "status", task_id=GRID)
    tries = 5 if status == 500 else 1  # discord.py's own
    assert 10 * tries >= looks(harness, elsewhere) - before >= 1


def current(harness: BotHarness, message: discord.Message) -> discord.Message:
    """The message as it is now."""
    return next(each for each in harness.messages if each.id == message.id)


async def use_everything(
    harness: BotHarness, member: simcord.MemberActor, cards: Sequence[discord.Message]
) -> list[str]:
    """Have a member use every command and button; return the private texts that this led to."""
    card, many, waiting = cards

    async def click(message: discord.Message, label: str) -> simcord.InteractionResult:
        return await member.click(message, custom_id=harness.button(message, label).custom_id)

    results = [await member.slash(harness.channel, "status", task_id=each) for each in (GRID, SINGLE, GRID)]
    await member.autocomplete(harness.channel, "status", "task_id", "17")
    results += [await click(card, "Custom Zoom"), await click(card, "Vary (Subtle)")]
    results += [await click(many, "More…") for _ in range(3)]
    for label in ("Dismiss", "Refresh"):
        offered = [each for row in harness.labels(current(harness, waiting)) for each in row]
        if label in offered:
            results.append(await click(current(harness, waiting), label))
            await harness.wait(1)
    picker = await click(card, "Vary (Region)")
    if picker.response is not None and picker.response.message.components:
        results += [await click(picker.response.message, str(n % 9 + 1)) for n in range(12)]
        window = await click(picker.response.message, "Upload a mask")
        if window.modal is not None:
            mask = ("mask.png", b"no image")
            results.append(await member.submit_modal(window, {"prompt": "a kite", "mask": mask}))
    told = [each.response for each in results] + [each for one in results for each in one.followups]
    return [each.content for each in told if each is not None]


async def cards_with_every_button(harness: BotHarness) -> list[discord.Message]:
    """Show one card with actions that ask for input, one with a menu, and one that can be dismissed."""
    buttons = [
        {"customId": f"MJ::JOB::variation::{n}::uuid", "label": f"B{n}", "emoji": "", "type": 2, "style": 2}
        for n in range(1, 31)
    ]
    harness.world.add(str(MINE + 1), [(0, "SUCCESS", "100%")], buttons=buttons, start=0.0)
    for task_id in (SINGLE, str(MINE + 1), DemoIds.MODAL):
        await harness.show(task_id)
    return sorted(harness.messages, key=lambda message: message.id)[-3:]


async def test_no_server_s_members_can_stop_or_slow_the_cards_of_another(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    await bot_factory.restart(harness, user_presses_per_10_min=20)
    elsewhere = await with_children_elsewhere(harness)
    harness.env.inject_error("*", f"/channels/{elsewhere.id}/**", status=403, code=50001, times=None)
    crowd = [harness.guild.add_member(harness.env.create_user(f"member-{n}")) for n in range(3)]
    cards = await cards_with_every_button(harness)
    other = harness.new_guild("Other")
    quiet = other.create_text_channel("quiet")
    zoe = other.add_member(harness.env.create_user("zoe"))
    harness.world.add(str(MINE), [(0, "IN_PROGRESS", "46%"), (18, "SUCCESS", "100%")])
    await zoe.slash(quiet, "status", task_id=str(MINE))
    before = len(harness.env.http_requests)
    told: list[str] = []
    for _ in range(2):
        for member in crowd:
            told += await use_everything(harness, member, cards)
        await harness.wait(9)
    assert sum(MANY in each for each in told) > len(crowd)  # they went as far as they may
    await harness.wait(3)
    message = quiet.last_message
    assert message is not None
    assert message.embeds[0].title == "Done"
    sent = harness.env.http_requests[before:]
    assert sum(each.path.startswith(f"/channels/{elsewhere.id}/") for each in sent) <= 10  # all refused
    assert not (await zoe.slash(quiet, "status", task_id=GRID)).ephemeral


@pytest.mark.parametrize(
    "labels", [("Vary (Subtle)", "Vary (Strong)", "Upscale (Subtle)", "Upscale (Creative)")]
)
async def test_a_mask_that_an_action_does_not_use_makes_no_submit_free(
    tight: BotHarness, labels: tuple[str, ...]
) -> None:
    await tight.show(SINGLE)
    card = tight.messages[0]
    picker = await tight.press(card, "Vary (Region)")
    assert picker.response is not None
    for label in labels:
        window = await tight.press(picker.response.message, "Upload a mask")
        custom_id = tight.button(card, label).custom_id
        assert custom_id is not None
        assert window._interaction.modal is not None
        window._interaction.modal["custom_id"] = custom_id.replace(":press:", ":form:") + "xown"
        await tight.ann.submit_modal(window, {"prompt": "a kite", "mask": ("mask.png", b"no image")})
    assert len(tight.world.log) == 2  # the limit of a user
