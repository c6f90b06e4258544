"""The demo as a visitor uses it: the real command, a real browser, a mouse and a keyboard."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from mjbot.sandbox.demo import PICTURE_SIDE
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.demo_texts import DEMO_TEXTS
from mjbot.sandbox.world import World
from tests.browser.conftest import VIEWPORT, Demo, running_demo
from tests.browser.visitor import PICTURE, SECONDS, Frames, ask, pixels, press, same, settled, shoot


def test_no_frame_of_a_growing_picture_is_broken_empty_or_collapsed(page: Page, pictures: int) -> None:
    messages, card = page.locator(".channel-message"), ask(page, DemoIds.RUNNING)
    for number in range(pictures):
        if number:
            before = messages.count()
            press(card, "🔄")
            card = messages.nth(before)
            expect(card).to_be_visible(timeout=30 * SECONDS)
        frames = Frames(card)
        settled(card)
        page.wait_for_timeout(500)  # frames after the last change
        seen = frames.seen()
        assert len({each.source for each in seen}) >= 4
        assert len({found[0] for each in seen if (found := re.search(r"\d+%", each.text))}) >= 3
        assert [each for each in seen if each.broken or not each.pictures] == []
        assert [each for each in seen if each.height < seen[0].height - 40] == []  # a line of text may go
        ticks = [found[1] for each in seen if (found := re.search(r"Started (\d+) seconds ago", each.text))]
        assert len(set(ticks)) >= 10


def test_a_visitor_presses_u1_and_the_picture_is_the_one_that_the_service_made(page: Page) -> None:
    card = page.locator(".channel-message").filter(has_text=DemoIds.GRID).first
    world = World.demo(0.0, side=PICTURE_SIDE)
    expected = Image.open(io.BytesIO(world.final_picture(DemoIds.GRID))).convert("RGB")
    expect(card.locator(PICTURE)).to_be_visible(timeout=20 * SECONDS)
    assert same(pixels(card.locator(PICTURE)), expected)

    u1 = card.get_by_role("button", name="U1", exact=True)
    busy = u1.evaluate("button => { button.click(); return button.classList.contains('busy'); }")
    assert busy, "a click shows at once that it works"
    child = page.locator(".channel-message").filter(has_text="Upscale ·").last
    expect(child).to_be_visible(timeout=30 * SECONDS)
    settled(child)
    expect(child.locator(PICTURE)).to_be_visible()
    shoot(page, "demo.png")  # README shows it: copy it to docs/ when the page has changed
    child.get_by_role("link").filter(has_not=page.locator("img")).first.click()
    expect(card).to_have_class(re.compile("flash"))  # the link to the parent leads to it in the page


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_a_line_with_the_command_and_enter_twice_opens_a_card(page: Page, language: str) -> None:
    texts = DEMO_TEXTS[language]
    messages = page.locator(".channel-message")
    expect(messages.last).to_contain_text("/status", timeout=20 * SECONDS)
    expect(page).to_have_title(texts.page.title)
    page.keyboard.type(f"/status {texts.word}")
    page.keyboard.press("Enter")
    expect(page.locator("input.command-option-input")).to_have_value(
        re.compile(re.escape(texts.prompts.running))
    )
    expect(page.locator("[role=option]")).to_have_count(0)
    page.keyboard.press("Enter")
    card = messages.filter(has_text=DemoIds.RUNNING)
    expect(card).to_be_visible(timeout=20 * SECONDS)
    expect(card).to_contain_text(texts.prompts.running)
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    expect(messages.last).to_contain_text(texts.guide, timeout=10 * SECONDS)
    expect(messages.last).to_contain_text(texts.word)


@pytest.mark.parametrize("service", ["original", "plus", "true", "new-api"])
def test_the_demo_shows_a_result_of_each_dialect(page: Page, service: str) -> None:
    card = ask(page, DemoIds.GRID)
    expect(card.get_by_text("Done", exact=True)).to_be_visible(timeout=20 * SECONDS)
    expect(card.locator(PICTURE).first).to_be_visible(timeout=20 * SECONDS)
    expect(card.get_by_role("button", name="U1", exact=True)).to_have_count(1)


@pytest.mark.parametrize("service", ["original"])
def test_an_uploaded_picture_is_described_and_its_second_prompt_is_drawn(page: Page) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    messages = page.locator(".channel-message")
    expect(messages.last).to_contain_text("/status", timeout=20 * SECONDS)
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


def test_the_end_of_the_demo_is_announced_and_an_old_tab_goes_on_with_the_next(
    page: Page, demo: Demo
) -> None:
    texts = DEMO_TEXTS["en-US"]
    banner = page.locator("#banner")
    assert page.context.browser
    second = page.context.browser.new_page()
    second.goto(demo.address)
    expect(second.locator(".channel-message").last).to_contain_text("/status", timeout=20 * SECONDS)
    second.reload()
    expect(second.locator(".channel-message").last).to_contain_text("/status", timeout=20 * SECONDS)
    assert demo.end().splitlines()[-1] == texts.ended
    expect(banner).to_have_text(texts.page.ended, timeout=10 * SECONDS)
    port = int(demo.address.rstrip("/").rpartition(":")[2])
    with running_demo("--language", "zh-TW", port=port):
        expect(page).to_have_title(DEMO_TEXTS["zh-TW"].page.title, timeout=30 * SECONDS)
        expect(banner).to_be_hidden()
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.set_viewport_size(VIEWPORT)  # type: ignore[arg-type]
