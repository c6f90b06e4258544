"""Draw the card gallery: post the sample cards to a simulated Discord and take screenshots in Chromium."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime
from pathlib import Path

import discord
import simcord
from PIL import Image
from playwright.async_api import Browser, async_playwright

import mjbot.sandbox
from mjbot.core.card.content import ImageState, content_of
from mjbot.sandbox import art
from mjbot.sandbox.demo_guild import invite
from mjbot.ui.embeds import build_embed, build_view
from tests.browser.chromium import FLAGS, executable
from tests.gallery.cases import NOW, Shot, groups

FOLDER = Path(__file__).parent.parent.parent / "docs" / "cards"
WIDTHS = {"wide": 700, "narrow": 390}
LOCALES = ("en-US", "zh-CN", "zh-TW")
CLIP = Path(mjbot.sandbox.__file__).with_name("clip.mp4").read_bytes()
SETTLE = 1500  # ms for a page to load and draw its pictures
MAX_HEIGHT = 9000
REQUESTER = "Mika"
# True when the list that a message is in, or the page, has to be scrolled to see all of it.
SCROLLS = """message => {
    for (let each = message.parentElement; each; each = each.parentElement)
        if (each.scrollHeight > each.clientHeight + 1 && getComputedStyle(each).overflowY != "visible")
            return true;
    return document.documentElement.scrollHeight > document.documentElement.clientHeight + 1;
}"""

# The preview shows a mention in an embed as it is written; Discord shows the name.
NAME_MENTIONS = """name => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) if (/<@\\d{17,}>/.test(texts.currentNode.data)) found.push(texts.currentNode);
    for (const text of found) {
        const [before, after] = text.data.split(/<@\\d{17,}>/);
        const mention = Object.assign(document.createElement("span"), { textContent: `@${name}` });
        mention.style = "background:#3c4270;color:#c9cdfb;border-radius:3px;padding:0 2px";
        text.replaceWith(before, mention, after);
    }
}"""


def painted(shot: Shot) -> bytes:
    """The picture of a shot."""
    image = art.single(3, 1, 640, shot.aspect) if shot.stage == "single" else art.grid(3, 640, shot.aspect)
    return art.encode(art.preview(image, 2, 6) if shot.stage == "preview" else image)


async def post(channel: discord.TextChannel, shots: list[Shot]) -> None:
    """Put the cards into a channel, as the bot does."""
    for number, shot in enumerate(shots):
        view = build_view(shot.card.rows) or discord.utils.MISSING
        if shot.file:
            name = f"{number}.{shot.file}"
            embed = build_embed(content_of(shot.card, ImageState.SHOWN), f"attachment://{name}")
            text = shot.card.picture.text if shot.card.picture else ""
            data = CLIP if shot.file == "mp4" else text.encode()
            await channel.send(embed=embed, view=view, file=discord.File(io.BytesIO(data), name))
        elif shot.aspect:
            name = f"{number}.png"
            embed = build_embed(content_of(shot.card, shot.image), f"attachment://{name}")
            await channel.send(embed=embed, view=view, file=discord.File(io.BytesIO(painted(shot)), name))
        else:
            await channel.send(embed=build_embed(content_of(shot.card, ImageState.MISSING), ""), view=view)


async def photograph(browser: Browser, url: str, width: int, to: Path) -> None:
    """Take one screenshot of all messages on a page, in a window that is high enough to show them all."""
    height = 1200
    page = await browser.new_page(viewport={"width": width, "height": height})
    await page.goto(url)
    messages = page.locator(".channel-message")
    await messages.first.wait_for()
    await page.wait_for_timeout(SETTLE)
    # Pictures that load late make the list longer.
    while await messages.first.evaluate(SCROLLS) and height < MAX_HEIGHT:
        height += 1000
        await page.set_viewport_size({"width": width, "height": height})
        await page.wait_for_timeout(SETTLE)
    await page.evaluate(NAME_MENTIONS, REQUESTER)
    boxes = [box for each in await messages.all() if (box := await each.bounding_box())]
    top, bottom = min(box["y"] for box in boxes), max(box["y"] + box["height"] for box in boxes)
    shot = await page.screenshot(clip={"x": 0, "y": top, "width": width, "height": bottom - top})
    await page.close()
    image = Image.open(io.BytesIO(shot)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    image.save(to, optimize=True)


async def draw(browser: Browser, locale: str) -> list[str]:
    """Draw all groups in one language; the names of the pictures."""
    bot = discord.Client(intents=discord.Intents(guilds=True))
    env = simcord.Env(bot)
    await env.start()
    env.backend.bot_user.name = "mjbot"
    guild = env.create_guild("Atelier", preferred_locale=locale)
    invite(env, guild)
    visitor = guild.add_member(env.create_user("you", global_name="You"))
    requester = guild.add_member(env.create_user("mika", global_name=REQUESTER))
    names = []
    for group, shots in groups(locale, requester.id).items():
        handle = guild.create_text_channel(group)
        channel = bot.get_channel(handle.id)
        assert isinstance(channel, discord.TextChannel)
        await post(channel, shots)
        async with env.preview(
            handle,
            viewers=[visitor],
            layout="channel",
            locale=locale,
            presentation_time=datetime.fromtimestamp(NOW, UTC),
        ) as preview:
            for width in WIDTHS if locale != "zh-TW" else ["wide"]:
                name = f"{group}-{locale}-{width}.png"
                await photograph(browser, preview.url, WIDTHS[width], FOLDER / name)
                names.append(name)
    await env.shutdown()
    return names


OFFICIAL = (
    "## Compared with the official bot's message",
    "",
    "Its message has the prompt in bold, who asked, the speed, and below that the picture.",
    "",
    "- **Worse here**: the picture is smaller, because an embed is narrower than an attached picture, and it",
    "  begins a few lines lower. The prompt stands below the state, so it does not catch the eye first. The",
    "  speed (fast or relax) is not shown.",
    "- **Better here**: words and colour show the state and its age, also while nothing changes or the",
    "  service is down. Results link to the picture they are made of, and it links to them. A used button",
    "  is blue, and one in flight is dimmed.",
)


async def main() -> None:
    """Draw everything, and list it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    lines = [
        "# Card gallery",
        "",
        "Every state of a card, rendered by the bot's own code (`make pictures`). From top to bottom:",
        "",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        drawn = [name for locale in LOCALES for name in await draw(browser, locale)]
        await browser.close()
    for group, shots in groups("en-US").items():
        lines.append(f"- **{group}**: {'; '.join(shot.name for shot in shots)}.")
        links = [
            f"[{name.removeprefix(group + '-').removesuffix('.png')}]({name})"
            for name in drawn
            if name.startswith(group)
        ]
        lines.append(f"  {' · '.join(links)}")
    lines += ["", *OFFICIAL]
    (FOLDER / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
