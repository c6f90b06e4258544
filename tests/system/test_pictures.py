"""How the sink reads Discord's responses about a result picture: is it shown, and what if it is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import discord
import pytest

from mjbot.clock import Clock
from mjbot.core.card.card import Card, Picture
from mjbot.core.card.content import Part
from mjbot.core.card.state import CardState
from mjbot.core.editing.ladder import ContentProblem
from mjbot.core.editing.outcome import Delivered, Gone, Later, Refused
from mjbot.core.editing.pending_edit import Edit
from mjbot.core.model.watch import NOTHING_DELIVERED, DeliveredState, MessageRef
from mjbot.ports import File
from mjbot.ui.breaker import InvalidRequestBreaker
from mjbot.ui.sink import DiscordSink
from mjbot.ui.tokens import InteractionTokens
from tests.pictures.web import drawn
from tests.system.client import logged_in
from tests.system.discord_stub import DiscordStub
from tests.system.discord_stub.state import ATTACH, INVITED, Channel

SEEN, UNSEEN = "https://cdn.example.com/a.png", "http://nas.local/a.png"
PICTURE = Picture("https://cdn.example.com/a.png", final=True, alt="a cat")
CARD = Card(CardState.DONE, "Done", 0, "words", "footer", picture=PICTURE, final=True)
FILE = File(f"{PICTURE.key}.png", drawn(), "a cat")
ATTACHED = DeliveredState(CARD.digest, PICTURE.key, f"attachment://{FILE.name}")
MESSAGE = "/channels/*/messages/*"


@dataclass
class Given:
    """A `PictureSource` with a fixed link and file."""

    url: str | None = SEEN
    file: File | None = None
    attach: bool = False
    loads: int = field(default=0)

    def link(self, picture: Picture) -> str | None:
        return self.url

    def attaches(self, picture: Picture) -> bool:
        return self.attach

    @asynccontextmanager
    async def loaded(self, picture: Picture) -> AsyncIterator[File | None]:
        self.loads += 1
        yield self.file


@dataclass
class Desk:
    """One message in the stub, and a logged-in client that edits it."""

    stub: DiscordStub
    client: discord.Client
    channel: Channel
    ref: MessageRef
    calls: list[str] = field(default_factory=list)

    async def edit(
        self,
        pictures: Given,
        delivered: DeliveredState = NOTHING_DELIVERED,
        card: Card = CARD,
        omitted: Part = Part.NONE,
    ) -> object:
        before = len(self.stub.log)
        clock = Clock()
        sink = DiscordSink(self.client, pictures, InvalidRequestBreaker(clock), InteractionTokens(clock))
        outcome = await sink.edit(Edit(self.ref, card, delivered, omitted=omitted))
        self.calls = [each.method for each in self.stub.log[before:] if each.kind == "request"]
        return outcome

    @property
    def attached(self) -> list[bytes]:
        return [each.data for each in self.stub.messages(self.channel)[0].attachments]

    @property
    def alt(self) -> str:
        sent = [each for each in self.stub.log if each.method == "PATCH" and each.kind == "request"][-1]
        assert isinstance(sent.body, dict)
        return str(sent.body["attachments"][0]["description"])


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    client = discord.Client(intents=discord.Intents.none(), max_messages=None)
    async with DiscordStub() as stub, logged_in(client, stub) as channel:
        sent = await client.get_partial_messageable(channel.id).send("...")
        yield Desk(stub, client, channel, MessageRef(channel.id, sent.id))


def linked(url: str) -> DeliveredState:
    return DeliveredState(CARD.digest, PICTURE.key, url)


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        (Given(SEEN), Delivered(linked(SEEN))),
        (Given(UNSEEN), Delivered(linked(UNSEEN), unverified=True)),
        (Given(None), Delivered(linked(""), unverified=True)),
        (Given(SEEN, attach=True), Delivered(linked(SEEN), unverified=True)),  # its host failed once
        (Given(SEEN, FILE, attach=True), Delivered(ATTACHED)),
    ],
)
async def test_a_result_is_sure_when_it_is_attached_or_discord_has_its_size(
    desk: Desk, pictures: Given, expected: Delivered
) -> None:
    assert await desk.edit(pictures) == expected
    assert desk.calls == ["PATCH"]
    assert desk.attached == ([FILE.data] if expected.delivered == ATTACHED else [])


async def test_a_file_has_its_prompt_as_alt_text(desk: Desk) -> None:
    await desk.edit(Given(SEEN, FILE, attach=True))
    assert desk.alt == "a cat"


async def test_a_preview_is_not_checked_again(desk: Desk) -> None:
    preview = replace(CARD, picture=replace(PICTURE, final=False), final=False)
    outcome = await desk.edit(Given(UNSEEN), card=preview)
    assert isinstance(outcome, Delivered)
    assert not outcome.unverified


@pytest.mark.parametrize(
    ("pictures", "delivered", "expected", "calls"),
    [
        # Discord has fetched the link meanwhile
        (Given(SEEN, FILE), linked(SEEN), Delivered(linked(SEEN)), ["GET"]),
        # Discord could not: the file is attached whatever the setting says
        (Given(UNSEEN, FILE), linked(UNSEEN), Delivered(ATTACHED), ["GET", "PATCH"]),
        # nor can we, at the moment: the card says so, once
        (Given(UNSEEN), linked(UNSEEN), Delivered(linked(""), unverified=True), ["GET", "PATCH"]),
        (Given(UNSEEN), linked(""), Delivered(linked(""), unverified=True), []),
        # a link that will expire is replaced, shown or not
        (Given(SEEN, FILE, attach=True), linked(SEEN), Delivered(ATTACHED), ["PATCH"]),
        (Given(SEEN, attach=True), linked(SEEN), Delivered(linked(SEEN), unverified=True), []),
        # there was no link to show
        (Given(None, FILE), DeliveredState(CARD.digest), Delivered(ATTACHED), ["PATCH"]),
        # the card says that the picture follows, and its download has failed
        (Given(None), DeliveredState(CARD.digest), Delivered(linked(""), unverified=True), ["PATCH"]),
        (
            Given(SEEN, attach=True),
            DeliveredState(CARD.digest, "", SEEN),
            Delivered(linked(SEEN), unverified=True),
            ["PATCH"],
        ),
        # nothing to do
        (Given(SEEN, FILE, attach=True), ATTACHED, Delivered(ATTACHED), []),
    ],
)
async def test_a_later_check_attaches_what_is_missing_and_nothing_else(
    desk: Desk, pictures: Given, delivered: DeliveredState, expected: Delivered, calls: list[str]
) -> None:
    await desk.edit(Given(delivered.image or None))
    assert await desk.edit(pictures, delivered) == expected
    assert desk.calls == calls
    assert desk.attached == ([FILE.data] if expected.delivered == ATTACHED != delivered else [])


async def test_a_history_that_may_not_be_read_leaves_the_link(desk: Desk) -> None:
    await desk.edit(Given(UNSEEN))
    desk.stub.fail("GET", MESSAGE, status=403, code=50013)
    pictures = Given(UNSEEN, FILE)
    assert await desk.edit(pictures, linked(UNSEEN)) == Delivered(linked(UNSEEN))
    assert pictures.loads == 0


@pytest.mark.parametrize(
    ("status", "code", "expected"), [(404, 10008, Gone()), (404, 10003, Gone(channel=True))]
)
async def test_a_message_that_is_gone_is_not_checked_again(
    desk: Desk, status: int, code: int, expected: Gone
) -> None:
    desk.stub.fail("GET", MESSAGE, status=status, code=code)
    assert await desk.edit(Given(UNSEEN, FILE), linked(UNSEEN)) == expected


async def test_where_no_file_may_be_sent_the_link_is_left_for_good(desk: Desk) -> None:
    desk.channel.app_permissions = INVITED & ~ATTACH
    pictures = Given(UNSEEN, FILE, attach=True)
    refused = Refused(ContentProblem.TOO_LARGE, Part.FILE, ATTACHED.image)
    assert await desk.edit(pictures) == refused
    without_file = await desk.edit(pictures, omitted=Part.FILE)
    assert without_file == Delivered(linked(UNSEEN))


async def test_a_discord_in_trouble_is_asked_again_later(desk: Desk) -> None:
    desk.stub.fail("PATCH", MESSAGE, status=400, code=50083)
    pictures = Given(None, FILE)
    assert await desk.edit(pictures, DeliveredState(CARD.digest)) == Later(600.0)
    assert await desk.edit(pictures, DeliveredState(CARD.digest)) == Delivered(ATTACHED)


async def test_a_smaller_copy_is_named_and_still_is_after_a_text_only_edit(desk: Desk) -> None:
    copy = File.smaller_copy(f"{PICTURE.key}.webp", drawn(), "a cat", (8, 8))
    outcome = await desk.edit(Given(SEEN, copy, attach=True))
    assert isinstance(outcome, Delivered)
    message = desk.stub.messages(desk.channel)[0]
    assert message.embeds[0]["description"] == "words\nThis is a smaller copy."
    pressed = replace(CARD, footer="changed")
    await desk.edit(Given(SEEN, copy, attach=True), outcome.delivered, pressed)
    assert message.embeds[0]["description"] == "words\nThis is a smaller copy."
    assert message.embeds[0]["footer"]["text"] == "changed"
