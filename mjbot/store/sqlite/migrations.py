"""The schema, step by step. A step that has shipped is never changed; a new one is added below it."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("mjbot")


@migrations()
def first_tables(db: Database) -> None:
    """Tasks, watches, presses, what each place has seen, and a few named values."""
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
    """What was made from what; presses are numbered, so that each repetition counts once."""
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
    """Who may press buttons in a guild."""
    db.table("guilds").create({"guild_id": int, "presses": str, "role_id": int}, pk="guild_id")


@migrations()
def kinds_of_action_that_are_not_offered(db: Database) -> None:
    """What an image service does not offer: ``service`` is its address."""
    db.table("refused_kinds").create({"service": str, "kind": str, "at": float}, pk=("service", "kind"))


@migrations()
def indexes_for_forgetting(db: Database) -> None:
    """What is old is found by its age, and what belongs to it by its task."""
    db.table("tasks").create_index(["updated_at"])
    db.table("seen").create_index(["task_id"])


@migrations()
def uses_of_the_last_hour(db: Database) -> None:
    """What the limits are counted by; ``who`` is a person or a server."""
    db.table("uses").create({"who": str, "kind": str, "at": float})
    db.table("uses").create_index(["who", "kind", "at"])
    db.table("uses").create_index(["at"])
