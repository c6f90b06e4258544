"""The database schema, as a list of migrations. Never change a released migration or its name."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("mjbot")


@migrations()
def first_tables(db: Database) -> None:
    """Create tables for tasks, watches, button presses, tasks seen in each place, and key-value pairs."""
    db.table("tasks").create(
        {"id": str, "view": str, "phase": str, "prompt": str, "updated_at": float}, pk="id"
    )
    db.table("watches").create(
        {
            "message_id": int,
            "channel_id": int,
            "guild_id": int,
            "task_id": str,
            "requester_id": int,
            "locale": str,
            "created_at": float,
            "state": str,
            "delivered_digest": str,
            "delivered_picture": str,
            "delivered_image": str,
        },
        pk="message_id",
    )
    db.table("watches").create_index(["state", "channel_id", "task_id"])
    db.table("presses").create(
        {
            "task_id": str,
            "action": str,
            "user_id": int,
            "at": float,
            "state": str,
            "child_id": str,
            "guild_id": int,
            "channel_id": int,
            "message_id": int,
        },
        pk=("task_id", "action"),
    )
    db.table("seen").create({"place": str, "task_id": str, "at": float}, pk=("place", "task_id"))
    db.table("seen").create_index(["place", "at"])
    db.table("named").create({"name": str, "value": str}, pk="name")


@migrations()
def lineage_and_counted_presses(db: Database) -> None:
    """Store the parent of each task. Number the presses, so that one confirmation submits only once."""
    db.table("presses").add_column("number", int, not_null_default=1)
    db.execute("update presses set state = 'unclear' where state = 'warned'")
    db.table("lineage").create(
        {
            "child_id": str,
            "parent_id": str,
            "label": str,
            "at": float,
            "guild_id": int,
            "channel_id": int,
            "message_id": int,
        },
        pk="child_id",
    )
    db.table("lineage").create_index(["parent_id", "guild_id"])
    db.table("lineage").create_index(["message_id"])
    db.table("watches").create_index(["task_id"])


@migrations()
def choices_of_guilds(db: Database) -> None:
    """Add a table for the press policy of each guild: who may press the buttons there."""
    db.table("guilds").create({"guild_id": int, "presses": str, "role_id": int}, pk="guild_id")


@migrations()
def kinds_of_action_that_are_not_offered(db: Database) -> None:
    """Store the kinds of action that an image service rejects. ``service`` is its address."""
    db.table("refused_kinds").create({"service": str, "kind": str, "at": float}, pk=("service", "kind"))


@migrations()
def indexes_for_forgetting(db: Database) -> None:
    """Add the indexes that pruning needs: on the age of tasks, and on the task ids in ``seen``."""
    db.table("tasks").create_index(["updated_at"])
    db.table("seen").create_index(["task_id"])


@migrations()
def uses_of_the_last_hour(db: Database) -> None:
    """Store each use that counts towards a rate limit. ``who`` is a user or a guild."""
    db.table("uses").create({"who": str, "kind": str, "at": float})
    db.table("uses").create_index(["who", "kind", "at"])
    db.table("uses").create_index(["at"])


@migrations()
def names_of_tables_columns_and_values(db: Database) -> None:
    """Rename tables, columns and stored values to match the names in the code."""
    for statement in _RENAMES:
        db.execute(statement)
    db.execute(_RENAME_IN_SNAPSHOTS)
    for table, columns in (
        ("seen", ["audience", "at"]),
        ("usage", ["who", "kind", "at"]),
        ("usage", ["at"]),
    ):
        db.table(table).create_index(columns)


@migrations()
def cards_that_are_still_to_be_posted(db: Database) -> None:
    """Store the tasks that have no card yet. A card is the message that shows a task."""
    db.table("pending_cards").create(
        {
            "task_id": str,
            "guild_id": int,
            "channel_id": int,
            "requester_id": int,
            "locale": str,
            "created_at": float,
        },
        pk="task_id",
    )


@migrations()
def presses_whatever_the_case_of_the_id(db: Database) -> None:
    """Merge presses of task ids that differ only in case, because relays treat ids as case-insensitive."""
    for statement in _PRESSES_BY_ID:
        db.execute(statement)


@migrations()
def places_that_have_seen_a_task(db: Database) -> None:
    """Store lineage for each place: a guild, or the direct messages of one user."""
    for statement in _PLACES:
        db.execute(statement)
    db.table("seen").create_index(["place", "at"])
    db.table("lineage").create_index(["parent_id", "place"])
    db.table("lineage").create_index(["message_id"])


_PLACES = (
    "alter table seen rename column audience to place",
    "drop index idx_seen_audience_at",
    "alter table lineage rename to old_lineage",
    """
    create table lineage (
        child_id text, place text, parent_id text, label text, at float,
        channel_id integer, message_id integer, primary key (child_id, place))
    """,
    # Only a watch records the user of a DM channel. Without a watch, the row is never shown.
    """
    insert into lineage
    select child_id,
        coalesce('guild:' || guild_id, 'user:' || (
            select requester_id from watches
            where watches.channel_id = old_lineage.channel_id and watches.guild_id is null limit 1), ''),
        parent_id, label, at, channel_id, message_id
    from old_lineage
    """,
    "drop table old_lineage",
    "create index idx_watches_task_id_nocase on watches (task_id collate nocase)",
)


@migrations()
def actions_called_unknown_by_task(db: Database) -> None:
    """Store which task reported each unknown action, and delete the old rows, which have no task.

    A kind of action is treated as unknown only after two different tasks have reported it.
    """
    db.table("refused_kinds").drop()
    db.execute("update presses set state = 'refused' where state = 'unknown_action'")
    db.execute(_UNKNOWN_ACTIONS)


_UNKNOWN_ACTIONS = """
create table unknown_actions (
    upstream text, kind text, task_id text collate nocase, action text, at float,
    primary key (upstream, kind, task_id, action))
"""


@migrations()
def no_secret_of_the_webhook(db: Database) -> None:
    """Delete the stored webhook secret, which is now derived from the bot's token."""
    db.execute("delete from key_values where key = 'webhook_token'")


@migrations()
def makes(db: Database) -> None:
    """Store submits that create a task from a prompt or a picture. ``task_id`` is the created task."""
    db.execute(_MAKES)
    db.table("makes").create_index(["task_id"])
    db.table("makes").create_index(["series"])


_MAKES = """
create table makes (
    id text primary key, command text, text text, guild_id integer, channel_id integer, user_id integer,
    locale text, created_at float, options text, pictures integer, series text, position integer,
    refusal text, task_id text)
"""


@migrations()
def marks(db: Database) -> None:
    """Store the mark that is sent with each submit, to find the created task if the response is lost."""
    db.execute(_MARKS)
    db.table("marks").create_index(["task_id", "action", "number"])
    db.execute("alter table presses add column not_found integer not null default 0")


_MARKS = """
create table marks (
    mark text primary key, step integer, task_id text collate nocase, action text, number integer, label text,
    guild_id integer, channel_id integer, user_id integer, locale text, sent_at float)
"""
_PRESSES_BY_ID = (
    "alter table presses rename to old_presses",
    """
    create table presses (
        task_id text collate nocase, action text, user_id integer, at float, state text, child_id text,
        guild_id integer, channel_id integer, message_id integer, number integer not null default 1,
        primary key (task_id, action))
    """,
    # The last row wins: the latest press that may have been accepted, or else the latest press.
    """
    insert or replace into presses
    select task_id, action, user_id, at, state, child_id, guild_id, channel_id, message_id, number
    from old_presses order by state not in ('refused', 'unknown_action'), at
    """,
    "drop table old_presses",
)
_RENAMES = (
    "alter table uses rename to usage",
    "alter table named rename to key_values",
    "alter table key_values rename column name to key",
    "update key_values set key = 'webhook_token' where key = 'hook_token'",
    "alter table seen rename column place to audience",
    "alter table refused_kinds rename column service to upstream",
    "alter table guilds rename column presses to press_scope",
    "alter table tasks rename column view to snapshot",
    # SQLite does not rename indexes with their table, so they are created again.
    "drop index idx_seen_place_at",
    "drop index idx_uses_who_kind_at",
    "drop index idx_uses_at",
)
# A value that is not JSON is left unchanged, and is later read as None.
_RENAME_IN_SNAPSHOTS = """
update tasks set snapshot = json_replace(
    json_set(
        json_remove(snapshot, '$.trouble'),
        '$.problem', case json_extract(snapshot, '$.trouble')
            when 'down' then 'unavailable'
            when 'web_page' then 'unexpected_html'
            when 'slow_down' then 'rate_limited'
            else json_extract(snapshot, '$.trouble') end),
    '$.condition', case json_extract(snapshot, '$.condition')
        when 'left' then 'dismissed'
        else json_extract(snapshot, '$.condition') end)
where json_valid(snapshot)
"""
