"""What each of Discord's refusals of an edit means for a message."""

from __future__ import annotations

import pytest

from tests.bot.conftest import RUNNING, Stage

EDIT = "/channels/*/messages/*"
BY_TOKEN = "/webhooks/*/messages/*"


async def edits(stage: Stage) -> int:
    return sum(
        entry.method == "PATCH" and entry.path.startswith("/channels/") for entry in stage.env.http_requests
    )


@pytest.mark.parametrize(
    ("status", "code"), [(404, 10008), (404, 10003), (404, 10004), (403, 50001), (403, 50005)]
)
async def test_what_is_gone_for_good_is_not_edited_again(stage: Stage, status: int, code: int) -> None:
    await stage.ask(RUNNING)
    stage.end_tokens()
    stage.env.inject_error("PATCH", EDIT, status=status, code=code, times=None)
    await stage.wait(12)
    assert await stage.bot.store.open_watches() == []
    assert await edits(stage) == 1
    reads = len(stage.server.requests)
    await stage.wait(30)
    assert await edits(stage) == 1
    assert len(stage.server.requests) == reads


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, 0), (503, 0), (429, 30046), (429, 20028), (400, 50083), (400, 50035), (403, 50013)],
)
async def test_what_may_pass_does_not_end_a_watch_and_the_end_is_shown_when_it_has(
    stage: Stage, status: int, code: int
) -> None:
    await stage.ask(RUNNING)
    stage.end_tokens()
    stage.env.inject_error("PATCH", EDIT, status=status, code=code, times=2)
    await stage.wait(20)
    assert len(await stage.bot.store.open_watches()) == 1
    await stage.wait(1300)
    await stage.wait(5)
    assert stage.card.title == "Done"
    assert await stage.bot.store.open_watches() == []


@pytest.mark.parametrize("route", [EDIT, BY_TOKEN])
async def test_a_file_that_is_too_large_is_left_out_and_the_card_is_shown(stage: Stage, route: str) -> None:
    await stage.ask(RUNNING)
    if route == EDIT:
        stage.end_tokens()
    await stage.wait(28)
    stage.env.inject_error("PATCH", route, status=413, code=40005, times=1)
    await stage.wait(15)
    assert stage.card.title == "Done"
    assert "The picture could not be shown here." in (stage.card.description or "")


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (403, 50001), (404, 10015), (404, 10003)])
async def test_a_token_that_is_refused_is_not_tried_again_and_the_card_goes_on_by_its_channel(
    stage: Stage, status: int, code: int
) -> None:
    await stage.ask(RUNNING)
    stage.env.inject_error("PATCH", BY_TOKEN, status=status, code=code, times=1)
    await stage.wait(45)
    assert stage.card.title == "Done"
    routes = [e.path.split("/")[1] for e in stage.env.http_requests if e.method == "PATCH"]
    assert routes.count("webhooks") == 1
    assert routes.count("channels") >= 5
    assert await stage.bot.store.open_watches() == []


async def test_a_message_that_was_deleted_is_not_edited_again_by_token_either(stage: Stage) -> None:
    await stage.ask(RUNNING)
    stage.env.inject_error("PATCH", BY_TOKEN, status=404, code=10008, times=None)
    await stage.wait(30)
    assert await stage.bot.store.open_watches() == []
    assert sum(e.method == "PATCH" for e in stage.env.http_requests) == 1


async def test_leaving_a_guild_ends_its_watches(stage: Stage) -> None:
    await stage.ask(RUNNING)
    guild = stage.bot.get_guild(stage.guild.id)
    assert guild is not None
    await stage.bot.on_guild_remove(guild)
    assert await stage.bot.store.open_watches() == []
