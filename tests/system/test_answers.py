"""Whatever Discord answers to an edit: what the sink makes of it, and that the end is shown afterwards."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import aiohttp
import discord
import pytest
from aiohttp.client_reqrep import ConnectionKey

from mjbot.clock import Clock
from mjbot.core.card.buttons import CardButton
from mjbot.core.card.card import Card, Picture
from mjbot.core.card.content import Part
from mjbot.core.card.state import CardState
from mjbot.core.editing.ladder import ContentProblem
from mjbot.core.editing.outcome import Gone, Later, NoAccess, Outcome, Refused
from mjbot.core.editing.pending_edit import Edit
from mjbot.core.model.watch import NOTHING_DELIVERED, DeliveredState, MessageRef
from mjbot.guard import UnexpectedErrors
from mjbot.ui.breaker import InvalidRequestBreaker
from mjbot.ui.refusals import outcome_of
from mjbot.ui.sink import DiscordSink
from mjbot.ui.tokens import InteractionTokens
from tests.discord_answers import (
    ANNOUNCEMENT_LIMIT,
    BAD_JSON_502,
    BROKEN_COMPRESSION,
    EXPLICIT_CONTENT,
    HARMFUL_LINK,
    JSON_WITHOUT_CODE,
    LOST_RESPONSE,
    MISSING_ACCESS,
    PAGES,
    TOO_LARGE,
    UNREADABLE,
    Answer,
    api_error,
    has_file,
    malformed,
    mentions,
    page,
    unreadable,
)
from tests.system.client import logged_in
from tests.system.conftest import BY_CHANNEL, BY_TOKEN, TASK, ProcessHarness
from tests.system.discord_stub import Channel, DiscordStub
from tests.system.discord_stub.log import SECONDS
from tests.system.test_pictures import FILE, SEEN, Given

EDIT = "/channels/*/messages/*"
REFUSED = "Discord refused this picture."
CARD = Card(
    CardState.DONE,
    "Done",
    0,
    "Finished",
    "footer",
    links=("[parent](https://discord.com/channels/1/2/3)",),
    body="> a prompt",
    picture=Picture(SEEN, final=True),
    picture_link=SEEN,
    rows=((CardButton("mj1:press:1730621718151844:0123456789ab", "U1", "🔄", name="U1"),),),
    final=True,
)


@dataclass
class Sender:
    """One message in the stub, a sink that edits it, and the breaker that both share."""

    stub: DiscordStub
    breaker: InvalidRequestBreaker
    sink: DiscordSink
    channel: Channel
    ref: MessageRef

    async def edit(self, omitted: Part = Part.NONE) -> Outcome:
        return await self.sink.edit(Edit(self.ref, CARD, NOTHING_DELIVERED, omitted=omitted))


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    clock = Clock()
    breaker = InvalidRequestBreaker(clock)
    intents = discord.Intents.none()
    client = discord.Client(intents=intents, max_messages=None, http_trace=breaker.trace)
    async with DiscordStub() as stub, logged_in(client, stub) as channel:
        sent = await client.get_partial_messageable(channel.id).send("...")
        sink = DiscordSink(client, Given(SEEN, FILE, attach=True), breaker, InteractionTokens(clock))
        yield Sender(stub, breaker, sink, channel, MessageRef(channel.id, sent.id))


def refused(problem: ContentProblem, named: Part = Part.NONE) -> Refused:
    return Refused(problem, named, FILE.url)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        *((answer, Later()) for answer in (*UNREADABLE, *BROKEN_COMPRESSION)),
        *((page(status), Later()) for status in (400, 403, 404, 408)),
        (JSON_WITHOUT_CODE, Later()),
        (ANNOUNCEMENT_LIMIT, Later()),
        (api_error("unknown 403", 403, 99999, "New"), Later()),
        (api_error("unknown 404", 404, 99998, "New"), Later()),
        (api_error("no code", 404, 0, "404: Not Found"), Later()),
        (MISSING_ACCESS, NoAccess()),
        (api_error("message", 404, 10008, "Unknown Message"), Gone()),
        (api_error("channel", 404, 10003, "Unknown Channel"), Gone(channel=True)),
        (EXPLICIT_CONTENT, refused(ContentProblem.EXPLICIT)),
        (HARMFUL_LINK, refused(ContentProblem.HARMFUL_LINK)),
        (TOO_LARGE, refused(ContentProblem.TOO_LARGE, Part.FILE)),
        (page(413), refused(ContentProblem.TOO_LARGE, Part.FILE)),
        (malformed("embeds.0.image.url"), refused(ContentProblem.MALFORMED, Part.PICTURE)),
        (malformed("embeds.0.description"), refused(ContentProblem.MALFORMED, Part.LINKS)),
        (malformed("components.0.components.0.emoji.name"), refused(ContentProblem.MALFORMED, Part.EMOJI)),
        (malformed("components.0.components.1.url"), refused(ContentProblem.MALFORMED, Part.LINKS)),
        (malformed("components.0.components.1.label"), refused(ContentProblem.MALFORMED, Part.BUTTONS)),
        (api_error("new code", 400, 99997, "New"), refused(ContentProblem.OTHER)),
    ],
    ids=lambda each: each.name if isinstance(each, Answer) else "",
)
async def test_only_a_known_code_says_anything_about_a_message(
    sender: Sender, answer: Answer, expected: Outcome
) -> None:
    sender.stub.refuse("PATCH", EDIT, answer)
    assert await sender.edit() == expected


CONNECTION = ConnectionKey("discord.com", 443, True, True, None, None, None)


@pytest.mark.parametrize(
    "fault",
    [
        aiohttp.ClientConnectorDNSError(CONNECTION, socket.gaierror(-3, "Temporary failure")),
        aiohttp.ClientConnectorSSLError(CONNECTION, ssl.SSLError(1, "wrong version")),
        aiohttp.ClientConnectorCertificateError(CONNECTION, ssl.SSLCertVerificationError("expired")),
        ssl.SSLEOFError(8, "EOF in violation of protocol"),
        socket.gaierror(-2, "Name or service not known"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_fault_of_tls_or_dns_in_an_edit_says_nothing_about_the_message(fault: Exception) -> None:
    errors = UnexpectedErrors()
    assert outcome_of(fault, FILE.url, has_file=True, first=True, errors=errors) == Later()


@pytest.mark.parametrize("answer", [page(403), page(429), JSON_WITHOUT_CODE, page(401)], ids=lambda a: a.name)
async def test_an_invalid_request_without_discords_json_rests_the_edits_of_its_guild(
    sender: Sender, answer: Answer
) -> None:
    sender.stub.refuse("PATCH", EDIT, answer, times=2)
    await sender.edit()
    paused = sender.breaker.wait_seconds(sender.channel.id)
    if answer is JSON_WITHOUT_CODE:
        assert paused <= 0
    else:
        assert 29 < paused <= 30


async def test_a_card_is_accepted_by_a_discord_that_blocks_its_pictures_host(sender: Sender) -> None:
    sender.stub.refuse("PATCH", EDIT, EXPLICIT_CONTENT, match=has_file)
    sender.stub.refuse("PATCH", EDIT, HARMFUL_LINK, match=mentions("cdn.example.com"))
    assert await sender.edit() == refused(ContentProblem.EXPLICIT)
    linked = await sender.edit(Part.FILE)
    assert linked == replace(refused(ContentProblem.HARMFUL_LINK), image=SEEN)
    still_linked = await sender.edit(Part.FILE | Part.PICTURE)
    assert still_linked == replace(refused(ContentProblem.HARMFUL_LINK), image="")
    await sender.edit(Part.FILE | Part.PICTURE | Part.LINKS)
    message = sender.stub.messages(sender.channel)[0]
    assert message.embeds[0]["title"] == "Done"
    assert [button["label"] for button in message.buttons()] == ["U1"]


RUNNING = replace(CARD, state=CardState.RUNNING, title="In progress", picture=None, final=False)
OTHER_ROWS = ((CardButton("mj1:unfollow:1730621718151844:", "Stop updating"),),)


@pytest.mark.parametrize(
    ("first", "failure", "second", "sent_again"),
    [
        (RUNNING, None, replace(RUNNING, facts="31%"), False),
        (RUNNING, None, replace(RUNNING, facts="31%", rows=OTHER_ROWS), True),
        (RUNNING, None, replace(RUNNING, facts="31%", rows=()), True),
        (RUNNING, LOST_RESPONSE, replace(RUNNING, facts="31%"), True),
        (RUNNING, page(408), replace(RUNNING, facts="31%"), True),
        (replace(RUNNING, final=True), None, replace(RUNNING, facts="31%"), True),
    ],
    ids=["same", "other", "none", "lost", "failed", "final"],
)
async def test_buttons_that_a_message_is_known_to_show_are_not_sent_again(
    sender: Sender, first: Card, failure: Answer | None, second: Card, sent_again: bool
) -> None:
    await sender.sink.edit(Edit(sender.ref, first, NOTHING_DELIVERED))
    delivered = DeliveredState(first.digest)
    if failure is not None:
        between = Edit(sender.ref, replace(first, facts="16%", rows=OTHER_ROWS), delivered)
        sender.stub.refuse("PATCH", EDIT, failure, times=1)
        await sender.sink.edit(between)
    await sender.sink.edit(Edit(sender.ref, second, delivered))
    *_, last = [each for each in sender.stub.log if each.kind == "request" and each.method == "PATCH"]
    assert ("components" in last.body) is sent_again
    message = sender.stub.messages(sender.channel)[0]
    assert message.embeds[0]["description"].startswith("31%")
    shown = [button["label"] for button in message.buttons()]
    assert shown == [each.label for row in second.rows for each in row]


async def test_buttons_are_sent_to_a_message_that_has_been_changed_meanwhile(sender: Sender) -> None:
    await sender.sink.edit(Edit(sender.ref, RUNNING, NOTHING_DELIVERED))
    shown_since = DeliveredState("the digest of a card that a reply has shown")
    await sender.sink.edit(Edit(sender.ref, replace(RUNNING, facts="31%"), shown_since))
    *_, last = [each for each in sender.stub.log if each.kind == "request" and each.method == "PATCH"]
    assert "components" in last.body


@pytest.mark.parametrize("route", [BY_CHANNEL, BY_TOKEN])
@pytest.mark.parametrize(
    "answer", [unreadable("{}"), unreadable('{"id": "1"'), BAD_JSON_502, PAGES[0]], ids=lambda each: each.name
)
async def test_an_answer_that_cannot_be_read_ends_neither_the_process_nor_the_card(
    harness: ProcessHarness, route: str, answer: Answer
) -> None:
    if route == BY_CHANNEL:
        harness.end_tokens()
    refusal = harness.stub.refuse("PATCH", route, answer, times=2)
    await harness.ask()
    await harness.done()
    assert refusal.given in (1, 2)  # a token is not tried again
    assert await harness.bot.terminate() == 0


async def test_a_final_card_whose_file_and_links_discord_refuses_keeps_its_buttons(
    harness: ProcessHarness,
) -> None:
    harness.stub.refuse("PATCH", "/**", EXPLICIT_CONTENT, match=has_file)
    await harness.ask()
    await harness.finish()
    # A picture that takes a while to load follows the final card, and is refused only then.
    await harness.stub.until(
        lambda: harness.title() == "Done" and REFUSED in harness.messages[0].embeds[0]["description"], SECONDS
    )
    assert sum(":press:" in each["custom_id"] for each in harness.messages[0].buttons()) == 9
    harness.stub.accept_everything()


async def test_a_page_for_what_one_guild_sends_by_token_holds_up_no_other(harness: ProcessHarness) -> None:
    chinese = harness.chinese_channel
    # From the start: the last change before the end may have been shown when both cards are there.
    blocked = harness.stub.refuse("PATCH", BY_TOKEN, page(403), match=mentions("In progress"))
    await harness.ask()
    await harness.stub.slash(chinese, harness.user, "status", locale="zh-CN", task_id=TASK)
    await harness.stub.until(lambda: harness.stub.messages(chinese) and harness.messages, SECONDS)
    await harness.stub.until(lambda: blocked.given, SECONDS)
    await harness.finish()
    (card,) = harness.stub.messages(chinese)
    await harness.stub.until(lambda: card.embeds and card.embeds[0]["title"] == "已完成", SECONDS)
