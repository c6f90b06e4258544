"""The demo as a visitor uses it: the real command, a real browser, a mouse and a keyboard."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.world import World
from tests.browser.visitor import PICTURE, SECONDS, Percents, ask, pixels, same, settled, shoot


def test_a_visitor_watches_a_picture_appear_and_presses_u1(page: Page) -> None:
    ask(page, DemoIds.RUNNING[-6:], DemoIds.RUNNING)
    messages = page.locator(".channel-message")
    card = messages.filter(has_text=DemoIds.RUNNING).first
    expect(card).to_be_visible(timeout=10 * SECONDS)

    percents = Percents(page)
    previews: dict[str, bytes] = {}
    done = card.get_by_text("Done", exact=True)
    for _ in range(400):
        if done.count():
            break
        picture = card.locator(PICTURE)
        if picture.count() and (source := picture.first.get_attribute("src")) not in previews:
            previews[source or ""] = pixels(picture.first, side=64).tobytes()
        page.wait_for_timeout(250)
    assert len(percents.seen()) >= 3
    assert len(set(previews.values())) >= 2

    settled(card)
    world = World.demo(0.0)
    expected = Image.open(io.BytesIO(world.final_picture(DemoIds.RUNNING))).convert("RGB")
    expect(card.locator(PICTURE).first).to_be_visible()
    deadline = 40
    while not same(pixels(card.locator(PICTURE).first), expected) and deadline:
        deadline -= 1
        page.wait_for_timeout(250)
    assert same(pixels(card.locator(PICTURE).first), expected)

    card.get_by_role("button", name="U1", exact=True).click()
    child = messages.filter(has_text="Upscale ·").first
    expect(child).to_be_visible(timeout=30 * SECONDS)
    settled(child)
    expect(child.locator(PICTURE).first).to_be_visible()
    shoot(page, "demo.png")  # README shows it: copy it to docs/ when the page has changed


@pytest.mark.parametrize("service", ["original", "plus", "true", "new-api"])
def test_the_demo_shows_a_result_of_each_dialect(page: Page, service: str) -> None:
    ask(page, DemoIds.GRID[-6:], DemoIds.GRID)
    card = page.locator(".channel-message").filter(has_text=DemoIds.GRID).first
    expect(card.get_by_text("Done", exact=True)).to_be_visible(timeout=20 * SECONDS)
    expect(card.locator(PICTURE).first).to_be_visible(timeout=20 * SECONDS)
    expect(card.get_by_role("button", name="U1", exact=True)).to_have_count(1)
