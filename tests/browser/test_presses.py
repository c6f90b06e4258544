"""A visitor of the demo presses the buttons of a grid, with the mouse, and the keyboard for prompts."""

from __future__ import annotations

import re

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

from mjbot.sandbox.demo_tasks import DemoIds
from tests.browser.visitor import PICTURE, SECONDS, ask, pixels, settled, shoot


def press(card: Locator, label: str) -> None:
    """Click a button once it is enabled: the page disables all of them while it works."""
    button = card.get_by_role("button", name=re.compile(rf"^(\S+ )?{re.escape(label)}$"))
    expect(button).to_be_enabled(timeout=30 * SECONDS)
    button.click()


def write(page: Page, words: str) -> None:
    """Fill in the modal, and submit it."""
    field = page.locator("textarea[name=prompt]")
    expect(field).to_be_visible(timeout=10 * SECONDS)
    field.fill(words)
    page.get_by_role("button", name="Submit", exact=True).click()


def shown(picture: Locator, *, unlike: Image.Image | None = None) -> Image.Image:
    """The picture, once it is shown (and differs from ``unlike``)."""
    expect(picture).to_be_visible(timeout=20 * SECONDS)
    for _ in range(80):
        image = pixels(picture)
        if unlike is None or image.size != unlike.size or ImageChops.difference(image, unlike).getbbox():
            return image
        picture.page.wait_for_timeout(250)
    raise AssertionError("the picture did not change")


@pytest.mark.parametrize("service", ["plus"])
def test_a_visitor_varies_a_region_of_one_picture_and_zooms_out_of_it(page: Page) -> None:
    ask(page, DemoIds.GRID[-6:], DemoIds.GRID)
    messages = page.locator(".channel-message")
    grid = messages.filter(has_text=DemoIds.GRID).first
    press(grid, "U2")
    single = messages.filter(has_text="Upscale ·").first
    settled(single)

    press(single, "Vary (Region)")
    picker = messages.filter(has_text="Only you can see this").first
    plain = shown(picker.locator(PICTURE))
    press(picker, "5")
    one = shown(picker.locator(PICTURE), unlike=plain)
    press(picker, "6")
    shown(picker.locator(PICTURE), unlike=one)
    picker.scroll_into_view_if_needed()
    shoot(page, "region.png")
    press(picker, "Write the prompt")
    write(page, "a hot-air balloon, five inks")
    region = messages.filter(has_text="Vary (Region) ·").first
    settled(region)
    expect(region).to_contain_text("Vary (Region) of this picture")
    expect(region).to_contain_text("a hot-air balloon, five inks")

    press(single, "Custom Zoom")
    write(page, "a wider lake --zoom 1.5")
    zoom = messages.filter(has_text="Zoom ·").first
    settled(zoom)
    expect(zoom).to_contain_text("Custom Zoom of this picture")
    expect(single).to_contain_text("Made from this: Vary (Region) · Custom Zoom")
    shoot(page, "zoom.png")
