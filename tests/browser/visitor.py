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


def pixels(image: Locator) -> Image.Image:
    """The picture behind an <img>, as the page received it."""
    data = image.evaluate(
        """image => {
            const canvas = document.createElement("canvas");
            canvas.width = image.naturalWidth;
            canvas.height = image.naturalHeight;
            canvas.getContext("2d").drawImage(image, 0, 0);
            return canvas.toDataURL("image/png").split(",")[1];
        }"""
    )
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


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
