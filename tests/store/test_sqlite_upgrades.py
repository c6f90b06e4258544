"""Databases of earlier versions: they open, and everything in them is there."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from mjbot.core.access.place import Place
from mjbot.core.access.press_policy import PressPolicy, PressScope
from mjbot.core.access.rate_limits import RateLimit
from mjbot.core.card.components import action_digest
from mjbot.core.card.lineage import Lineage, RelatedTask
from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import Condition, UpstreamProblem
from mjbot.core.model.task import Phase, TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch, WatchState
from mjbot.ports import InteractionContext, PressRecord, Stores
from mjbot.store import open_stores
from mjbot.store.sqlite.migrations import migrations
from tests.store.conftest import UPSTREAM
from tests.store.faults import thread_of
from tests.store.samples import BEFORE_RENAMES, CHANNEL, DIRECT, GUILD, NOW, ROLE, USER, message

RUNNING, QUEUED, CHINESE, LONG, GRID, FAILED, MODAL, SINGLE = map(
    TaskId,
    (
        "1730621718151844",
        "1730621781604298",
        "1730621742906217",
        "1730621766318450",
        "1730618103477921",
        "1730617450286633",
        "1730617902751186",
        "1730618215930064",
    ),
)
U1, U2, U3, V1, V2, REROLL = (
    *("90f38c3fea3b", "60d13bd96e03", "4a24a435cc4b", "93e0f5cec73e", "8e8b73c1b15b", "4ce11df20228"),
)
HERE = InteractionContext(guild_id=GUILD, channel_id=CHANNEL, user_id=USER, locale="en", private_locale="en")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file as mjbot had it before its names changed."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(BEFORE_RENAMES.read_text(encoding="utf-8"))
    return path


@pytest.fixture
async def stores(path: Path) -> AsyncIterator[Stores]:
    async with open_stores(str(path), UPSTREAM) as stores:
        yield stores


async def test_open_watches_are_there_with_what_their_messages_show(stores: Stores) -> None:
    def watch(number: int, task_id: TaskId, delivered: DeliveredState, locale: str = "en") -> Watch:
        at = NOW - 60 + number
        state = WatchState.OPEN
        return Watch(MessageRef(CHANNEL, message(number)), task_id, GUILD, USER, locale, at, state, delivered)

    address = "https://cdn.example/40.webp"
    found = [watch for watch, _ in await stores.watches.open_watches()]
    assert found == [
        watch(1, RUNNING, DeliveredState("0123456789abcdef", f"link:{address}", address)),
        watch(2, QUEUED, DeliveredState("1111111111111111"), "zh-CN"),
        Watch(
            MessageRef(DIRECT, message(3)),
            CHINESE,
            None,
            USER,
            "en",
            NOW - 57,
            WatchState.OPEN,
            DeliveredState("2222222222222222"),
        ),
        Watch(MessageRef(CHANNEL, message(4)), LONG, GUILD, USER, "en", NOW - 56),
    ]


async def test_closed_watches_are_there(stores: Stores) -> None:
    found = await stores.watches.watches_of([GRID, FAILED, MODAL, SINGLE])
    assert [(watch.task_id, watch.ref.message_id) for watch, _ in found] == [
        (task_id, message(number)) for number, task_id in enumerate((GRID, FAILED, MODAL, SINGLE), 5)
    ]
    assert {watch.state for watch, _ in found} == {WatchState.CLOSED}
    assert found[0][0].delivered == DeliveredState("feedfacefeedface", "picture", "attachment://picture.png")


async def test_a_snapshot_keeps_every_field(stores: Stores) -> None:
    snapshot = await stores.watches.snapshot(RUNNING)
    assert snapshot is not None
    assert snapshot.task is not None
    assert (snapshot.opened_at, snapshot.seen_at) == (NOW - 60, NOW - 1)
    assert (snapshot.changed_at, snapshot.failing_since) == (NOW - 20.5, NOW - 15.25)
    assert (snapshot.condition, snapshot.problem) == (Condition.UNREACHABLE, UpstreamProblem.UNAVAILABLE)
    assert (snapshot.task.phase, snapshot.task.progress) == (Phase.RUNNING, "46%")
    chinese = await stores.watches.snapshot(CHINESE)
    assert chinese is not None
    assert chinese.task is not None
    assert chinese.task.prompt == "画一座雾中的雪山，木刻版画风格"
    assert (chinese.misses, chinese.missing_since) == (2, NOW - 9)
    assert await stores.watches.snapshot(LONG) is None


@pytest.mark.parametrize(
    ("task_id", "condition", "problem"),
    [
        (RUNNING, Condition.UNREACHABLE, UpstreamProblem.UNAVAILABLE),  # was: down
        (QUEUED, Condition.FINE, UpstreamProblem.UNEXPECTED_HTML),  # was: web_page
        (CHINESE, Condition.FINE, UpstreamProblem.RATE_LIMITED),  # was: slow_down
        (MODAL, Condition.DISMISSED, UpstreamProblem.KEY),  # was: left
        (FAILED, Condition.FINE, None),
    ],
)
async def test_conditions_and_problems_have_their_new_names(
    stores: Stores, task_id: TaskId, condition: Condition, problem: UpstreamProblem | None
) -> None:
    snapshot = await stores.watches.snapshot(task_id)
    assert snapshot is not None
    assert (snapshot.condition, snapshot.problem) == (condition, problem)


async def test_the_buttons_of_a_finished_task_are_those_that_were_pressed(stores: Stores) -> None:
    snapshot = await stores.watches.snapshot(GRID)
    assert snapshot is not None
    assert snapshot.task is not None
    digests = {each.label or each.emoji: action_digest(each.custom_id) for each in snapshot.task.buttons}
    assert len(digests) == 9
    assert [digests[each] for each in ("U1", "U2", "U3", "V1", "V2", "🔄")] == [U1, U2, U3, V1, V2, REROLL]


async def test_presses_are_there_in_every_state(stores: Stores) -> None:
    assert await stores.presses.of(GRID) == {
        U1: Press.ACCEPTED,
        U2: Press.REFUSED,
        U3: Press.UNCLEAR,
        V1: Press.RETRYING,
        V2: Press.SENDING,
        REROLL: Press.REFUSED,
    }
    assert await stores.presses.begin(GRID, U1, USER, NOW) == PressRecord(
        Press.ACCEPTED, Place(GUILD), SINGLE, MessageRef(CHANNEL, message(8)), 1
    )
    assert await stores.presses.end_interrupted() == [GRID]
    after = await stores.presses.of(GRID)
    assert (after[V1], after[V2]) == (Press.REFUSED, Press.UNCLEAR)


async def test_lineage_is_there_and_what_was_learnt_from_one_refusal_is_forgotten(stores: Stores) -> None:
    histories = await stores.presses.histories([(GRID, Place(GUILD)), (SINGLE, Place(GUILD))])
    child, parent = (MessageRef(CHANNEL, message(number)).url(GUILD) for number in (8, 5))
    assert histories[GRID, Place(GUILD)].lineage == Lineage(children=(RelatedTask(SINGLE, "U1", child),))
    assert histories[SINGLE, Place(GUILD)].lineage == Lineage(parent=RelatedTask(GRID, "U1", parent))
    assert await stores.unknown_actions.get() == []


async def test_suggestions_are_there_for_the_guild_and_for_direct_messages(stores: Stores) -> None:
    found = [each.id for each in await stores.watches.suggestions(HERE.place, "", (), 25)]
    assert found == [QUEUED, RUNNING, MODAL, FAILED, GRID]
    direct = InteractionContext(
        guild_id=None, channel_id=DIRECT, user_id=USER, locale="en", private_locale="en"
    )
    assert [each.id for each in await stores.watches.suggestions(direct.place, "", (), 25)] == [CHINESE]


async def test_the_choice_of_a_guild_counted_uses_and_values_are_there(stores: Stores) -> None:
    assert await stores.guilds.policy(GUILD) == PressPolicy(PressScope.ROLE, ROLE)
    ask, press = RateLimit("ask", "user", 2, 60.0), RateLimit("press", "guild", 2, 3600.0)
    assert await stores.usage.take([(f"user:{USER}", ask)], NOW) == NOW + 40
    assert await stores.usage.take([(f"guild:{GUILD}", press)], NOW) == NOW - 20 + 3600
    assert await stores.key_values.get("webhook_token") == "token-of-the-webhook"
    assert await stores.key_values.get("hook_token") is None
    assert await stores.key_values.get("commands:500000000000000005") == "0" * 64


async def test_the_schema_is_that_of_a_new_database(stores: Stores, tmp_path: Path) -> None:
    def schema(db: Database) -> list[tuple[str, str, str]]:
        tables = [db.table(name) for name in db.table_names()]
        columns = [(table.name, each.name, each.type) for table in tables for each in table.columns]
        indexes = [(table.name, each.name, str(each.columns)) for table in tables for each in table.indexes]
        return sorted(columns + indexes)

    async with open_stores(str(tmp_path / "new.db")) as new:
        assert await thread_of(stores).run(schema) == await thread_of(new).run(schema)


async def test_a_snapshot_that_is_no_json_stops_no_upgrade(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update tasks set view = '{\"id\":' where id = ?", [GRID])
        connection.commit()
    async with open_stores(str(path)) as stores:
        assert await stores.watches.snapshot(GRID) is None
        assert await stores.watches.snapshot(RUNNING) is not None


async def test_a_database_of_the_first_version_is_upgraded_with_all_that_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    old = Database(str(path))
    Migrations.apply(migrations, old, stop_before="lineage_and_counted_presses")
    old.table("presses").insert(
        {"task_id": RUNNING, "action": "u1", "user_id": 3, "at": 1.0, "state": "warned"}
    )
    old.table("tasks").insert(
        {"id": RUNNING, "view": f'{{"id":"{RUNNING}","opened_at":1.5,"trouble":"down"}}'}
    )
    old.conn.commit()
    old.close()
    async with open_stores(str(path)) as stores:
        snapshot = await stores.watches.snapshot(RUNNING)
        assert snapshot is not None
        assert (snapshot.opened_at, snapshot.problem) == (1.5, UpstreamProblem.UNAVAILABLE)
        assert await stores.presses.of(RUNNING) == {"u1": Press.UNCLEAR}


async def test_lineage_gets_the_place_that_has_seen_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    old = Database(str(path))
    Migrations.apply(migrations, old, stop_before="places_that_have_seen_a_task")
    watch = {"channel_id": DIRECT, "guild_id": None, "task_id": GRID, "requester_id": USER, "message_id": 9}
    old.table("watches").insert({**watch, "created_at": 1.0, "state": "closed"})
    common = {"parent_id": GRID, "label": "U1", "at": 1.0}
    places = {"a": (GUILD, CHANNEL), "b": (None, DIRECT), "c": (None, DIRECT + 1)}
    old.table("lineage").insert_all(
        {**common, "child_id": f"task-{child}", "guild_id": guild, "channel_id": channel, "message_id": None}
        for child, (guild, channel) in places.items()
    )
    old.conn.commit()
    old.close()
    async with open_stores(str(path)) as stores:
        asked = [(GRID, place) for place in (Place(GUILD), Place(None, USER), Place(None, USER + 1))]
        found = await stores.presses.histories(asked)
    assert [[child.task_id for child in found[each].lineage.children] for each in asked] == [
        ["task-a"],
        ["task-b"],
        [],  # the person of the last one is not known
    ]


async def test_presses_of_several_spellings_of_one_id_become_one(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    old = Database(str(path))
    Migrations.apply(migrations, old, stop_before="presses_whatever_the_case_of_the_id")
    rows = [
        ("task-A", "u1", 1, "refused", 9.0),
        ("task-a", "u1", 2, "accepted", 1.0),
        ("TASK-A", "u1", 1, "unknown_action", 10.0),
        ("task-A", "u2", 1, "accepted", 1.0),
        ("task-a", "u2", 1, "unclear", 2.0),
        ("task-b", "u1", 3, "refused", 1.0),
    ]
    columns = ("task_id", "action", "number", "state", "at")
    old.table("presses").insert_all({"user_id": 5, **dict(zip(columns, row, strict=True))} for row in rows)
    old.conn.commit()
    old.close()
    async with open_stores(str(path)) as stores:
        for spelling in ("task-a", "task-A", "TASK-A"):
            presses = await stores.presses.of(TaskId(spelling))
            assert presses == {"u1": Press.ACCEPTED, "u2": Press.UNCLEAR}
        again = await stores.presses.last(TaskId("task-b"), "u1")
        assert again == PressRecord(Press.REFUSED, Place(None, 5), number=3)
