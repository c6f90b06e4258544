"""A visitor of the demo presses the buttons of a grid, with the mouse, and the keyboard for prompts."""

from __future__ import annotations

from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

from mjbot.sandbox.demo_tasks import DemoIds
from tests.browser.visitor import PICTURE, SECONDS, ask, pixels, press, settled


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


ARGUMENTS = ("--service", "plus")


def test_a_visitor_varies_a_region_of_one_picture_and_zooms_out_of_it(page: Page) -> None:
    messages = page.locator(".channel-message")
    single = ask(page, DemoIds.SINGLE)

    press(single, "Vary (Region)")
    picker = messages.filter(has_text="Only you can see this").first
    plain = shown(picker.locator("img"))
    press(picker, "5")
    one = shown(picker.locator("img"), unlike=plain)
    press(picker, "6")
    shown(picker.locator("img"), unlike=one)
    press(picker, "Write the prompt")
    write(page, "a hot-air balloon, five inks")
    press(single, "Custom Zoom")
    write(page, "a wider lake --zoom 1.5")

    region = messages.filter(has_text="Vary (Region) of this picture").first
    settled(region)
    expect(region).to_contain_text("a hot-air balloon, five inks")
    assert kept_above_the_chosen_cells(pixels(single.locator(PICTURE)), pixels(region.locator(PICTURE)))
    settled(messages.filter(has_text="Custom Zoom of this picture").first)
    expect(single).to_contain_text("Made from this: Vary (Region) · Custom Zoom")


def kept_above_the_chosen_cells(single: Image.Image, sheet: Image.Image) -> bool:
    """True when the upper third of each quarter is that of the single, and something else has changed."""
    width, height = sheet.width // 2, sheet.height // 2
    small = single.resize((width, height), Image.Resampling.LANCZOS)
    quarters = [sheet.crop((x, y, x + width, y + height)) for x in (0, width) for y in (0, height)]
    top = (0, 0, width, height // 3 - 2)
    differences = [ImageChops.difference(each.crop(top), small.crop(top)) for each in quarters]
    kept = all(most <= 4 for each in differences for _, most in each.getextrema())  # type: ignore[misc]
    return kept and all(ImageChops.difference(each, small).getbbox() for each in quarters)
