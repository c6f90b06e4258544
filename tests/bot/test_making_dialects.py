"""The commands that make pictures, on every kind of image service, as people see them in their language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord
import pytest
import simcord

from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import ReferenceUse
from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.submits import DecisionKind
from mjbot.service.guilds.help import COMMANDS
from tests.bot.conftest import BotFactory, BotHarness, picture
from tests.bot.outsider import answer_to

DIALECT_NAMES = sorted(DIALECTS)
LANGUAGES = ("en-US", "zh-CN")
KITES = {"en-US": "a red kite", "zh-CN": "一只红色的风筝", "zh-TW": "一隻紅色的風箏"}
LIGHTHOUSE = "lighthouse keeper by a window"
MISTY = "Misty ridges in flat colours, a calm lake in front --ar 1:1"  # the second of each description
NO_SHORTEN = NO_UPLOADS = ("original",)
REFUSALS: dict[DecisionKind, tuple[str, Text]] = {
    "daily_limit": ("imagine", Text.REPLY_DAILY_LIMIT),
    "no_credit": ("imagine", Text.REPLY_QUOTA_EXCEEDED),
    "no_account": ("imagine", Text.REPLY_NO_ACCOUNT),
    "uploads_off": ("describe", Text.REPLY_UPLOADS_OFF),
    "total_limit": ("describe", Text.REPLY_TOTAL_LIMIT),
}
NOTES = ("notes.txt", b"words")


@dataclass
class Visit:
    """A person in a server of one language: what they do there, and what they read."""

    harness: BotHarness
    locale: str

    def words(self, text: Text, **values: object) -> str:
        return translate(text, self.locale, **values)

    async def use(self, command: str, **options: Any) -> simcord.InteractionResult:
        return await self.harness.ann.slash(self.harness.channel, command, **options)

    async def fill_in(self, opened: simcord.InteractionResult, **values: Any) -> simcord.InteractionResult:
        assert opened.modal is not None
        return await self.harness.ann.submit_modal(opened, values)

    async def press(self, message: discord.Message, button: Text | str, **values: object) -> Any:
        label = self.words(button, **values) if isinstance(button, Text) else button
        return await self.harness.press(message, label)

    @property
    def cards(self) -> list[discord.Message]:
        """The cards of this server, oldest first, as they are now."""
        shown = (each for each in self.harness.messages if each.embeds and not each.flags.ephemeral)
        return sorted(shown, key=lambda message: message.id)

    @property
    def newest(self) -> tuple[str, list[list[str]]]:
        """The first line of the newest card, and its buttons."""
        card = self.cards[-1]
        return str(card.embeds[0].description).split("\n")[0], self.harness.labels(card)

    async def send(self, *files: tuple[str, bytes]) -> discord.Message:
        return await self.harness.ann.send(self.harness.channel, "look", attachments=files)

    def titles_of(self, prompt: str) -> list[str]:
        """The titles that the card of a prompt has had, in order."""
        sent = [each.json for each in self.harness.env.http_requests if isinstance(each.json, dict)]
        embeds = [embed for each in sent for embed in (each.get("data") or each).get("embeds") or ()]
        titles = [each["title"] for each in embeds if prompt in str(each.get("description"))]
        return list(dict.fromkeys(titles))


async def visits(bot_factory: BotFactory, dialect: str) -> tuple[BotHarness, list[Visit]]:
    """Open a bot before one kind of service, and visit a server of each language."""
    harness = await bot_factory.open(dialect, make_anywhere="yes", user_commands_per_minute=100)
    return harness, [Visit(harness.in_language(each), each) for each in LANGUAGES]


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
async def test_each_command_is_shown_from_submitting_to_done_and_what_it_offers_is_drawn(
    bot_factory: BotFactory, dialect: str
) -> None:
    harness, both = await visits(bot_factory, dialect)
    for visit in both:
        await visit.use("imagine", prompt=f"{KITES[visit.locale]} —ar 1:1", shape="16:9", model="niji")
        await visit.use("describe", picture=picture())
        await visit.use("blend", picture1=picture(), picture2=picture(), dimensions="PORTRAIT")
        if dialect not in NO_SHORTEN:
            await visit.use("shorten", prompt=LIGHTHOUSE)
    await harness.wait(46 if dialect == "new-api" else 36)  # new-api itself polls every 15 s
    assert await harness.bot.app.stores.watches.open_watches() == []
    for visit in both:
        kite, described, blended, *shortened = visit.cards
        await see_its_picture(harness, kite)
        assert {str(each.embeds[0].title) for each in visit.cards} == {visit.words(Text.TITLE_DONE)}
        await see_the_kite_and_edit_it(visit, kite)
        assert harness.world.log[-1].prompt == "a blue kite --ar 2:3 --niji 7"
        assert visit.words(Text.BUTTON_EDIT) not in str(harness.labels(blended))  # it has no prompt
        await draw(visit, described, 2, MISTY, own=dialect in ("", "plus", "true"))
        if shortened:
            assert "**lighthouse** keeper by a ~~window~~" in str(shortened[0].embeds[0].description)
            await draw(visit, shortened[0], 1, LIGHTHOUSE, own=dialect in ("", "plus"))
    assert len({each.mark for each in harness.world.log}) == len(harness.world.log)
    assert not any("mjbot-" in each.path for each in harness.server.requests)  # a make is never read


async def see_its_picture(harness: BotHarness, card: discord.Message) -> None:
    task_id = str(card.embeds[0].footer.text).rpartition(" ")[2]
    assert await card.attachments[0].read() == harness.world.final_picture(task_id)


async def see_the_kite_and_edit_it(visit: Visit, card: discord.Message) -> None:
    prompt = f"{KITES[visit.locale]} --ar 1:1 --niji 7"
    life = (Text.TITLE_SUBMITTING, Text.TITLE_QUEUED, Text.TITLE_RUNNING, Text.TITLE_DONE)
    assert visit.titles_of(prompt) == [visit.words(each) for each in life]
    mended = visit.words(Text.PROMPT_MENDED, piece="`—ar 1:1`", fix="`--ar 1:1`")
    assert mended in str(card.embeds[0].description)
    opened = await visit.press(card, Text.BUTTON_EDIT)
    assert opened.modal["title"] == visit.words(Text.MODAL_IMAGINE)
    assert f"{KITES[visit.locale]} —ar 1:1" in str(opened.modal)  # as it was typed
    await visit.fill_in(opened, prompt="a blue kite", shape=["2:3"])


async def draw(visit: Visit, card: discord.Message, number: int, prompt: str, *, own: bool) -> None:
    """Draw a numbered prompt: by the service's own button, or by ours where it has none or refuses it."""
    digit, imagine = f"{number}\ufe0f\u20e3", visit.words(Text.ACTION_IMAGINE)
    if digit in visit.harness.labels(card)[0]:
        opened = await visit.press(card, digit)
        assert opened.modal["title"] == f"{imagine} {digit}"
        assert prompt in str(opened.modal)
        refused = "" if own else visit.words(Text.REPLY_ACTION_NOT_OFFERED, label=f"{imagine} {digit}")
        assert answer_to(await visit.fill_in(opened, prompt=prompt)) == refused
    if not own:
        card = next(each for each in visit.cards if each.id == card.id)
        await visit.press(card, Text.BUTTON_DRAW, n=number)
    sent = visit.harness.world.log[-1]
    assert (sent.kind, sent.prompt) == ("modal" if own else "imagine", prompt)
    assert visit.cards[-1].embeds[0].title == visit.words(Text.TITLE_QUEUED)


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
async def test_pictures_go_with_each_command_as_the_service_takes_them_and_help_names_it(
    bot_factory: BotFactory, dialect: str
) -> None:
    harness, both = await visits(bot_factory, dialect)
    for visit in both:
        harness.world.log.clear()
        for use in ReferenceUse:
            told = await visit.use("imagine", prompt="a kite", reference=picture(), reference_as=use)
            unable = dialect in NO_UPLOADS and use is not ReferenceUse.IMAGE_PROMPT
            assert answer_to(told) == (visit.words(Text.PICTURE_NOT_UPLOADED) if unable else "")
        opened = await visit.use("imagine", shape="9:16")
        await visit.fill_in(opened, prompt="a lake", shape=["9:16"], pictures=[picture()])
        look = await visit.send(NOTES, picture("first.png"))
        await visit.harness.ann.context_menu(visit.harness.channel, "Describe picture", look)
        sent = [(each.prompt.partition(" http")[0], each.pictures) for each in harness.world.log]
        uploaded = [("", 1), ("a kite --sref", 0), ("", 1), ("a kite --oref", 0)]
        others = [("a kite", 1), ("a lake --ar 9:16", 1), ("", 1)]
        assert sent == [others[0], *([] if dialect in NO_UPLOADS else uploaded), *others[1:]]
        await see_that_others_are_refused(visit)
        listed = answer_to(await visit.use("help"))
        made = [each.about for each in COMMANDS.values() if each.makes]
        assert [each for each in (*made, Text.HELP_MAKING) if visit.words(each) not in listed] == []
        assert len(harness.world.log) == len(sent)


async def see_that_others_are_refused(visit: Visit) -> None:
    """Give what is no picture, each way in which one can be given."""
    told = await visit.use("describe", address="http://127.0.0.1/a.png")
    where = r"http\://127.0.0.1/a.png"
    assert answer_to(told) == visit.words(Text.PICTURE_ADDRESS, name=where)
    told = await visit.use("blend", picture1=picture(), picture2=NOTES)
    assert answer_to(told) == visit.words(Text.PICTURE_TYPE, name="notes.txt")
    plain = await visit.send(NOTES)
    told = await visit.harness.ann.context_menu(visit.harness.channel, "Describe picture", plain)
    assert answer_to(told) == visit.words(Text.DESCRIBE_NOTHING)


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
async def test_each_refusal_of_the_service_is_told_by_its_kind_in_the_language_of_the_server(
    bot_factory: BotFactory, dialect: str
) -> None:
    harness, both = await visits(bot_factory, dialect)
    for visit in both:
        edit = [[visit.words(Text.BUTTON_EDIT)]]
        given: dict[str, dict[str, Any]] = {
            "imagine": {"prompt": "a kite"},
            "describe": {"picture": picture()},
        }
        for refusal, (command, text) in REFUSALS.items():
            harness.world.refusal = refusal
            await visit.use(command, **given[command])
            buttons = edit if command == "imagine" else []
            assert visit.newest == (visit.words(text, label=f"/{command}"), buttons)
        harness.world.refusal, harness.world.banned = None, {"rude"}
        await visit.use("imagine", prompt="a rude kite")
        assert visit.newest == (visit.words(Text.REPLY_BANNED_WORD, word="rude"), edit)
        harness.world.full = True
        await visit.use("imagine", prompt="a kite")
        assert visit.newest == (visit.words(Text.CARD_QUEUE_FULL), [[visit.words(Text.BUTTON_STOP)]])
        await visit.press(visit.cards[-1], Text.BUTTON_STOP)
        await harness.wait(1)
        assert visit.newest == (visit.words(Text.REPLY_RETRY_STOPPED, label="/imagine"), edit)
        harness.world.full = False


async def test_a_command_that_the_service_lacks_says_so_on_its_card_and_once_learnt_without_asking(
    bot_factory: BotFactory,
) -> None:
    harness, (english, chinese) = await visits(bot_factory, NO_SHORTEN[0])
    await english.use("shorten", prompt=LIGHTHOUSE)
    missing, edit = Text.REPLY_COMMAND_NOT_OFFERED, [[english.words(Text.BUTTON_EDIT)]]
    assert english.newest == (english.words(missing, label="/shorten"), edit)
    asked = len(harness.server.requests)
    told = await chinese.use("shorten", prompt=LIGHTHOUSE)
    assert answer_to(told) == chinese.words(missing, label="/shorten")
    assert told.response is not None
    assert harness.labels(told.response.message) == []  # another try would not help
    assert chinese.cards == []
    assert len(harness.server.requests) == asked


async def test_a_card_speaks_the_server_s_language_and_what_is_private_the_person_s(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open(make_anywhere="yes")
    harness.world.banned = {"rude"}
    guest = Visit(harness.in_language("zh-TW", "en-US"), "zh-TW")
    told = await guest.use("imagine", prompt=f"{KITES['zh-TW']} --ar 16x9")
    warning = guest.words(Text.PROMPT_VALUE, piece="`--ar 16x9`", fix="`--ar 16:9`")
    assert answer_to(told) == guest.words(Text.MAKE_WARNING, findings=warning)
    assert told.response is not None
    opened = await guest.press(told.response.message, Text.BUTTON_EDIT)
    assert opened.modal["title"] == guest.words(Text.MODAL_IMAGINE)
    await guest.fill_in(opened, prompt="a rude kite")
    assert guest.newest == (Text.REPLY_BANNED_WORD.english.format(word="rude"), [["Edit"]])
    host = Visit(harness.in_language("zh-TW"), "zh-TW")
    await host.use("imagine", prompt="a rude kite")
    assert host.newest == (host.words(Text.REPLY_BANNED_WORD, word="rude"), [[host.words(Text.BUTTON_EDIT)]])
