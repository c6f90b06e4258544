"""A visitor of the demo makes pictures, with every command that the page can send."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.visitor import SECONDS, press, settled

ARGUMENTS = ("--service", "original")


def test_an_uploaded_picture_is_described_and_its_second_prompt_is_drawn(page: Page) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    messages = page.locator(".channel-message")
    expect(messages.first).to_be_visible(timeout=20 * SECONDS)
    page.locator("#composer-input").click()
    page.keyboard.type("/describe ")
    page.locator("#command input[type=file]").set_input_files(
        {"name": "red.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    page.locator("#send").click()
    card = messages.filter(has=page.get_by_role("button", name="Draw 2", exact=True)).last
    expect(card).to_contain_text("Done", timeout=60 * SECONDS)
    before = messages.count()
    press(card, "Draw 2")
    settled(messages.nth(before))


def test_a_prompt_becomes_a_living_card_whose_second_picture_is_upscaled(page: Page) -> None:
    messages = page.locator(".channel-message")
    expect(messages.first).to_be_visible(timeout=20 * SECONDS)
    page.locator("#composer-input").click()
    page.keyboard.type("/imagine a red kite")
    page.locator("#send").click()
    card = messages.filter(has_text="a red kite").last
    settled(card)
    before = messages.count()
    press(card, "U2")
    settled(messages.nth(before))


def test_the_window_takes_4000_characters(page: Page) -> None:
    messages = page.locator(".channel-message")
    expect(messages.first).to_be_visible(timeout=20 * SECONDS)
    page.locator("#composer-input").click()
    page.keyboard.type("/imagine ")
    page.locator("#send").click()
    field = page.locator("textarea[name=prompt]")
    expect(field).to_be_visible(timeout=10 * SECONDS)
    field.fill("a long wall " + "x" * 4_100)
    assert len(field.input_value()) == 4_000 or field.evaluate("each => each.maxLength") == 4_000
    field.fill("a long wall " + "x " * 1_994)
    page.get_by_role("button", name="Submit", exact=True).click()
    asked = messages.filter(has=page.get_by_role("button", name="Send anyway", exact=True)).last
    expect(asked).to_contain_text("2,048 characters", timeout=20 * SECONDS)
    press(asked, "Send anyway")
    settled(messages.filter(has_text="a long wall").last)
