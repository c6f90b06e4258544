"""The commands against each dialect, through mjbot's client: what starts, what is refused, what is found."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from mjbot.core.model.submits import (
    Blend,
    BlendShape,
    ButtonPress,
    Command,
    Describe,
    Imagine,
    ModalAnswer,
    Shorten,
    SubmitRequest,
    mark_of,
)
from mjbot.core.model.task import NO_TASK, Phase, TaskId
from mjbot.errors import CancelRefused, QuotaExceeded, RouteMissing, SeedUnavailable, UpstreamUnavailable
from mjbot.errors.submits import (
    ActionNotOffered,
    CommandNotOffered,
    QueueFull,
    RefusalReason,
    SubmitRefused,
    SubmitUnclear,
)
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.submits import DecisionKind
from mjbot.sandbox.world import DemoIds, World
from mjbot.upstream.probes import probe_commands
from tests.sandbox.test_dialects import NAMES, Rig, T

PNG = "data:image/png;base64,iVBO"
MARKS = [mark_of(bytes([n]) * 16) for n in range(4)]
MAKES: dict[str, SubmitRequest] = {
    "imagine": Imagine("a fir forest --ar 2:3", (PNG,), mark=MARKS[0]),
    "describe": Describe(PNG, MARKS[1]),
    "blend": Blend((PNG, PNG), BlendShape.LANDSCAPE, mark=MARKS[2]),
    "shorten": Shorten("a very very quiet mountain lake", mark=MARKS[3]),
}
GRID_BUTTONS = ["U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4"]
LATER = 60.0  # seconds, in which every task ends


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    now = [T]
    async with (
        SandboxServer(World.demo(T, side=64), lambda: now[0]) as server,
        aiohttp.ClientSession() as http,
    ):
        yield Rig(server, http, now)


@pytest.mark.parametrize("dialect", NAMES)
async def test_each_server_starts_what_it_offers(rig: Rig, dialect: str) -> None:
    client, ended = rig.client(dialect), {}
    for kind, make in MAKES.items():
        if (dialect, kind) == ("original", "shorten"):
            with pytest.raises(CommandNotOffered):
                await client.submit(make)
            continue
        ended[kind] = (await client.submit(make)).task_id
        assert client.offers(Command(kind))
    rig.now[0] = T + LATER
    found = (await client.fetch_many(list(ended.values()))).found
    tasks = {kind: found[task_id] for kind, task_id in ended.items()}
    assert {each.phase for each in tasks.values()} == {Phase.SUCCESS}
    for kind in ("imagine", "blend"):
        assert [each.label or each.emoji for each in tasks[kind].buttons] == GRID_BUTTONS
    assert [task.is_text for task in tasks.values()] == [kind in ("describe", "shorten") for kind in tasks]
    assert all(task.mark == each.mark for each, task in zip(MAKES.values(), tasks.values(), strict=False))
    assert rig.server.world.repeated_marks() == []
    assert not client.drift.counts


@pytest.mark.parametrize(
    ("dialect", "described", "shortened"),
    [("", 1, 1), ("plus", 1, 1), ("true", 1, 0), ("new-api", 0, 0)],
)
async def test_the_numbers_below_a_text_are_accepted_or_not(
    rig: Rig, dialect: str, described: int, shortened: int
) -> None:
    client = rig.client(dialect)
    for kind, accepted in (("describe", described), ("shorten", shortened)):
        rig.now[0] = T
        task_id = (await client.submit(MAKES[kind])).task_id
        rig.now[0] = T + LATER
        press = ButtonPress(task_id, (await client.fetch(task_id)).buttons[1].custom_id)
        if not accepted:
            with pytest.raises((ActionNotOffered, SubmitRefused)):
                await client.submit(press)
            continue
        assert (await client.submit(press)).needs_modal


@pytest.mark.parametrize(
    ("dialect", "make"),
    [
        *[(each, Imagine(" ")) for each in NAMES],
        *[(each, Blend((PNG,))) for each in NAMES],
        *[(each, Blend((PNG,) * 6)) for each in NAMES],
        *[(each, Describe("https://cdn.example.com/a.png")) for each in NAMES if each != "true"],
        ("original", Imagine("a cat", ("iVBO",))),
    ],
)
async def test_what_a_server_cannot_use_is_refused(rig: Rig, dialect: str, make: SubmitRequest) -> None:
    with pytest.raises(SubmitRefused) as caught:
        await rig.client(dialect).submit(make)
    assert caught.value.reason is RefusalReason.NOT_ACCEPTED


async def test_only_trueai_s_server_describes_a_picture_at_an_address(rig: Rig) -> None:
    rig.server.world.refusal = "uploads_off"
    client = rig.client("true")
    with pytest.raises(SubmitRefused) as caught:
        await client.submit(Describe(PNG))
    assert caught.value.reason is RefusalReason.UPLOADS_OFF
    await client.submit(Describe("https://cdn.example.com/a.png"))
    await client.submit(Imagine("https://cdn.example.com/a.png a cat"))
    assert [each.child_id is not None for each in rig.server.world.log] == [False, True, True]


@pytest.mark.parametrize("dialect", NAMES)
@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ("daily_limit", RefusalReason.DAILY_LIMIT),
        ("total_limit", RefusalReason.TOTAL_LIMIT),
        ("too_many_running", RefusalReason.QUEUE_FULL),
        ("too_many_queued", RefusalReason.QUEUE_FULL),
        ("account_blocked", RefusalReason.ACCOUNT_BLOCKED),
        ("uploads_off", RefusalReason.UPLOADS_OFF),
        ("no_account", RefusalReason.NO_ACCOUNT),
        ("no_credit", None),
    ],
)
async def test_a_refusal_is_told_by_its_kind(
    rig: Rig, dialect: str, refusal: DecisionKind, reason: RefusalReason | None
) -> None:
    rig.server.world.refusal = refusal
    with pytest.raises((SubmitRefused, QuotaExceeded)) as caught:
        await rig.client(dialect).submit(MAKES["imagine"])
    assert getattr(caught.value, "reason", None) is reason
    assert [each.child_id for each in rig.server.world.log] == [None]


@pytest.mark.parametrize("dialect", NAMES)
async def test_a_full_queue_and_a_banned_word_are_told_by_every_server(rig: Rig, dialect: str) -> None:
    world, client = rig.server.world, rig.client(dialect)
    world.full = True
    with pytest.raises(QueueFull):
        await client.submit(MAKES["blend"])
    world.full, world.banned = False, {"fir"}
    with pytest.raises(SubmitRefused) as caught:
        await client.submit(MAKES["imagine"])
    assert (caught.value.reason, caught.value.word) == (RefusalReason.BANNED_WORD, "fir")


@pytest.mark.parametrize("dialect", NAMES)
async def test_a_submit_whose_answer_was_lost_is_found_by_its_mark(rig: Rig, dialect: str) -> None:
    client = rig.client(dialect)
    rig.server.drop("/mj/submit/imagine", times=1)
    rig.server.lose("/mj/submit/describe", times=1)
    for kind in ("imagine", "describe"):
        with pytest.raises(SubmitUnclear):
            await client.submit(MAKES[kind])
    if dialect == "new-api":
        with pytest.raises(CommandNotOffered):
            await client.find_marked(MARKS)
        return
    found = await client.find_marked(MARKS)
    assert {mark: task.action for mark, [task] in found.items()} == {MARKS[1]: "DESCRIBE"}
    assert [each.mark for each in rig.server.world.log] == [MARKS[1]]


@pytest.mark.parametrize("dialect", ["", "plus", "true"])
async def test_presses_and_modals_carry_a_mark(rig: Rig, dialect: str) -> None:
    client = rig.client(dialect)
    zoom = next(b for b in (await client.fetch(TaskId(DemoIds.SINGLE))).buttons if "Custom" in b.label)
    child = (await client.submit(ButtonPress(TaskId(DemoIds.SINGLE), zoom.custom_id, MARKS[0]))).task_id
    assert (await client.find_marked(MARKS)).keys() == {MARKS[0]}
    await client.submit(ModalAnswer(child, "a lake --zoom 2", mark=MARKS[1]))
    found = await client.find_marked(MARKS)
    assert {mark: task.id for mark, [task] in found.items()} == {MARKS[1]: child}
    assert [each.mark for each in rig.server.world.log] == MARKS[:2]


async def test_a_change_carries_a_mark(rig: Rig) -> None:
    client = rig.client("original")
    child = (await client.submit(ButtonPress(TaskId(DemoIds.GRID), "change::upsample::1", MARKS[0]))).task_id
    assert [each.id for each in (await client.find_marked(MARKS))[MARKS[0]]] == [child]


async def test_new_api_returns_the_mark_only_after_its_first_poll(rig: Rig) -> None:
    client = rig.client("new-api")
    rig.now[0] = T + 1
    task_id = (await client.submit(MAKES["imagine"])).task_id
    assert (await client.fetch(task_id)).mark == ""
    rig.now[0] = T + LATER
    assert (await client.fetch(task_id)).mark == MARKS[0]


async def test_a_list_that_is_too_long_counts_as_not_read(rig: Rig) -> None:
    rig.server.fail("/mj/task/list", 200, body=f'["{"x" * (8 * 1024 * 1024)}"]')
    client = rig.client("plus")
    with pytest.raises(UpstreamUnavailable):
        await client.find_marked(MARKS)
    assert client.offers(Command.LIST) is None


@pytest.mark.parametrize("dialect", NAMES)
async def test_pictures_are_uploaded_where_the_server_can(rig: Rig, dialect: str) -> None:
    client = rig.client(dialect)
    if dialect == "original":
        with pytest.raises(CommandNotOffered):
            await client.upload([PNG])
        return
    assert len(set(await client.upload([PNG, PNG]))) == 2
    rig.server.world.refusal = "uploads_off"
    with pytest.raises(SubmitRefused):
        await client.upload([PNG])


@pytest.mark.parametrize("dialect", NAMES)
async def test_a_seed_is_told_where_the_server_can(rig: Rig, dialect: str) -> None:
    client, grid = rig.client(dialect), TaskId(DemoIds.GRID)
    if dialect == "original":
        with pytest.raises(RouteMissing):  # which may concern this task only
            await client.seed(grid)
        with pytest.raises(CommandNotOffered):
            await client.seed(NO_TASK)
        return
    assert (await client.seed(grid)).isdecimal()
    rig.server.world.seedless = {grid}
    with pytest.raises(SeedUnavailable):
        await client.seed(grid)


@pytest.mark.parametrize(
    ("dialect", "admin", "cancels"),
    [
        *[("", False, True), ("plus", False, True), ("true", True, True)],
        *[("true", False, False), ("original", False, False), ("new-api", True, False)],
    ],
)
async def test_a_task_is_cancelled_where_the_server_can(
    rig: Rig, dialect: str, admin: bool, cancels: bool
) -> None:
    rig.server.world.admin = admin
    client = rig.client(dialect)
    task_id = (await client.submit(MAKES["imagine"])).task_id
    rig.now[0] = T + 20
    if not cancels:
        with pytest.raises(CommandNotOffered):
            await client.cancel(NO_TASK if dialect == "original" else task_id)
        assert client.offers(Command.CANCEL) is False
        return
    await client.cancel(task_id)
    assert (await client.fetch(task_id)).phase is Phase.CANCELLED
    assert client.offers(Command.CANCEL)
    if dialect != "true":
        with pytest.raises(CancelRefused):
            await client.cancel(task_id)


@pytest.mark.parametrize(
    ("dialect", "lacks", "unknown"),
    [
        ("original", {Command.SHORTEN, Command.UPLOAD, Command.SEED}, {Command.CANCEL}),
        ("plus", set(), {Command.CANCEL}),
        ("true", set(), {Command.CANCEL}),
        ("new-api", {Command.LIST}, set(Command) - {Command.LIST, Command.SEED}),
    ],
)
async def test_what_a_server_offers_is_known_without_a_submit(
    rig: Rig, dialect: str, lacks: set[Command], unknown: set[Command]
) -> None:
    offered = await probe_commands(rig.client(dialect), NO_TASK)
    assert offered.keys() == set(Command)
    assert {each for each, found in offered.items() if found is False} == lacks
    assert {each for each, found in offered.items() if found is None} == unknown
    assert rig.server.world.log == []
    assert {each.method for each in rig.server.requests} == {"GET"}
