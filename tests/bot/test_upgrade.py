"""An upgrade: the bot takes up the database and the messages that an earlier version left."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import discord
import pytest
import simcord

from mjbot.core.card.components import CustomId, PressTarget, Verb, is_foreign, parse, parse_target
from mjbot.core.model.snapshot import Condition
from mjbot.core.model.task import TaskId
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.ui.buttons import CardItem
from mjbot.ui.menus import MenuItem
from tests.bot.conftest import GRID, RUNNING, SINGLE, BotFactory, BotHarness
from tests.store import samples

MODAL = DemoIds.MODAL.value
ZOOM, INPAINT = "d9853e687912", "749a8db4fe90"  # digests of customIds of SINGLE
U1, V1, V2 = "90f38c3fea3b", "93e0f5cec73e", "8e8b73c1b15b"  # and of GRID


@pytest.mark.parametrize(
    ("custom_id", "verb", "target"),
    [
        ("mj1:press:1730618103477921:90f38c3fea3b", Verb.PRESS, PressTarget(U1)),
        ("mj1:press:task-mj-abc_123:90f38c3fea3b", Verb.PRESS, PressTarget(U1)),
        ("mj1:again:1730618103477921:93e0f5cec73en1", Verb.AGAIN, PressTarget(V1, repeats=1)),
        ("mj1:again:1730618215930064:749a8db4fe90n12x0a1", Verb.AGAIN, PressTarget(INPAINT, 12, "0a1")),
        ("mj1:again:1730618215930064:749a8db4fe90xown", Verb.AGAIN, PressTarget(INPAINT, region="own")),
        ("mj1:look:1730621718151844:", Verb.REFRESH, None),
        ("mj1:more:1730618103477921:1", Verb.MORE, None),
        ("mj1:write:1730617902751186:", Verb.OPEN_MODAL, None),
        ("mj1:write:1730617902751186:modalx0a1", Verb.OPEN_MODAL, PressTarget("modal", region="0a1")),
        ("mj1:leave:1730617902751186:", Verb.DISMISS, None),
        ("mj1:stop:1730618103477921:90f38c3fea3b", Verb.STOP, PressTarget(U1)),
        ("mj1:area:1730618215930064:749a8db4fe90x0a1", Verb.REGION, PressTarget(INPAINT, region="0a1")),
        ("mj1:pick:1730618103477921:1", Verb.SELECT, None),
        ("mj1:form:1730618103477921:93e0f5cec73e", Verb.MODAL, PressTarget(V1)),
        ("mj1:form:1730617902751186:modal", Verb.MODAL, PressTarget("modal")),
        ("mj1:unfollow:1730618103477921:", Verb.STOP_UPDATING, None),
        ("mj1:cancel:1730618103477921:", Verb.CANCEL, None),
        ("mj1:seed:1730618103477921:", Verb.SEED, None),
        ("mj1:edit:1730618103477921:", Verb.EDIT, None),
        ("mj1:send:1730618103477921:", Verb.SEND_ANYWAY, None),
        ("mj1:start:1730618103477921:", Verb.START_SERIES, None),
        ("mj1:halt:1730618103477921:", Verb.STOP_SERIES, None),
    ],
)
def test_a_custom_id_of_an_old_message_still_means_the_same(
    custom_id: str, verb: Verb, target: PressTarget | None
) -> None:
    parsed = parse(custom_id)
    _, _, task_id, arg = custom_id.split(":")
    assert parsed == CustomId(verb, TaskId(task_id), arg)
    assert str(parsed) == custom_id
    assert not is_foreign(custom_id)
    if target is not None:
        assert parse_target(arg) == target
        assert str(target) == arg
    matches = [
        re.fullmatch(item.__discord_ui_compiled_template__, custom_id) is not None
        for item in (CardItem, MenuItem)
    ]
    assert matches == [verb not in (Verb.SELECT, Verb.MODAL), verb is Verb.SELECT]


def by_age(harness: BotHarness) -> list[discord.Message]:
    return sorted(harness.messages, key=lambda message: message.id)


def draw(harness: BotHarness, message: discord.Message, *custom_ids: str) -> None:
    """Let a message have these buttons, and the title that an earlier version gave it."""
    stored = harness.env.backend.get_message(harness.channel.id, message.id)
    buttons = [
        {"type": 2, "style": 2, "label": str(number), "custom_id": each}
        for number, each in enumerate(custom_ids)
    ]
    stored.components = [{"type": 1, "components": buttons}] if buttons else []
    stored.embeds = [{"type": "rich", "title": "As it was"}]


def write_database(path: Path, harness: BotHarness, role: int, cards: dict[int, discord.Message]) -> None:
    """Write the sample database, with the ids of this server, and of these messages in place of its own."""
    sql = samples.BEFORE_RENAMES.read_text(encoding="utf-8")
    ids = {
        samples.GUILD: harness.guild.id,
        samples.CHANNEL: harness.channel.id,
        samples.USER: harness.ann.id,
        samples.ROLE: role,
        **{samples.message(number): message.id for number, message in cards.items()},
    }
    for old, new in ids.items():
        sql = sql.replace(str(old), str(new))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)


@pytest.fixture
async def upgraded(bot_factory: BotFactory, tmp_path: Path) -> BotHarness:
    """The bot on an old database. Its channel has four old cards: running, queued, finished, and a modal."""
    harness = await bot_factory.open()
    assert harness.env.now().timestamp() - samples.NOW < 60
    role = harness.guild.create_role("painters")
    harness.ann = harness.guild.add_member(harness.env.create_user("eve"), roles=[role])
    tasks = {1: RUNNING, 2: DemoIds.QUEUED.value, 5: GRID, 7: MODAL}
    for task_id in tasks.values():
        await harness.ask(task_id)
    cards = dict(zip(tasks, by_age(harness), strict=True))
    path = tmp_path / "old.db"
    write_database(path, harness, role.id, cards)
    draw(harness, cards[1])
    draw(harness, cards[2])
    draw(harness, cards[5], "mj1:press:1730618103477921:aa3d24feb762")
    draw(harness, cards[7], "mj1:look:1730617902751186:")
    await bot_factory.restart(harness, database=str(path))
    return harness


async def test_the_cards_of_an_old_database_go_on_to_their_end(upgraded: BotHarness) -> None:
    running, queued, grid, _ = by_age(upgraded)
    assert len(await upgraded.bot.app.stores.watches.open_watches()) == 4
    await upgraded.wait(120)
    running, queued, grid, modal = by_age(upgraded)
    assert [each.embeds[0].title for each in (running, queued)] == ["Done", "已完成"]
    assert upgraded.labels(running)[0] == ["U1", "U2", "U3", "U4", "🔄"]
    assert grid.embeds[0].title == "Done"  # repainted: presses of it were interrupted
    assert modal.embeds[0].title == "As it was"
    assert await upgraded.bot.app.stores.watches.open_watches() == []


async def test_presses_of_an_old_database_are_not_made_twice(upgraded: BotHarness) -> None:
    grid = by_age(upgraded)[2]
    draw(upgraded, grid, *(f"mj1:press:1730618103477921:{each}" for each in (U1, V1, V2)))
    made, unclear, refused = [
        await upgraded.ann.click(grid, custom_id=f"mj1:press:1730618103477921:{each}")
        for each in (U1, V2, V1)
    ]
    assert made.response is not None
    assert f"/{upgraded.channel.id}/{samples.message(8)}" in made.response.content
    assert unclear.response is not None
    assert "may or may not have started" in unclear.response.content
    assert refused.response is not None
    assert [each.custom_id.split("::")[2:4] for each in upgraded.world.log] == [["variation", "1"]]


async def test_the_choice_of_a_guild_in_an_old_database_holds(upgraded: BotHarness) -> None:
    bob = upgraded.guild.add_member(upgraded.env.create_user("bob"))
    await bob.click(by_age(upgraded)[2], custom_id="mj1:press:1730618103477921:aa3d24feb762")
    assert upgraded.world.log == []


async def test_refreshing_an_old_card_follows_its_task_again(upgraded: BotHarness) -> None:
    modal = by_age(upgraded)[3]
    stored = await upgraded.bot.app.stores.watches.snapshot(TaskId(MODAL))
    assert stored is not None
    assert stored.condition is Condition.DISMISSED
    await upgraded.ann.click(modal, custom_id="mj1:look:1730617902751186:")
    await upgraded.wait(10)  # the channel's edits of the start go first
    snapshot = upgraded.bot.app.tracker.snapshot(TaskId(MODAL))
    assert snapshot is not None
    assert snapshot.condition is Condition.FINE
    assert by_age(upgraded)[3].embeds[0].title != "As it was"


@pytest.fixture
async def unknown(bot_factory: BotFactory) -> BotHarness:
    """Three old cards that the database does not know: a single picture, a grid, and a modal."""
    harness = await bot_factory.open()
    for task_id in (SINGLE, GRID, MODAL):
        await harness.show(task_id)
    await bot_factory.restart(harness, database=":memory:")
    return harness


async def click(harness: BotHarness, card: int, custom_id: str) -> simcord.InteractionResult:
    """Put a button on one of the cards, and press it."""
    message = by_age(harness)[card]
    draw(harness, message, custom_id)
    return await harness.ann.click(message, custom_id=custom_id)


async def test_old_buttons_of_actions_are_pressed(unknown: BotHarness) -> None:
    await click(unknown, 1, "mj1:press:1730618103477921:93e0f5cec73e")
    await unknown.wait(3)
    await click(unknown, 1, "mj1:again:1730618103477921:93e0f5cec73en1")
    await unknown.wait(60)
    assert [each.custom_id.split("::")[2:4] for each in unknown.world.log] == [["variation", "1"]] * 2
    assert len(by_age(unknown)) == 5


async def test_an_old_button_that_wants_a_prompt_opens_its_modal(unknown: BotHarness) -> None:
    told = await click(unknown, 0, "mj1:press:1730618215930064:d9853e687912")
    # The task must be read, which may take longer than Discord waits for a modal; a button opens it then.
    assert told.followups[-1].content
    write = "mj1:again:1730618215930064:d9853e687912"
    shown = await unknown.ann.click(told.followups[-1].message, custom_id=write)
    await unknown.ann.submit_modal(shown, {"prompt": "a wider lake --zoom 1.5"})
    await unknown.wait(5)
    assert [each.prompt for each in unknown.world.log] == ["", "a wider lake --zoom 1.5"]


@pytest.mark.parametrize("custom_id", ["mj1:write:1730617902751186:", "mj1:write:1730617902751186:modal"])
async def test_an_old_card_that_waits_for_a_prompt_is_answered(unknown: BotHarness, custom_id: str) -> None:
    shown = await click(unknown, 2, custom_id)
    assert shown.modal is not None
    await unknown.ann.submit_modal(shown, {"prompt": "a lake at night"})
    await unknown.wait(5)
    assert [each.prompt for each in unknown.world.log] == ["a lake at night"]


async def test_an_old_card_that_waits_for_a_prompt_is_refreshed_and_dismissed(unknown: BotHarness) -> None:
    await click(unknown, 2, "mj1:look:1730617902751186:")
    await unknown.wait(2)
    assert by_age(unknown)[2].embeds[0].title != "As it was"
    await click(unknown, 2, "mj1:leave:1730617902751186:")
    await unknown.wait(2)
    snapshot = await unknown.bot.app.stores.watches.snapshot(TaskId(MODAL))
    assert snapshot is not None
    assert snapshot.condition is Condition.DISMISSED
    assert by_age(unknown)[2].embeds[0].title != "As it was"
    assert unknown.world.log == []


async def test_old_buttons_that_only_one_person_sees_are_answered_in_private(unknown: BotHarness) -> None:
    for card, custom_id in (
        (1, "mj1:more:1730618103477921:1"),
        (1, "mj1:stop:1730618103477921:90f38c3fea3b"),
        (0, "mj1:area:1730618215930064:749a8db4fe90x0a1"),
    ):
        answered = await click(unknown, card, custom_id)
        assert answered.ephemeral, custom_id
    assert unknown.world.log == []


async def test_a_choice_in_an_old_menu_is_pressed(unknown: BotHarness) -> None:
    message = by_age(unknown)[1]
    stored = unknown.env.backend.get_message(unknown.channel.id, message.id)
    option = {"label": "V1", "value": V1}
    menu = {"type": 3, "custom_id": "mj1:pick:1730618103477921:1", "options": [option]}
    stored.components = [{"type": 1, "components": [menu]}]
    await unknown.ann.select(message, [V1])
    assert [each.custom_id.split("::")[2:4] for each in unknown.world.log] == [["variation", "1"]]
