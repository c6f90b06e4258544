"""The demo in Chinese: the steps of the Chinese README, and how the demo ends."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.demo_texts import DEMO_TEXTS
from tests.browser.conftest import Demo, running_demo
from tests.browser.steps import play_keys, readme_steps
from tests.browser.visitor import PICTURE, SECONDS, press

LANGUAGE = "zh-CN"
ARGUMENTS = ("--language", LANGUAGE)
NARROW = {"width": 390, "height": 800}


def test_the_steps_of_the_chinese_readme_show_a_picture_and_its_upscale(page: Page) -> None:
    texts = DEMO_TEXTS[LANGUAGE]
    messages = page.locator(".channel-message")
    expect(messages.last).to_contain_text(texts.word, timeout=20 * SECONDS)
    expect(page).to_have_title(texts.page.title)
    (button,) = play_keys(page, readme_steps(LANGUAGE))
    card = messages.filter(has_text=DemoIds.RUNNING)
    expect(card).to_contain_text(texts.prompts.running, timeout=20 * SECONDS)
    before = messages.count()
    press(card, button.word, seconds=60)
    done = translate(Text("title.done"), LANGUAGE)
    child = messages.nth(before)
    expect(child.get_by_text(done, exact=True)).to_be_visible(timeout=60 * SECONDS)
    expect(child).to_contain_text(button.word)
    expect(child.locator(PICTURE)).to_be_visible()


def test_the_end_is_announced_and_an_old_tab_goes_on_with_the_next_demo(page: Page, demo: Demo) -> None:
    texts = DEMO_TEXTS[LANGUAGE]
    banner, hint = page.locator("#banner"), page.locator("#choices-hint")
    expect(page.locator(".channel-message").last).to_be_visible(timeout=20 * SECONDS)
    page.reload()
    expect(page.locator(".channel-message").last).to_be_visible(timeout=20 * SECONDS)
    assert demo.end().splitlines()[-1] == texts.ended
    expect(banner).to_have_text(texts.page.ended, timeout=10 * SECONDS)
    page.keyboard.type(f"/status {texts.word}")
    expect(hint).to_have_text(texts.page.ended, timeout=10 * SECONDS)
    port = int(demo.address.rstrip("/").rpartition(":")[2])
    with running_demo("--language", "zh-TW", port=port):
        expect(page).to_have_title(DEMO_TEXTS["zh-TW"].page.title, timeout=30 * SECONDS)
        expect(banner).to_be_hidden()
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
