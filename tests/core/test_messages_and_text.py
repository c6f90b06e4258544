"""Translations are complete, and untrusted text is cut and escaped correctly."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.card.card import render
from mjbot.core.card.components import CustomId, Verb, guess_task_id, is_foreign, parse
from mjbot.core.card.content import ImageState, content_of
from mjbot.core.card.state import CardContext
from mjbot.core.i18n.messages import (
    SIMPLIFIED_CHINESE,
    TRADITIONAL_CHINESE,
    TRANSLATIONS,
    age,
    duration,
    translate,
)
from mjbot.core.i18n.text import clean, cut, cut_middle, escape, short, units
from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import Seen, TaskSnapshot, advance
from mjbot.core.model.task import Task, TaskId


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("locale", TRANSLATIONS)
def test_a_translation_has_the_placeholders_of_its_english(locale: str) -> None:
    for text, translated in TRANSLATIONS[locale].items():
        assert placeholders(translated) == placeholders(text.english), text


@pytest.mark.parametrize("locale", TRANSLATIONS)
def test_a_text_without_a_translation_is_shown_in_english(locale: str) -> None:
    """Translations may lag: those that are missing are listed at the end of every run."""
    missing = [text for text in Text if text not in TRANSLATIONS[locale]]
    assert len(missing) < len(Text) / 20
    for text in missing:
        values = dict.fromkeys(placeholders(text.english), "x")
        assert translate(text, locale, **values) == text.english.format(**values)


def test_chinese_sentences_hold_no_english_words() -> None:
    commands = {"status", "settings", "presses", "who", "role", "help"}
    commands |= {"imagine", "describe", "blend", "shorten", "niji", "ar", "sref", "oref"}
    allowed = commands | {
        "mj",
        "task",
        "id",
        "ID",
        "Midjourney",
        "Discord",
        "zoom",
        "Vary",
        "Region",
        "PNG",
        "JPEG",
        "WebP",
        "GIF",
        "MB",
    }
    for locale in (SIMPLIFIED_CHINESE, TRADITIONAL_CHINESE):
        for key, sentence in TRANSLATIONS[locale].items():
            words = set(re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}|\]\(\w*", "", sentence)))
            assert words <= allowed, key


def test_traditional_and_simplified_chinese_differ() -> None:
    assert translate(Text.TITLE_QUEUED, "zh-TW") == "排隊中"
    assert translate(Text.TITLE_QUEUED, "zh-CN") == "排队中"
    assert translate(Text.TITLE_QUEUED, "fr") == "Queued"
    mainland = set("队说时请务图对")
    assert not mainland & set("".join(TRANSLATIONS[TRADITIONAL_CHINESE].values()))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 s"), (52.4, "52 s"), (188, "3 min 8 s"), (3840, "1 h 4 min"), (-5, "0 s")],
)
def test_durations_have_one_or_two_units(seconds: float, expected: str) -> None:
    assert duration(seconds, "en") == expected


def test_ages_have_one_unit() -> None:
    assert [age(each, "en") for each in (5, 65, 7300, 200_000)] == ["5 s", "1 min", "2 h", "2 d"]


@given(st.text(max_size=300), st.integers(1, 120))
def test_a_cut_text_fits_and_is_a_prefix(text: str, limit: int) -> None:
    result = cut(text, limit)
    assert units(result) <= limit
    assert text.startswith(result)


@pytest.mark.parametrize(
    ("text", "limit", "result"),
    [
        ("one two three", 9, "one two"),
        ("see https://a.example/very/long", 20, "see"),
        ("ab👨‍👩‍👧cd", 6, "ab"),
        ("a🇩🇪🇫🇷", 7, "a🇩🇪"),
        ("👍🏽👍🏽", 6, "👍🏽"),
    ],
)
def test_a_cut_never_splits_a_character_or_url(text: str, limit: int, result: str) -> None:
    assert cut(text, limit) == result


@given(st.text(max_size=200))
def test_escaping_only_adds_backslashes(text: str) -> None:
    text = clean(text)
    assert re.sub(r"\\([^0-9A-Za-z\s])", r"\1", escape(text)) == text
    assert "\n" not in text


def test_direction_overrides_and_zero_width_characters_are_dropped() -> None:
    assert clean("a\u202eb\u200bc\x00d\n\te") == "abcd e"


def test_an_id_is_shortened_in_its_middle() -> None:
    assert cut_middle("0123456789", 7) == "012…789"
    assert short("abcdef", 4) == "abc…"


@given(st.sampled_from(Verb), st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{3,63}", fullmatch=True))
def test_custom_ids_survive_formatting_and_parsing(verb: Verb, task_id: str) -> None:
    custom_id = CustomId(verb, TaskId(task_id), "0123456789ab")
    assert len(str(custom_id)) <= 100
    assert parse(str(custom_id)) == custom_id


def test_buttons_of_another_version_are_recognized() -> None:
    assert is_foreign("mj0:u:1730621718151844:2")
    assert is_foreign("mj1:unknown:1730621718151844:")
    assert not is_foreign("mj1:look:1730621718151844:")
    assert not is_foreign("somebody:else")
    assert guess_task_id("mj0:u:1730621718151844:2") == "1730621718151844"


def test_every_text_is_used() -> None:
    root = Path(__file__).parent.parent.parent
    modules = [*root.glob("mjbot/**/*.py"), *root.glob("cogs/*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in modules if "i18n" not in path.parts)
    code += (root / "mjbot/core/i18n/messages.py").read_text(encoding="utf-8")
    cards = ("title.", "obstacle.", "card.unreachable.", "action.")
    looked_up = (*cards, "reply.presses.", "choice.", "help.presses.", "series.stage.")
    unused = [text for text in Text if not re.search(rf"Text\.{text.name}\b", code)]
    assert [text for text in unused if not text.startswith(looked_up)] == []


@pytest.mark.parametrize(
    "prompt",
    [
        "@everyone @here <@123> <@&456> <#789>",
        "join https://discord.gg/abc or discord.gg/abc",
        "[free](https://evil.example) ||spoiler|| **bold** `code` ~~gone~~ __line__",
        "# Title\n> quote\n- list\n1. first",
        "\u202eevil\u202c \u200b\u2060hidden\u0000",
        "x" * 100_000,
        "@everyone " * 10_000,
    ],
)
def test_a_hostile_prompt_is_shown_as_plain_text(prompt: str) -> None:
    """It cannot ping, link, format or reverse text."""
    task_id = TaskId("1730621718151844")
    task = Task(task_id, status="IN_PROGRESS", prompt=prompt)
    snapshot = advance(TaskSnapshot(task_id, opened_at=1.0), Seen(task), 2.0)
    shown = content_of(render(snapshot, CardContext("en")), ImageState.SHOWN).description
    assert units(shown) <= 4096
    assert not re.search(r"(?<!\\)(<@|<#|@everyone|@here|\[free\]|https://|\|\||\*\*bold|`code|~~)", shown)
    assert not re.search(r"(?m)^(#|>|-|1\.) ?(Title|quote|list|first)", shown)
    assert not set("\u202e\u202c\u200b\u2060\u0000") & set(shown)
