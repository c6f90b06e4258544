"""What each of Discord's refusals of an edit means for a message."""

from __future__ import annotations

import re

import pytest

from tests.bot.conftest import GRID, RUNNING, BotHarness
from tests.discord_answers import api_error

EDIT = "/channels/*/messages/*"
BY_TOKEN = "/webhooks/*/messages/*"


async def edits(harness: BotHarness) -> int:
    return sum(
        entry.method == "PATCH" and entry.path.startswith("/channels/") for entry in harness.env.http_requests
    )


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (404, 10003), (404, 10004), (403, 50005)])
async def test_what_is_gone_for_good_is_not_edited_again(harness: BotHarness, status: int, code: int) -> None:
    await harness.ask(RUNNING)
    harness.end_tokens()
    harness.env.inject_error("PATCH", EDIT, status=status, code=code, times=None)
    await harness.wait(12)
    assert await harness.bot.app.stores.watches.open_watches() == []
    assert await edits(harness) == 1
    reads = len(harness.server.requests)
    await harness.wait(30)
    assert await edits(harness) == 1
    assert len(harness.server.requests) == reads


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((500, 0), (503, 0), (404, 0), (403, 0), (400, 0), (408, 0), (418, 0)),
        *((429, 30046), (429, 20028), (400, 50083), (400, 50035)),
        *((403, 50013), (403, 50001), (403, 20022), (403, 99999), (404, 99999), (400, 99999)),
    ],
)
async def test_what_may_pass_does_not_end_a_watch_and_the_end_is_shown_when_it_has(
    harness: BotHarness, status: int, code: int
) -> None:
    await harness.ask(RUNNING)
    harness.end_tokens()
    harness.env.inject_error("PATCH", EDIT, status=status, code=code, times=2)
    await harness.wait(20)
    assert len(await harness.bot.app.stores.watches.open_watches()) == 1
    await harness.wait(1300)
    await harness.wait(5)
    assert harness.card.title == "Done"
    assert await harness.bot.app.stores.watches.open_watches() == []


@pytest.mark.parametrize("route", [EDIT, BY_TOKEN])
async def test_a_file_that_is_too_large_is_left_out_and_the_card_is_shown(
    harness: BotHarness, route: str
) -> None:
    await harness.ask(RUNNING)
    if route == EDIT:
        harness.end_tokens()
    await harness.wait(28)
    harness.env.inject_error("PATCH", route, status=413, code=40005, times=1)
    await harness.wait(15)
    assert harness.card.title == "Done"
    assert "The picture couldn't be shown here." in (harness.card.description or "")


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (403, 50001), (404, 10015), (404, 10003)])
async def test_a_token_that_is_refused_is_not_tried_again_and_the_card_goes_on_by_its_channel(
    harness: BotHarness, status: int, code: int
) -> None:
    await harness.ask(RUNNING)
    harness.env.inject_error("PATCH", BY_TOKEN, status=status, code=code, times=1)
    await harness.wait(45)
    assert harness.card.title == "Done"
    routes = [e.path.split("/")[1] for e in harness.env.http_requests if e.method == "PATCH"]
    assert routes.count("webhooks") == 1
    assert routes.count("channels") >= 5
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_a_message_that_was_deleted_is_not_edited_again_by_token_either(harness: BotHarness) -> None:
    await harness.ask(RUNNING)
    harness.env.inject_error("PATCH", BY_TOKEN, status=404, code=10008, times=None)
    await harness.wait(30)
    assert await harness.bot.app.stores.watches.open_watches() == []
    assert sum(e.method == "PATCH" for e in harness.env.http_requests) == 1


async def test_leaving_a_guild_ends_its_watches(harness: BotHarness) -> None:
    await harness.ask(RUNNING)
    guild = harness.bot.get_guild(harness.guild.id)
    assert guild is not None
    await harness.bot.on_guild_remove(guild)
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_a_guild_that_an_outage_makes_disappear_keeps_its_watches(harness: BotHarness) -> None:
    await harness.ask(RUNNING)
    guild = harness.bot.get_guild(harness.guild.id)
    assert guild is not None
    guild.unavailable = True  # GUILD_DELETE with unavailable; some outages send a second one without it
    await harness.bot.on_guild_remove(guild)
    assert len(await harness.bot.app.stores.watches.open_watches()) == 1
    await harness.wait(45)
    assert harness.card.title == "Done"
    assert await harness.bot.app.stores.watches.open_watches() == []


async def end_of_a_grid(harness: BotHarness) -> None:
    """Let RUNNING end; its messages are edited by channel."""
    harness.server.fail("/attachments/*", status=404)
    await harness.ask(RUNNING)
    harness.end_tokens()
    await harness.wait(29)
    harness.server.clear_faults()


@pytest.mark.parametrize(
    ("status", "code", "times", "told"),
    [
        (400, 20009, 1, "Discord refused this picture."),
        (400, 240000, 1, "Discord refused some of the text."),
        (400, 200000, 1, "Discord refused some of the text."),
        (403, 200001, 2, "Discord refused some of the text."),
        (413, 40005, 1, "The picture couldn't be shown here."),
        (403, 50013, 1, "The picture couldn't be shown here."),
        (400, 50035, 4, "Discord refused some of the text."),
        (400, 12345, 1, "Discord refused this picture."),
    ],
)
async def test_an_end_that_discord_refuses_is_shown_with_its_buttons_and_says_what_is_missing(
    harness: BotHarness, status: int, code: int, times: int, told: str
) -> None:
    await end_of_a_grid(harness)
    harness.env.inject_error("PATCH", EDIT, status=status, code=code, times=times)
    await harness.wait(15)
    assert harness.card.title == "Done"
    assert told in (harness.card.description or "")
    assert harness.labels(harness.messages[0])[0][:4] == ["U1", "U2", "U3", "U4"]
    assert await harness.bot.app.stores.watches.open_watches() == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((400, 160005), (400, 50083), (403, 50083)),  # a thread that is locked, or archived
        *((400, 20016), (400, 20028), (400, 30046), (400, 130000)),  # too often, or too busy
        *((400, 50024), (400, 50008), (400, 110001)),  # not in this channel, or not now
    ],
)
async def test_a_refusal_of_the_place_or_the_moment_takes_nothing_from_the_card(
    harness: BotHarness, status: int, code: int
) -> None:
    await end_of_a_grid(harness)
    harness.env.inject_error("PATCH", EDIT, status=status, code=code, times=3)
    await harness.wait(2000)
    assert harness.card.title == "Done"
    assert "efused" not in (harness.card.description or "")
    assert harness.card.image.url
    assert harness.labels(harness.messages[0])[0][:4] == ["U1", "U2", "U3", "U4"]


async def test_a_press_on_a_card_that_was_refused_does_not_climb_down_again(harness: BotHarness) -> None:
    await end_of_a_grid(harness)
    harness.env.inject_error("PATCH", EDIT, status=400, code=20009, times=1)
    await harness.wait(15)
    before = await edits(harness)
    await harness.press(harness.messages[0], "U1")
    await harness.wait(3)
    assert "Discord refused this picture." in (harness.messages[0].embeds[0].description or "")
    assert await edits(harness) - before <= 3


CALLBACK = "/interactions/*/*/callback"


@pytest.mark.parametrize(
    ("status", "code", "times"), [(400, 50035, 1), (400, 50035, 3), (400, 240000, 2), (400, 20009, 3)]
)
async def test_a_first_answer_that_discord_refuses_is_sent_without_what_it_refuses(
    harness: BotHarness, status: int, code: int, times: int
) -> None:
    harness.env.inject_error("POST", CALLBACK, status=status, code=code, times=times)
    await harness.ask(GRID)
    await harness.wait(5)
    assert harness.card.title == "Done"
    assert harness.labels(harness.messages[0])[0][:4] == ["U1", "U2", "U3", "U4"]


async def test_an_interaction_that_was_answered_elsewhere_is_not_answered_in_every_shape(
    harness: BotHarness,
) -> None:
    harness.env.inject_error("POST", CALLBACK, status=400, code=40060, times=None)
    await harness.ask(GRID)
    sent = [each for each in harness.env.http_requests if each.path.endswith("/callback")]
    assert len(sent) == 2  # the card, and the error


async def test_buttons_that_discord_has_refused_are_tried_again(harness: BotHarness) -> None:
    harness.env.inject_error("POST", CALLBACK, status=400, code=50035, times=4)
    harness.env.inject_error("PATCH", BY_TOKEN, status=400, code=50035, times=9)
    await harness.ask(GRID)
    assert harness.labels(harness.messages[0]) == []
    assert "Discord refused the buttons." in (harness.card.description or "")
    await harness.wait(300)
    assert harness.labels(harness.messages[0])[0][:4] == ["U1", "U2", "U3", "U4"]
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_an_error_reference_that_a_person_sees_is_in_the_log(
    harness: BotHarness, caplog: pytest.LogCaptureFixture
) -> None:
    harness.env.inject_error("POST", CALLBACK, status=400, code=50035, times=5)
    result = await harness.ask(GRID)
    assert result.response is not None
    shown = re.search(r"`([0-9a-f]{8})`", result.response.content)
    assert shown is not None
    assert shown[1] in caplog.text


@pytest.mark.parametrize("code", [50001, 50013, 40005, 20022])
async def test_a_token_that_may_not_edit_is_tried_once_and_then_the_channel(
    harness: BotHarness, code: int
) -> None:
    answer = api_error("no permission", 403, code, "Missing Permissions")
    refused = harness.refuse("PATCH", "/webhooks/*/*/messages/*", answer)
    await harness.ask(RUNNING)
    await harness.wait(120)
    assert harness.card.title == "Done"
    assert 1 <= refused.given <= 2
