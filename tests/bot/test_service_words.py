"""What the image service says while a card is alive, and that the card ends well all the same."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from mjbot.sandbox.dialects import DIALECTS
from tests.bot.conftest import RUNNING, BotFactory

JSON = "application/json"
ROUTE_FAILURES = [
    (404, '{"detail":"Not Found"}', JSON),
    (404, '{"timestamp":"2026-01-01","status":404,"error":"Not Found","path":"/mj"}', JSON),
    (404, '{"message":"no Route matched with those values"}', JSON),
    (404, "404 page not found", "text/plain"),
    (405, '{"detail":"Method Not Allowed"}', JSON),
    (301, "<html>Moved</html>", "text/html"),
]
UNKNOWN = [
    (200, '{"code":999,"description":"new"}', JSON),
    (200, '{"id":"other"', JSON),
    (418, "teapot", "text/plain"),
    (503, '{"error":{"message":"later"}}', JSON),
    (400, '{"error":{"message":"strange","type":"x"}}', JSON),
    (200, '{"code":4,"description":"a new reason"}', JSON),
    (200, "<html>Maintenance</html>", "text/html"),
    (403, '{"message":"blocked by policy"}', JSON),
]


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@pytest.mark.parametrize(("status", "body", "content_type"), [*ROUTE_FAILURES, *UNKNOWN])
async def test_two_minutes_of_answers_that_say_nothing_do_not_lose_a_living_task_on_any_server(
    bot_factory: BotFactory, dialect: str, status: int, body: str, content_type: str
) -> None:
    harness = await bot_factory.open(dialect)
    await harness.ask(RUNNING)
    await harness.wait(2)
    harness.server.fail("*", status=status, body=body, content_type=content_type)
    await harness.wait(120)
    assert str(harness.card.title).startswith("Last seen:")
    harness.server.clear_faults()
    await harness.wait(80)
    assert harness.card.title == "Done"


@pytest.mark.parametrize(("status", "body", "content_type"), ROUTE_FAILURES)
async def test_a_wrong_address_is_told_as_one_and_not_as_a_missing_task(
    bot_factory: BotFactory, status: int, body: str, content_type: str
) -> None:
    harness = await bot_factory.open()
    harness.server.fail("*", status=status, body=body, content_type=content_type)
    told = await harness.ask(RUNNING)
    shown = (told.response or told.followups[-1]).content
    assert "not at the configured address" in shown


async def test_a_key_that_the_service_echoes_is_shown_nowhere(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    key = "relay-4f9a8b7c6d5e"
    await bot_factory.restart(harness, upstream_key=SecretStr(key), upstream_auth="raw")
    body = f'{{"id":"{RUNNING}","status":"FAILURE","failReason":"the key {key} (4f9a8b7c6d5e) is over"}}'
    harness.server.fail("*", status=200, body=body, content_type=JSON)
    await harness.ask(RUNNING)
    await harness.wait(3)
    assert harness.card.title == "Failed"
    assert "4f9a8b7c6d5e" not in (harness.card.description or "")
    assert "\\*\\*\\*" in (harness.card.description or "")


async def test_a_failure_reason_of_a_running_task_is_on_the_card_and_ends_it_in_time(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    body = f'{{"id":"{RUNNING}","status":"IN_PROGRESS","progress":"46%","failReason":"upstream gave up"}}'
    harness.server.fail("*", status=200, body=body, content_type=JSON)
    await harness.ask(RUNNING)
    await harness.wait(3)
    assert "The image service reports: upstream gave up" in (harness.card.description or "")
    await harness.wait(200)
    assert harness.card.title == "Failed"
    assert "**Reason given:** upstream gave up" in (harness.card.description or "")
