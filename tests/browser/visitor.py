"""What a visitor of the demo does with mouse and keyboard, and what the page shows."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass

from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

SECONDS = 1000
PICTURE = "img.embed-image[src]"


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


@dataclass(frozen=True)
class Frame:
    """One animation frame of a card. ``broken``: pictures that are not decoded."""

    height: float
    pictures: int
    broken: int
    text: str
    source: str


class Frames:
    """Looks at a card at each animation frame, inside the page, from the first that has a picture."""

    def __init__(self, card: Locator) -> None:
        self._page = card.page
        card.evaluate(
            """card => {
                const frames = window.frames_ = [];
                const look = () => {
                    const pictures = [...card.querySelectorAll("img")];
                    const last = frames.at(-1);
                    const frame = {
                        height: card.getBoundingClientRect().height,
                        pictures: pictures.length,
                        broken: pictures.filter(each => !each.complete || !each.naturalWidth).length,
                        text: card.innerText,
                        source: pictures[0]?.src ?? "",
                    };
                    if ((last || pictures.length) && JSON.stringify(last) !== JSON.stringify(frame))
                        frames.push(frame);
                    if (window.frames_ === frames) requestAnimationFrame(look);
                };
                look();
            }"""
        )

    def seen(self) -> list[Frame]:
        """All frames so far; equal ones in a row are one."""
        return [Frame(**each) for each in self._page.evaluate("window.frames_")]


def settled(message: Locator) -> None:
    """Wait until a card is done and has its buttons."""
    expect(message.get_by_text("Done", exact=True)).to_be_visible(timeout=60 * SECONDS)
    expect(message.get_by_role("button").first).to_be_visible(timeout=10 * SECONDS)


def ask(page: Page, task_id: str) -> Locator:
    """Type /status, choose a task from the suggestions, and send; the new card."""
    cards = page.locator(".channel-message").filter(has_text=task_id)
    before = cards.count()
    page.locator("#composer-input").click()
    page.keyboard.type("/status")
    page.keyboard.press("Enter")
    page.locator("input.command-option-input").press_sequentially(task_id[-6:], delay=20)
    page.locator(f"[role=option][data-value='{task_id}']").click(timeout=10 * SECONDS)
    page.locator("#send").click()
    card = cards.nth(before)
    expect(card).to_be_visible(timeout=10 * SECONDS)
    return card


def press(card: Locator, label: str, *, seconds: int = 30) -> None:
    """Click a button once it is enabled, which may take so many ``seconds``."""
    button = card.get_by_role("button", name=re.compile(rf"^(\S+ )?{re.escape(label)}$"))
    expect(button).to_be_enabled(timeout=seconds * SECONDS)
    button.click()


def same(one: Image.Image, other: Image.Image) -> bool:
    """True when two pictures are equal, pixel by pixel."""
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None
