"""A visitor of the demo makes pictures, with every command that the page can send."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.visitor import SECONDS, press, settled

ARGUMENTS = ("--service", "original")


def picture(colour: str) -> FilePayload:
    """A small picture to upload."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return {"name": f"{colour}.png", "mimeType": "image/png", "buffer": file.getvalue()}


def test_an_uploaded_picture_is_described_and_its_second_prompt_is_drawn(page: Page) -> None:
    messages = page.locator(".channel-message")
    expect(messages.first).to_be_visible(timeout=20 * SECONDS)
    page.locator("#composer-input").click()
    page.keyboard.type("/describe ")
    page.locator("#command input[type=file]").set_input_files(picture("red"))
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


def test_the_window_on_a_phone_takes_a_shape_from_a_list_and_several_pictures(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    messages = page.locator(".channel-message")
    expect(messages.first).to_be_visible(timeout=20 * SECONDS)
    page.locator("#composer-input").click()
    page.keyboard.type("/imagine ")
    assert page.locator("#line").evaluate("line => line.scrollWidth - line.clientWidth") == 0
    page.locator("#send").click()
    page.locator("textarea[name=prompt]").fill("a tall mast " + "x " * 1_100)
    page.locator("dialog select").select_option(label="2:3")
    page.locator("dialog input[type=file]").set_input_files([picture("red"), picture("blue")])
    page.get_by_role("button", name="Submit", exact=True).click()
    press(messages.filter(has=page.get_by_role("button", name="Send anyway", exact=True)).last, "Edit")
    expect(page.locator("dialog small")).to_contain_text("the 2 from before", timeout=10 * SECONDS)
    expect(page.locator("dialog select option:checked")).to_have_text("2:3")


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
    asked = messages.filter(has=page.get_by_role("button", name="Send anyway", exact=True))
    before = asked.count()  # questions of other tests
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(asked.nth(before)).to_contain_text("2,048 characters", timeout=20 * SECONDS)
    press(asked.nth(before), "Send anyway")
    expect(messages.filter(has_text="a long wall").last).to_be_visible(timeout=30 * SECONDS)


def test_a_number_that_the_command_does_not_take_is_named_and_a_right_one_is_taken(page: Page) -> None:
    messages = page.locator(".channel-message")
    expect(messages.first).to_be_visible(timeout=20 * SECONDS)
    page.locator("#composer-input").click()
    page.keyboard.type("/imagine a blue kite")
    repeat, notice = page.get_by_label("repeat", exact=True), page.locator("#notice")
    for typed in ("e", "99", "1.5"):
        repeat.press_sequentially(typed)
        expect(notice).to_be_hidden()
        page.locator("#send").click()
        expect(notice).to_have_text("repeat must be a whole number from 1 to 8.")
        repeat.press("ControlOrMeta+a")
        repeat.press("Backspace")
    repeat.press_sequentially("2")
    page.keyboard.press("Enter")
    expect(messages.filter(has_text="This makes 2 pictures.")).to_be_visible(timeout=20 * SECONDS)
