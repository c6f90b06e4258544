"""Access is checked in one order: allowed guild, permission, rate limit, the bot's own permissions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import product

import pytest

from mjbot.clock import Clock
from mjbot.core.access.channels import Obstacle
from mjbot.core.access.needs import CHOOSE, PREPARE, REFRESH, STATUS, SUBMIT, UPLOAD, VIEW, Need
from mjbot.core.access.place import Place
from mjbot.core.access.press_policy import PressPolicy, PressScope, may_press_from_elsewhere
from mjbot.core.access.rate_limits import rate_limits_from
from mjbot.core.card.components import parse_target
from mjbot.core.card.region import OWN_MASK
from mjbot.core.making.spending import SpendingPolicy
from mjbot.core.model.press import PressKey
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, Watch
from mjbot.errors import (
    BotMissingPermission,
    GuildNotAllowed,
    MJBotError,
    PressNotAllowed,
    RateLimited,
    ShuttingDown,
    TaskNotSeenHere,
    TooManyCards,
)
from mjbot.ports import InteractionContext, PressRequest, Reply, Stores
from mjbot.service.access import Access, submit_need
from mjbot.service.guilds.settings import GuildSettingsService
from mjbot.store import open_stores

GUILD, OTHER_GUILD, ROLE, LEFT_GUILD = 7, 8, 9, 10
CONTEXT = InteractionContext(GUILD, 1, 2, "en-US", "en-US", roles=frozenset({ROLE}))
NOW = 1_000.0
TASK = TaskId("1730000000000001")


def access_of(stores: Stores, live: int = 0, allowed: frozenset[int] = frozenset({GUILD})) -> Access:
    limits = rate_limits_from(
        user_commands_per_minute=1, user_presses_per_10_min=1, guild_presses_per_hour=9, guild_cards=3
    )
    return Access(
        stores.guilds,
        stores.watches,
        stores.usage,
        spending=SpendingPolicy(allowed),
        bot_public=lambda: None,
        limits=limits,
        live_cards=lambda _: live,
        in_guild=lambda guild: guild != LEFT_GUILD,
        clock=Clock(lambda: NOW),
    )


def press(context: InteractionContext, reply: Reply) -> PressRequest:
    target = parse_target("a" * 12)
    return PressRequest(context, MessageRef(1, 2), TASK, target, reply, on_its_card=True)


async def outcome(
    access: Access, context: InteractionContext, need: Need, reply: Reply
) -> type[MJBotError] | None:
    try:
        await access.require_press(press(context, reply), need)
    except MJBotError as error:
        return type(error)
    return None


class _NoReply:
    """Access looks at the request only; it never replies."""


@pytest.fixture
async def stores() -> AsyncIterator[Stores]:
    async with open_stores(":memory:") as stores:
        yield stores


@pytest.fixture
def reply() -> Reply:
    return _NoReply()  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("wrong_guild", "not_permitted", "over_limit", "no_embeds"), list(product((False, True), repeat=4))
)
async def test_the_first_reason_in_the_order_is_the_one_that_is_given(
    wrong_guild: bool, not_permitted: bool, over_limit: bool, no_embeds: bool, reply: Reply
) -> None:
    async with open_stores(":memory:") as stores:
        access = access_of(stores)
        await stores.guilds.set_policy(GUILD, PressPolicy(PressScope.ROLE, ROLE))
        if over_limit:
            assert await outcome(access, CONTEXT, SUBMIT, reply) is None
        context = replace(
            CONTEXT,
            guild_id=OTHER_GUILD if wrong_guild else GUILD,
            roles=frozenset() if not_permitted else CONTEXT.roles,
            can_embed=not no_embeds,
        )
        found = await outcome(access, context, SUBMIT, reply)
    reasons = {
        GuildNotAllowed: wrong_guild,
        PressNotAllowed: not_permitted,
        RateLimited: over_limit,
        BotMissingPermission: no_embeds,
    }
    assert found is next((error for error, holds in reasons.items() if holds), None)


@pytest.mark.parametrize(
    ("need", "live", "error"),
    [
        (VIEW, 3, None),
        (CHOOSE, 3, None),
        (STATUS, 2, None),
        (STATUS, 3, TooManyCards),
        (REFRESH, 3, TooManyCards),
        (SUBMIT, 3, None),
    ],
)
async def test_only_what_adds_a_live_card_counts_them(
    need: Need, live: int, error: type[MJBotError] | None, reply: Reply
) -> None:
    async with open_stores(":memory:") as stores:
        assert await outcome(access_of(stores, live), CONTEXT, need, reply) is error


@pytest.mark.parametrize(
    ("need", "error"), [(VIEW, None), (CHOOSE, None), (STATUS, None), (SUBMIT, BotMissingPermission)]
)
async def test_a_channel_that_the_bot_cannot_see_stops_only_what_is_paid_for(
    need: Need, error: type[MJBotError] | None, reply: Reply
) -> None:
    async with open_stores(":memory:") as stores:
        hidden = replace(CONTEXT, obstacle=Obstacle.VIEW_CHANNEL)
        assert await outcome(access_of(stores), hidden, need, reply) is error


async def test_a_refused_press_is_not_counted(reply: Reply) -> None:
    async with open_stores(":memory:") as stores:
        access = access_of(stores)
        await stores.guilds.set_policy(GUILD, PressPolicy(PressScope.ROLE, ROLE))
        stranger = replace(CONTEXT, roles=frozenset())
        for _ in range(3):
            assert await outcome(access, stranger, SUBMIT, reply) is PressNotAllowed
        assert await outcome(access, CONTEXT, SUBMIT, reply) is None
        assert await outcome(access, CONTEXT, SUBMIT, reply) is RateLimited


async def test_nothing_is_allowed_after_close(reply: Reply) -> None:
    async with open_stores(":memory:") as stores:
        access = access_of(stores)
        access.close()
        assert await outcome(access, CONTEXT, VIEW, reply) is ShuttingDown
        with pytest.raises(ShuttingDown):
            await GuildSettingsService(stores.guilds, access).set_policy(CONTEXT, PressPolicy())


@pytest.mark.parametrize("need", [VIEW, CHOOSE, PREPARE], ids=["menu", "choice", "modal"])
async def test_presses_that_send_nothing_have_a_limit_of_their_own(need: Need, reply: Reply) -> None:
    async with open_stores(":memory:") as stores:
        access = access_of(stores)
        found = [await outcome(access, CONTEXT, need, reply) for _ in range(32)]
        assert found == [None] * 30 + [RateLimited] * 2
        other = replace(CONTEXT, user_id=3)
        assert await outcome(access, other, need, reply) is None
        assert await outcome(access, CONTEXT, SUBMIT, reply) is None  # what is paid for is counted apart


async def test_many_users_together_reach_the_limit_of_their_guild_and_of_no_other(reply: Reply) -> None:
    async with open_stores(":memory:") as stores:
        access = access_of(stores, allowed=frozenset())
        found = [
            await outcome(access, replace(CONTEXT, user_id=user), CHOOSE, reply)
            for user in range(100, 116)
            for _ in range(20)
        ]
        assert found == [None] * 300 + [RateLimited] * 20
        elsewhere = replace(CONTEXT, guild_id=OTHER_GUILD, user_id=100)
        assert await outcome(access, elsewhere, CHOOSE, reply) is None
        direct = replace(CONTEXT, guild_id=None, user_id=999)
        assert await outcome(access, direct, CHOOSE, reply) is None


async def test_an_uploaded_mask_is_counted_once_and_before_it_is_decoded(reply: Reply) -> None:
    async with open_stores(":memory:") as stores:
        access = access_of(stores)
        for need in (PREPARE, UPLOAD, submit_need(OWN_MASK, "data:image/png;base64,")):
            assert await outcome(access, CONTEXT, need, reply) is None
        assert await outcome(access, CONTEXT, UPLOAD, reply) is RateLimited


@pytest.mark.parametrize(("region", "mask"), [("", ""), ("01f", "data:"), (OWN_MASK, ""), ("", "data:")])
def test_a_submit_without_a_mask_that_was_uploaded_is_counted(region: str, mask: str) -> None:
    assert submit_need(region, mask) is SUBMIT


# The rule of places

HERE, THERE, DIRECT, LEFT = (
    replace(CONTEXT, guild_id=guild) for guild in (GUILD, OTHER_GUILD, None, LEFT_GUILD)
)


async def show(stores: Stores, context: InteractionContext, message: int, task_id: TaskId = TASK) -> None:
    ref = MessageRef(context.guild_id or context.user_id, message)
    watch = Watch(ref, task_id, context.guild_id, context.user_id, "en", NOW - message)
    await stores.watches.add(watch, None)


async def judged(stores: Stores, context: InteractionContext, *, on_its_card: bool = False) -> object:
    """The error of a press, or None."""
    reply: Reply = _NoReply()  # type: ignore[assignment]
    request = replace(press(context, reply), on_its_card=on_its_card)
    try:
        await access_of(stores, allowed=frozenset()).require_press(request, CHOOSE)
    except MJBotError as error:
        return type(error)
    return None


async def test_a_place_has_seen_what_its_messages_show_and_no_other(stores: Stores) -> None:
    await show(stores, HERE, 1)
    await show(stores, DIRECT, 2)
    for context, seen in [
        (HERE, True),
        (replace(HERE, channel_id=99, user_id=98), True),  # a thread, and another member
        (DIRECT, True),
        (THERE, False),
        (replace(DIRECT, user_id=98), False),
        (replace(DIRECT, user_id=GUILD), False),
        (replace(HERE, guild_id=DIRECT.user_id), False),
    ]:
        assert await judged(stores, context) is (None if seen else TaskNotSeenHere)
        assert await judged(stores, context, on_its_card=True) is None


@pytest.mark.parametrize("spelling", ["task-abc", "TASK-ABC", "Task-aBc"])
async def test_another_spelling_of_the_id_is_the_same_task(stores: Stores, spelling: str) -> None:
    await stores.guilds.set_policy(GUILD, PressPolicy(PressScope.ROLE, ROLE))
    await show(stores, HERE, 1, TaskId("task-abc"))
    request = replace(press(DIRECT, _NoReply()), task_id=TaskId(spelling), on_its_card=True)  # type: ignore[arg-type]
    with pytest.raises(PressNotAllowed):
        await access_of(stores, allowed=frozenset()).require_press(request, CHOOSE)


@pytest.mark.parametrize(
    ("shown", "judge"),
    [
        ([], None),
        ([DIRECT], None),
        ([THERE], None),
        ([HERE], GUILD),
        ([DIRECT, HERE], GUILD),
        ([DIRECT, HERE, THERE], GUILD),
        ([THERE, HERE], None),
        ([HERE, THERE, HERE], GUILD),
        ([LEFT], None),
        ([DIRECT, LEFT], None),
        ([LEFT, HERE], GUILD),
        ([LEFT, THERE, HERE], None),
    ],
)
async def test_the_first_guild_that_the_bot_is_in_judges_whatever_the_clock_said_of_its_message(
    stores: Stores, shown: list[InteractionContext], judge: int | None
) -> None:
    for guild in (GUILD, LEFT_GUILD):
        await stores.guilds.set_policy(guild, PressPolicy(PressScope.ROLE, ROLE))
    for number, context in enumerate(shown, 1):
        await show(stores, context, number)
    stranger = replace(DIRECT, user_id=98)
    assert await judged(stores, stranger, on_its_card=True) is (PressNotAllowed if judge else None)


async def test_a_task_whose_card_is_still_to_be_posted_belongs_to_its_guild(stores: Stores) -> None:
    await stores.guilds.set_policy(GUILD, PressPolicy(PressScope.ROLE, ROLE))
    first = Watch(MessageRef(1, 2), TaskId("1730000000000002"), GUILD, 3, "en", NOW)
    key = await stores.presses.begin(TaskId("1730000000000003"), "all", 3, NOW)
    assert isinstance(key, PressKey)
    made = [TaskSnapshot(each, NOW) for each in (first.task_id, TASK)]
    await stores.presses.accept(key, "all", first, made)
    assert await judged(stores, THERE) is TaskNotSeenHere
    assert await judged(stores, THERE, on_its_card=True) is PressNotAllowed
    assert await judged(stores, replace(HERE, roles=frozenset({ROLE}))) is None
    assert {each.id for each in await stores.watches.suggestions(Place(GUILD), "", (), 9)} == {
        first.task_id,
        TASK,
    }


@pytest.mark.parametrize(
    ("policy", "requesters", "allowed"),
    [
        (PressPolicy(), set(), True),
        (PressPolicy(PressScope.REQUESTER), {1, 2}, True),
        (PressPolicy(PressScope.REQUESTER), {1}, False),
        (PressPolicy(PressScope.REQUESTER), set(), False),
        (PressPolicy(PressScope.ROLE, ROLE), {2}, False),
    ],
)
def test_from_elsewhere_a_requester_is_the_same_person_and_a_role_is_nobody(
    policy: PressPolicy, requesters: set[int], allowed: bool
) -> None:
    assert may_press_from_elsewhere(policy, 2, requesters) is allowed
