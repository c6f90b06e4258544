"""What a visitor of the demo does with mouse and keyboard, and what the page shows."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

SECONDS = 1000
PICTURE = "img.embed-image[src]"
SHOTS = Path(__file__).parent.parent.parent / "build"


def pixels(image: Locator, side: int | None = None) -> Image.Image:
    """The picture behind an <img>, as the page received it, or scaled to a square of ``side``."""
    data = image.evaluate(
        """(image, side) => {
            const canvas = document.createElement("canvas");
            canvas.width = side ?? image.naturalWidth;
            canvas.height = side ?? image.naturalHeight;
            canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
            return canvas.toDataURL("image/png").split(",")[1];
        }""",
        side,
    )
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


class Percents:
    """Records every percentage that the messages show. The page notes each change, however seldom we look."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.evaluate(
            """() => {
                window.percents = new Set();
                const note = () => {
                    for (const message of document.querySelectorAll(".channel-message"))
                        for (const found of message.innerText.matchAll(/\\d+%/g))
                            window.percents.add(found[0]);
                };
                const changes = {childList: true, characterData: true, subtree: true};
                new MutationObserver(note).observe(document.body, changes);
                note();
            }"""
        )

    def seen(self) -> set[str]:
        return set(self._page.evaluate("[...window.percents]"))


def settled(message: Locator) -> None:
    """Wait until a card is done and has its buttons."""
    expect(message.get_by_text("Done", exact=True)).to_be_visible(timeout=60 * SECONDS)
    expect(message.get_by_role("button").first).to_be_visible(timeout=10 * SECONDS)


def ask(page: Page, search: str, task_id: str) -> None:
    """Type /status, choose a task from the autocomplete, and send."""
    page.locator("#channel-composer-input").click()
    page.keyboard.type("/status")
    page.keyboard.press("Enter")
    option = page.locator("input.command-option-input")
    option.press_sequentially(search, delay=20)
    page.locator("[role=option]").first.click(timeout=10 * SECONDS)
    expect(option).to_have_value(task_id)
    page.locator("#send-message").click()


def same(one: Image.Image, other: Image.Image) -> bool:
    """True when two pictures are equal, pixel by pixel."""
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


def shoot(page: Page, name: str) -> None:
    """Take a screenshot of the page for the documents."""
    page.wait_for_timeout(1500)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / name)
