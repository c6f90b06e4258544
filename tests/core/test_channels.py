"""Where a card can be kept up to date: every type of channel, with each permission missing."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from mjbot.bot import INVITE_PERMISSIONS
from mjbot.core.access.channels import ChannelAccess, ChannelKind, Obstacle, channel_kind
from mjbot.core.card.description import obstacle_text
from mjbot.core.i18n.messages import TRANSLATIONS, translate

PERMISSIONS = (
    *("view_channel", "connect", "manage_threads", "send_messages", "send_messages_in_threads"),
    *("embed_links", "attach_files", "read_message_history"),
)
INVITED = frozenset(name for name in PERMISSIONS if getattr(INVITE_PERMISSIONS, name))
ALL = INVITED | {"connect", "manage_threads"}
TYPES = {
    0: ChannelKind.TEXT,
    1: ChannelKind.DIRECT,
    2: ChannelKind.VOICE,
    3: ChannelKind.CONVERSATION,
    4: ChannelKind.UNKNOWN,  # a category
    5: ChannelKind.TEXT,  # announcement
    10: ChannelKind.THREAD,  # of an announcement channel
    11: ChannelKind.THREAD,  # also a post in a forum or media channel
    12: ChannelKind.PRIVATE_THREAD,
    13: ChannelKind.VOICE,  # stage
    14: ChannelKind.UNKNOWN,  # a directory
    15: ChannelKind.UNKNOWN,  # a forum: messages are in its posts
    16: ChannelKind.UNKNOWN,  # a media channel
    99: ChannelKind.UNKNOWN,
    -1: ChannelKind.UNKNOWN,
    None: ChannelKind.UNKNOWN,
}
VIEW, CONNECT, THREAD = Obstacle.VIEW_CHANNEL, Obstacle.CONNECT, Obstacle.THREAD
# The obstacle if this permission is missing, and all others are there; the bot is in no thread.
MISSING: dict[ChannelKind, dict[str, Obstacle]] = {
    ChannelKind.TEXT: {"view_channel": VIEW},
    ChannelKind.VOICE: {"view_channel": VIEW, "connect": CONNECT},
    ChannelKind.THREAD: {"view_channel": VIEW},
    ChannelKind.PRIVATE_THREAD: {"view_channel": VIEW, "manage_threads": THREAD},
    ChannelKind.DIRECT: {},
    ChannelKind.CONVERSATION: dict.fromkeys(PERMISSIONS, Obstacle.CONVERSATION),
    ChannelKind.UNKNOWN: dict.fromkeys(PERMISSIONS, Obstacle.UNKNOWN_CHANNEL),
}


@pytest.mark.parametrize(("number", "kind"), list(TYPES.items()))
def test_every_type_of_channel_has_a_kind(number: int | None, kind: ChannelKind) -> None:
    assert channel_kind(number) is kind


@pytest.mark.parametrize(("kind", "permission"), list(product(ChannelKind, PERMISSIONS)))
def test_each_kind_of_channel_names_the_permission_that_it_needs(kind: ChannelKind, permission: str) -> None:
    assert ChannelAccess(kind, ALL - {permission}).obstacle is MISSING[kind].get(permission)


@pytest.mark.parametrize("kind", ChannelKind)
@pytest.mark.parametrize("in_thread", [False, True])
def test_the_invited_permissions_do_except_in_voice_channels_and_private_threads(
    kind: ChannelKind, in_thread: bool
) -> None:
    expected = {
        ChannelKind.VOICE: Obstacle.CONNECT,
        ChannelKind.PRIVATE_THREAD: None if in_thread else Obstacle.THREAD,
        ChannelKind.CONVERSATION: Obstacle.CONVERSATION,
        ChannelKind.UNKNOWN: Obstacle.UNKNOWN_CHANNEL,
    }
    assert ChannelAccess(kind, INVITED, in_thread=in_thread).obstacle is expected.get(kind)


@pytest.mark.parametrize("kind", [ChannelKind.THREAD, ChannelKind.PRIVATE_THREAD])
def test_a_locked_thread_can_be_edited_only_by_those_who_manage_threads(kind: ChannelKind) -> None:
    locked = ChannelAccess(kind, ALL, in_thread=True, locked=True)
    assert locked.obstacle is None
    assert replace(locked, permissions=INVITED).obstacle is Obstacle.LOCKED


@pytest.mark.parametrize("kind", [ChannelKind.TEXT, ChannelKind.VOICE, ChannelKind.PRIVATE_THREAD])
def test_in_a_guild_that_the_bot_has_not_joined_nothing_is_kept_up_to_date(kind: ChannelKind) -> None:
    assert ChannelAccess(kind, ALL, in_guild=False).obstacle is Obstacle.GUILD


@pytest.mark.parametrize(
    "kind", [ChannelKind.TEXT, ChannelKind.VOICE, ChannelKind.THREAD, ChannelKind.PRIVATE_THREAD]
)
def test_an_administrator_may_do_everything(kind: ChannelKind) -> None:
    access = ChannelAccess(kind, frozenset({"administrator"}), locked=True)
    assert (access.obstacle, access.can_embed, access.can_attach) == (None, True, True)


@pytest.mark.parametrize("kind", ChannelKind)
def test_permissions_to_show_are_judged_where_the_bot_can_see(kind: ChannelKind) -> None:
    bare = ChannelAccess(kind, ALL - {"embed_links", "attach_files"}, in_thread=True)
    sees = kind not in (ChannelKind.DIRECT, ChannelKind.CONVERSATION, ChannelKind.UNKNOWN)
    assert (bare.can_embed, bare.can_attach) == (not sees, not sees)
    assert ChannelAccess(kind, frozenset()).can_embed


@pytest.mark.parametrize("locale", ["en", *TRANSLATIONS])
def test_each_obstacle_has_a_sentence_of_its_own_in_every_language(locale: str) -> None:
    sentences = {translate(obstacle_text(each), locale) for each in Obstacle}
    assert len(sentences) == len(Obstacle)
    assert all(each.endswith((".", "。")) for each in sentences)
