"""Draw the demo for the README: a moving picture of its steps, a screenshot, and the picker of a region.

The moving picture is an animated WebP: every current browser, GitHub and package indexes show it. A GIF has
only 256 colours for the soft light of the pictures, and was three times as large.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Locator, Page, expect

from mjbot.sandbox.demo_tasks import DemoIds
from tests.browser.conftest import running_browser, running_demo
from tests.browser.steps import play_keys, readme_steps
from tests.browser.visitor import SECONDS, ask, press, settled

DOCS = Path(__file__).parent.parent.parent / "docs"
CARD = {"width": 560, "height": 900}  # the moving picture: as narrow as a card
PAGE = {"width": 1280, "height": 1500}
LOOK, TYPED = 150, 450  # ms: between two looks at the page; for an answer to what was typed
STILL, LAST = 800, 3000  # ms for which a frame is shown, and the last one
QUALITY = 70


def shot(page: Page) -> Image.Image:
    """The page below its header."""
    top = page.locator("#timeline").bounding_box()
    assert top
    box = {"x": 0.0, "y": top["y"], "width": float(CARD["width"]), "height": CARD["height"] - top["y"]}
    return Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")  # type: ignore[arg-type]


def frames_until(page: Page, end: Locator) -> Iterator[Image.Image]:
    """Yield the page whenever a card in it has changed, until ``end`` is visible."""
    before, done = "", False
    while not done:
        done = end.is_visible()
        cards = page.locator(".embed").evaluate_all(
            "cards => cards.map(each => each.querySelector('.embed-title')?.innerText"
            " + each.innerText.match(/\\d+%/) + each.querySelector('img')?.src).join()"
        )
        if cards != before or done:
            page.wait_for_timeout(LOOK)
            yield shot(page)
        before = cards
        page.wait_for_timeout(LOOK)


def record(browser: Browser, address: str) -> Iterator[tuple[Image.Image, int]]:
    """Yield the frames of the README's steps, each with the time for which it is shown, in ms."""
    page = browser.new_page(viewport=CARD)  # type: ignore[arg-type]
    page.goto(address)
    messages = page.locator(".channel-message")
    expect(messages.last).to_contain_text("/status", timeout=20 * SECONDS)
    page.wait_for_timeout(SECONDS)
    yield shot(page), STILL
    *typed, pressed = readme_steps("en-US")
    for step in typed:
        play_keys(page, [step])
        page.wait_for_timeout(TYPED)
        yield shot(page), STILL
    card = messages.filter(has_text=DemoIds.RUNNING)
    button = card.get_by_role("button", name=pressed.word, exact=True)
    for image in frames_until(page, button):
        yield image, STILL
    button.hover()
    yield shot(page), STILL
    before = messages.count()
    button.click()
    child = messages.nth(before)
    for image in frames_until(page, child.get_by_text("Done", exact=True)):
        yield image, STILL
    child.evaluate("child => child.scrollIntoView()")
    yield shot(page), LAST
    page.close()


def save(frames: list[tuple[Image.Image, int]], to: Path) -> None:
    """Write the moving picture; equal frames in a row are one."""
    kept: list[tuple[Image.Image, int]] = []
    for image, time in frames:
        if kept and ImageChops.difference(kept[-1][0], image).getbbox() is None:
            kept[-1] = (image, max(kept[-1][1], time))
        else:
            kept.append((image, time))
    first, *others = [image for image, _ in kept]
    times = [time for _, time in kept]
    first.save(to, save_all=True, append_images=others, duration=times, loop=0, quality=QUALITY, method=6)


def photograph(page: Page, name: str) -> None:
    """Write a screenshot of the page, with the mouse above no message."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(SECONDS)
    page.screenshot(path=DOCS / name)


def draw_pages(browser: Browser, address: str) -> None:
    """Take the screenshots of an upscale with its buttons, and of the picker of a region."""
    page = browser.new_page(viewport=PAGE)  # type: ignore[arg-type]
    page.goto(address)
    messages = page.locator(".channel-message")
    press(messages.filter(has_text=DemoIds.GRID).first, "U1")
    settled(messages.filter(has_text="U1 of this picture"))
    photograph(page, "demo.png")
    press(ask(page, DemoIds.SINGLE), "Vary (Region)")
    picker = messages.filter(has_text="Only you can see this").first
    for cell in ("5", "6"):
        press(picker, cell)
        expect(picker.get_by_role("button", name=cell, exact=True)).to_have_class("button primary")
    photograph(page, "region.png")
    page.close()


def main() -> None:
    """Draw all of them, each in a demo of its own."""
    with running_browser() as browser:
        with running_demo() as demo:
            save(list(record(browser, demo.address)), DOCS / "demo.webp")
        with running_demo() as demo:
            draw_pages(browser, demo.address)


if __name__ == "__main__":
    main()
