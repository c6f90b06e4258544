"""What users are told in each type of channel, before anything is paid for there."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord
from simcord.backend.models import Overwrite
from simcord.enums import ChannelType, OverwriteType

from mjbot.core.access.channels import Obstacle
from mjbot.ui.context import context_from
from tests.bot.conftest import GRID, RUNNING, SINGLE, BotHarness

SENTENCES = {
    "private thread": "I'm not in this private thread. Mention me here to add me.",
    "voice": "I'm missing the **Connect** permission in this voice channel.",
    "stage": "I'm missing the **Connect** permission in this voice channel.",
    "hidden": "I'm missing the **View Channel** permission here.",
    "locked": "This thread is locked. Unlock it, or give me the **Manage Threads** permission.",
}
CANNOT_FOLLOW = " I can't keep this card up to date; press *Refresh* for news."
NOT_STARTED = " I couldn't show the result, so nothing was started."


def guild_channel(harness: BotHarness, kind: ChannelType, *denied: str) -> simcord.ChannelHandle:
    """A channel of this type in which the bot lacks some permissions."""
    deny = discord.Permissions(**dict.fromkeys(denied, True)).value
    backend = harness.env.backend
    overwrite = Overwrite(backend.bot_user.id, OverwriteType.MEMBER, 0, deny)
    backend.create_channel(harness.guild.id, "elsewhere", type=kind, overwrites=[overwrite])
    return harness.guild.channels["elsewhere"]


def thread(
    harness: BotHarness, kind: ChannelType, parent: simcord.ChannelHandle | None = None, *, told: bool = True
) -> simcord.ChannelHandle:
    """A thread of ann's. Discord tells a bot only of those that it can see (``told``)."""
    parent = parent or harness.channel
    harness.env.backend.create_thread(parent.id, "a thread", harness.ann.id, type=kind, broadcast=told)
    return parent.threads[-1]


def join(harness: BotHarness, channel: simcord.ChannelHandle) -> None:
    """Add the bot to a private thread, as a mention does."""
    backend = harness.env.backend
    backend.announce_thread_create(backend.get_thread(channel.id))
    backend.add_thread_member(channel.id, backend.bot_user.id)


def place(harness: BotHarness, name: str) -> simcord.ChannelHandle:
    match name:
        case "private thread":
            return thread(harness, ChannelType.PRIVATE_THREAD, told=False)
        case "locked":
            channel = thread(harness, ChannelType.PUBLIC_THREAD)
            harness.env.backend.edit_channel(channel.id, {}, thread_metadata={"locked": True})
            return channel
        case "hidden":
            return guild_channel(harness, ChannelType.TEXT, "view_channel")
        case "stage":
            return guild_channel(harness, ChannelType.STAGE_VOICE, "connect")
    return guild_channel(harness, ChannelType.VOICE, "connect")


async def status(harness: BotHarness, channel: simcord.ChannelHandle, task_id: str) -> discord.Message:
    await harness.ann.slash(channel, "status", task_id=task_id)
    await harness.wait(2)
    message = channel.last_message
    assert message is not None
    return message


@pytest.mark.parametrize("name", SENTENCES)
async def test_a_card_that_cannot_live_says_at_once_what_is_missing(harness: BotHarness, name: str) -> None:
    channel = place(harness, name)
    card = await status(harness, channel, RUNNING)
    assert (card.embeds[0].description or "").count(SENTENCES[name] + CANNOT_FOLLOW) == 1
    assert harness.labels(card) == [["Refresh"]]
    assert await harness.bot.app.stores.watches.open_watches() == []
    await harness.wait(40)
    refreshed = await harness.press(card, "Refresh")
    assert refreshed.response is not None
    assert channel.last_message is not None
    assert channel.last_message.embeds[0].title == "Done"


@pytest.mark.parametrize("name", SENTENCES)
async def test_a_press_where_the_result_cannot_live_is_refused_before_anything_is_paid(
    harness: BotHarness, name: str
) -> None:
    channel = place(harness, name)
    await harness.ann.slash(channel, "status", task_id=GRID)
    grid, single = await status(harness, channel, GRID), await status(harness, channel, SINGLE)
    for message, label in ((grid, "U1"), (grid, "🔄"), (single, "Custom Zoom"), (single, "Vary (Region)")):
        told = await harness.press(message, label)
        assert told.ephemeral
        assert told.modal is None
        assert told.response is not None
        assert told.response.content == SENTENCES[name] + NOT_STARTED
    assert harness.world.log == []


async def test_a_mention_in_a_private_thread_makes_its_card_live(harness: BotHarness) -> None:
    channel = place(harness, "private thread")
    card = await status(harness, channel, RUNNING)
    join(harness, channel)
    await harness.press(card, "Refresh")
    harness.end_tokens()
    await harness.wait(60)
    assert channel.last_message is not None
    assert channel.last_message.embeds[0].title == "Done"
    assert SENTENCES["private thread"] not in (channel.last_message.embeds[0].description or "")
    await harness.press(await status(harness, channel, GRID), "U1")
    assert len(harness.world.log) == 1


async def test_a_bot_that_is_removed_from_a_private_thread_says_so(harness: BotHarness) -> None:
    channel = place(harness, "private thread")
    join(harness, channel)
    grid = await status(harness, channel, GRID)
    backend = harness.env.backend
    backend.remove_thread_member(channel.id, backend.bot_user.id)
    told = await harness.press(grid, "U1")
    assert told.response is not None
    assert told.response.content == SENTENCES["private thread"] + NOT_STARTED
    assert harness.world.log == []


@pytest.mark.parametrize(
    "kind",
    [
        ChannelType.TEXT,
        ChannelType.NEWS,
        ChannelType.VOICE,
        ChannelType.STAGE_VOICE,
        ChannelType.PUBLIC_THREAD,
        ChannelType.FORUM,
    ],
)
async def test_a_card_lives_in_every_type_of_channel_with_its_permissions(
    harness: BotHarness, kind: ChannelType
) -> None:
    if kind is ChannelType.FORUM:
        forum = harness.guild.create_forum_channel("posts")
        channel = thread(harness, ChannelType.PUBLIC_THREAD, forum)
    elif kind is ChannelType.PUBLIC_THREAD:
        channel = thread(harness, kind)
    else:
        channel = guild_channel(harness, kind)
    await status(harness, channel, RUNNING)
    harness.end_tokens()
    await harness.wait(60)
    message = channel.last_message
    assert message is not None
    assert message.embeds[0].title == "Done"
    assert "can't keep" not in (message.embeds[0].description or "")


def test_no_command_is_registered_for_a_user_s_own_install_or_a_group(harness: BotHarness) -> None:
    tree = harness.bot.tree
    payloads = {each.name: each.to_dict(tree) for each in tree.get_commands()}
    assert len(payloads) >= 8
    for name, payload in payloads.items():
        assert payload["integration_types"] == [0], "installed in a guild"
        # There, and in direct messages with the bot.
        assert payload["contexts"] == ([0] if name == "settings" else [0, 1])


def payload_from(harness: BotHarness, guild_id: int | None, channel: dict[str, Any], context: int) -> Any:
    """An interaction, as Discord sends it, from a channel of any type."""
    user = {"id": "5", "username": "u", "discriminator": "0", "avatar": None}
    body: dict[str, Any] = {"id": "1", "type": 2, "token": "t", "version": 1, "application_id": "2"}
    body |= {"channel": channel, "context": context, "data": {}, "attachment_size_limit": 1}
    body |= {"app_permissions": "-1", "locale": "en-US"}
    if guild_id is None:
        return body | {"user": user}
    member: dict[str, Any] = {
        "user": user,
        "roles": [],
        "joined_at": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    return body | {"guild_id": str(guild_id), "member": member | {"permissions": "0"}}


GROUP = {"id": "3", "type": 3, "recipients": [], "name": "friends", "icon": None, "owner_id": "5"}
OURS, ELSEWHERE, NO_GUILD = "ours", "elsewhere", ""


@pytest.mark.parametrize(
    ("guild", "channel", "context", "obstacle"),
    [
        (OURS, {"id": "3", "type": 99}, 0, Obstacle.UNKNOWN_CHANNEL),
        (OURS, {"id": "3"}, 0, Obstacle.UNKNOWN_CHANNEL),
        (ELSEWHERE, {"id": "3", "type": 99}, 0, Obstacle.GUILD),
        (NO_GUILD, GROUP, 2, Obstacle.CONVERSATION),
        (NO_GUILD, {"id": "3", "type": 1, "recipients": []}, 2, Obstacle.CONVERSATION),
        (NO_GUILD, {"id": "3", "type": 1, "recipients": []}, 1, None),
        (NO_GUILD, {"id": "3", "type": 99}, 2, Obstacle.UNKNOWN_CHANNEL),
    ],
)
async def test_groups_other_servers_and_new_types_of_channel_are_told_apart(
    harness: BotHarness, guild: str, channel: dict[str, Any], context: int, obstacle: Obstacle | None
) -> None:
    guild_id = {OURS: harness.guild.id, ELSEWHERE: 77}.get(guild)
    payload = payload_from(harness, guild_id, channel, context)
    interaction: discord.Interaction[Any] = discord.Interaction(data=payload, state=harness.bot._connection)
    assert context_from(interaction).obstacle is obstacle
