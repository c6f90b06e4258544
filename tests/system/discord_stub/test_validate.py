"""The validator refuses what Discord refuses, and nothing at the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.system.discord_stub.validate import error_body, message_problems, modal_problems

if TYPE_CHECKING:
    from collections.abc import Iterator


def button(**fields: Any) -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": "U1", "custom_id": "a", **fields}


def row(*items: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(items)}


LENGTH, NEEDED = "BASE_TYPE_MAX_LENGTH", "BASE_TYPE_REQUIRED"


def bad_texts() -> Iterator[Any]:
    def embed(code: str, **fields: Any) -> Any:
        return pytest.param({"embeds": [fields]}, code, id=f"{next(iter(fields))} {code}")

    yield pytest.param({"content": "x" * 2001}, LENGTH, id="content")
    yield pytest.param({"embeds": [{}] * 11}, "BASE_TYPE_BAD_LENGTH", id="11 embeds")
    yield embed(LENGTH, title="x" * 257)
    yield embed(LENGTH, description="x" * 4097)
    yield embed(LENGTH, footer={"text": "x" * 2049})
    yield embed(LENGTH, author={"name": "x" * 257})
    yield embed(LENGTH, fields=[{"name": "a", "value": "x" * 1025}])
    yield embed(NEEDED, fields=[{"name": " ", "value": "x"}])
    yield embed("BASE_TYPE_BAD_LENGTH", fields=[{"name": "a", "value": "b"}] * 26)
    yield embed("MAX_EMBED_SIZE_EXCEEDED", description="x" * 4000, footer={"text": "x" * 2001})
    yield embed("URL_TYPE_INVALID_SCHEME", image={"url": "ftp://a.example/b.png"})
    yield embed("URL_TYPE_INVALID_URL", thumbnail={"url": "https://"})
    yield embed("ATTACHMENT_NOT_FOUND", image={"url": "attachment://other.png"})
    yield embed("NUMBER_TYPE_RANGE", color=1 << 24)
    yield embed("DATE_TIME_TYPE_PARSE", timestamp="today")


def bad_rows() -> Iterator[Any]:
    def rows(name: str, code: str, *rows: dict[str, Any]) -> Any:
        return pytest.param({"components": list(rows)}, code, id=name)

    six = [row(button(custom_id=str(n))) for n in range(6)]
    yield rows("six rows", "BASE_TYPE_BAD_LENGTH", *six)
    wide = [button(custom_id=str(n)) for n in range(6)]
    yield rows("six buttons in a row", "BASE_TYPE_BAD_LENGTH", row(*wide))
    yield rows("an empty row", "BASE_TYPE_BAD_LENGTH", row())
    yield rows("a button without a row", "UNION_TYPE_CHOICES", button())
    twice = (row(button()), row(button()))
    yield rows("a custom_id twice", "COMPONENT_CUSTOM_ID_DUPLICATED", *twice)
    yield rows("custom_id of 101", LENGTH, row(button(custom_id="x" * 101)))
    yield rows("no custom_id", NEEDED, row({"type": 2, "style": 1, "label": "a"}))
    yield rows("label of 81", LENGTH, row(button(label="x" * 81)))
    bare = "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED"
    yield rows("a blank label", bare, row(button(label=" ")))
    emoji = "BUTTON_COMPONENT_INVALID_EMOJI"
    yield rows("a made-up emoji", emoji, row(button(emoji={"name": "U1"})))
    yield rows("two emoji in one", emoji, row(button(emoji={"name": "🔄🔄"})))
    yield rows("style 9", "BASE_TYPE_CHOICES", row(button(style=9)))
    link = {"type": 2, "style": 5, "label": "a"}
    yield rows("a script link", "URL_TYPE_INVALID_SCHEME", row({**link, "url": "javascript:1"}))
    long = "https://a.example/" + "x" * 500
    yield rows("a long link", LENGTH, row({**link, "url": long}))
    select = {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}] * 2}
    yield rows("options alike", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", row(select))


BAD_ADDRESSES = {
    "a space": "https://a.example/b c.png",
    "a line feed at the end": "https://a.example/b.png\n",
    "a tab": "https://a.example/\tb.png",
    "a control character": "https://a.example/b\x00.png",
    "a port above 65535": "https://a.example:99999/b.png",
    "a port that is no number": "https://a.example:port/b.png",
    "half an IPv6 address": "https://[::1/b.png",
    "no host": "https:///b.png",
}


@pytest.mark.parametrize("address", BAD_ADDRESSES.values(), ids=BAD_ADDRESSES.keys())
def test_an_address_that_is_not_well_formed_is_refused_wherever_it_stands(address: str) -> None:
    link = row({"type": 2, "style": 5, "label": "a", "url": address})
    embed = {"title": "a", "url": address, "image": {"url": address}, "thumbnail": {"url": address}}
    problems = message_problems({"embeds": [embed], "components": [link]})
    assert [each.code for each in problems] == ["URL_TYPE_INVALID_URL"] * 4
    errors = error_body(problems)["errors"]
    leaf = {"_errors": [{"code": "URL_TYPE_INVALID_URL", "message": "Not a well formed URL."}]}
    assert errors["embeds"]["0"]["image"]["url"] == leaf
    assert errors["components"]["0"]["components"]["0"]["url"] == leaf


@pytest.mark.parametrize(("body", "code"), [*bad_texts(), *bad_rows()])
def test_a_bad_body_is_refused(body: dict[str, Any], code: str) -> None:
    problems = message_problems(body, attachments=["grid.png"])
    assert [problem.code for problem in problems] == [code]
    assert error_body(problems)["code"] == 50035


def test_a_body_at_every_limit_is_accepted() -> None:
    embed = {
        "title": "x" * 256,
        "description": "x" * 4096,
        "footer": {"text": "x" * 1648},
        "image": {"url": "attachment://grid.png"},
        "timestamp": "2026-01-01T00:00:00+00:00",
        "color": 0xFFFFFF,
    }
    faces: list[dict[str, Any]] = [{"name": "🔄"}, {"name": "⬆"}, {"name": "⬆️"}, {"name": "❤"}]
    faces.append({"name": "ours", "id": 42})
    rows = [
        row(*(button(custom_id=f"{n}:{m}".ljust(100, "x"), emoji=faces[m]) for m in range(5)))
        for n in range(5)
    ]
    body = {"content": "x" * 2000, "embeds": [embed], "components": rows}
    assert message_problems(body, attachments=["grid.png"]) == []


def test_a_form_with_a_long_title_is_refused() -> None:
    field = row({"type": 4, "custom_id": "text", "style": 1, "label": "a"})
    form = {"title": "x" * 46, "custom_id": "f", "components": [field]}
    assert [str(problem.path[0]) for problem in modal_problems(form)] == ["title"]


def test_an_error_names_the_place_as_discord_does() -> None:
    problems = message_problems({"embeds": [{"title": "x" * 257}]})
    leaf = error_body(problems)["errors"]["embeds"]["0"]["title"]["_errors"][0]
    assert leaf["code"] == "BASE_TYPE_MAX_LENGTH"
