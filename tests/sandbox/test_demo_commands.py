"""Options of the demo's commands: what its page says of a wrong value, and what reaches the bot."""

from __future__ import annotations

from typing import Any

import pytest
from simcord.enums import OptionType

from mjbot.sandbox.demo_commands import CommandOption, InvalidOption, filled
from mjbot.sandbox.demo_texts import DEMO_TEXTS, ENGLISH

REPEAT = {"name": "repeat", "type": OptionType.INTEGER, "min_value": 1, "max_value": 8}
WEIGHT = {"name": "weight", "type": OptionType.NUMBER, "min_value": 0, "max_value": 3}
SEED = {"name": "seed", "type": OptionType.INTEGER}
PROMPT = {"name": "prompt", "type": OptionType.STRING, "min_length": 2, "max_length": 5, "required": True}
MODEL = {
    "name": "model",
    "type": OptionType.STRING,
    "choices": [{"name": "Niji", "value": "niji", "name_localizations": {"zh-CN": "动漫"}}],
}
SIDES = {"name": "sides", "type": OptionType.INTEGER, "choices": [{"name": "none", "value": 0}]}
ROLE = {"name": "role", "type": OptionType.ROLE}
PICTURE = {"name": "picture", "type": OptionType.ATTACHMENT}


def option(spec: dict[str, Any], language: str = "en-US") -> CommandOption:
    return CommandOption.of({"description": "", **spec}, {7: "Artist"}, language)


@pytest.mark.parametrize(
    ("spec", "typed", "sent"),
    [
        (REPEAT, "1", 1),
        (REPEAT, "8", 8),
        (REPEAT, "3.0", 3),
        (REPEAT, "2e0", 2),
        (SEED, "-9007199254740991", -9007199254740991),
        (WEIGHT, "0", 0.0),
        (WEIGHT, "1.5", 1.5),
        (PROMPT, "ab", "ab"),
        (PROMPT, "一二三四🖼", "一二三四🖼"),
        (MODEL, "niji", "niji"),
        (SIDES, "0", 0),
        (ROLE, "7", "7"),
    ],
)
def test_an_option_is_sent_as_the_type_that_the_command_takes(
    spec: dict[str, Any], typed: str, sent: object
) -> None:
    (payload,) = filled([option(spec)], {spec["name"]: typed}, {}, "")
    assert payload == {"name": spec["name"], "type": spec["type"], "value": sent}
    assert type(payload["value"]) is type(sent)


@pytest.mark.parametrize(
    ("spec", "typed"),
    [
        *((REPEAT, typed) for typed in ("a", "99", "0", "-1", "2.5", "nan", "inf", "1,000", "三")),
        (SEED, "9007199254740992"),
        (SEED, "1e400"),
        (WEIGHT, "3.01"),
        (WEIGHT, "heavy"),
        (PROMPT, ""),
        (PROMPT, "a"),
        (PROMPT, "abcdef"),
        (MODEL, "Midjourney 9"),
        (SIDES, "4"),
        (ROLE, "8"),
        (ROLE, "@Artist"),
    ],
)
def test_a_value_that_discord_would_not_send_is_not_sent(spec: dict[str, Any], typed: str) -> None:
    with pytest.raises(InvalidOption):
        list(filled([option(spec)], {spec["name"]: typed}, {}, ""))


def test_what_is_being_typed_is_sent_unchecked_for_suggestions() -> None:
    options = [option(PROMPT), option(REPEAT), option(MODEL)]
    sent = list(filled(options, {"prompt": "", "repeat": "9"}, {}, "prompt"))
    assert [(each["name"], each["value"], each.get("focused")) for each in sent] == [
        ("prompt", "", True),
        ("repeat", "9", None),
    ]


def test_a_file_is_sent_only_if_one_was_uploaded() -> None:
    named = {"picture": "C:\\fakepath\\a.png"}
    assert list(filled([option(PICTURE)], named, {}, "")) == []
    assert [each["value"] for each in filled([option(PICTURE)], named, {"picture": "12"}, "")] == ["12"]


@pytest.mark.parametrize(
    ("spec", "rules"),
    [
        (
            REPEAT,
            [
                "repeat must be a whole number from 1 to 8.",
                "repeat 须为 1 到 8 之间的整数。",
                "repeat 須為 1 到 8 之間的整數。",
            ],
        ),
        (
            WEIGHT,
            [
                "weight must be a number from 0 to 3.",
                "weight 须为 0 到 3 之间的数字。",
                "weight 須為 0 到 3 之間的數字。",
            ],
        ),
        (
            PROMPT,
            [
                "prompt must have 2 to 5 characters.",
                "prompt 须为 2 到 5 个字符。",
                "prompt 須為 2 到 5 個字元。",
            ],
        ),
        (MODEL, ["Choose model from the list.", "请从列表中选择 model。", "請從清單中選擇 model。"]),
    ],
)
def test_the_page_says_what_a_value_must_be(spec: dict[str, Any], rules: list[str]) -> None:
    said = [option(spec, language).row(texts.page)["rule"] for language, texts in DEMO_TEXTS.items()]
    assert said == rules


def test_a_list_shows_the_names_of_its_choices_in_the_language_of_the_demo() -> None:
    assert option(MODEL, "zh-CN").row(ENGLISH.page)["choices"] == [{"name": "动漫", "value": "niji"}]
    assert option(ROLE).row(ENGLISH.page)["choices"] == [{"name": "@Artist", "value": "7"}]
