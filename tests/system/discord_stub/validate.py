"""What Discord refuses with 400 / 50035 *Invalid Form Body*, as a pure function of a body.

discord.py checks almost none of these limits before sending, and the published OpenAPI document
misses half of them, so a test that renders a message should ask here.
Limits: https://discord.com/developers/docs/resources/message#embed-object-embed-limits and
https://discord.com/developers/docs/components/reference
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import emoji

from tests.system.discord_stub.form import JSON, Path, Problem, error_body, listing, text, url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["Problem", "choice_problems", "error_body", "message_problems", "modal_problems"]

EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15
ROW, BUTTON, STRING_SELECT, TEXT_INPUT, TEXT_DISPLAY = 1, 2, 3, 4, 10
SELECTS = frozenset({STRING_SELECT, 5, 6, 7, 8})
LINK, PREMIUM = 5, 6


def message_problems(body: Mapping[str, Any], *, attachments: Collection[str] = ()) -> list[Problem]:
    """Check a message to be created or edited.

    `attachments` names the files that the message has once the body is applied: those are what
    `attachment://name` may point to.
    """
    return list(_message(body, attachments))


def modal_problems(data: Mapping[str, Any]) -> list[Problem]:
    """Check the `data` of an interaction response that opens a modal."""
    rows = data.get("components")
    problems = [*text(("title",), data.get("title"), 45, 1)]
    problems += text(("custom_id",), data.get("custom_id"), 100, 1)
    problems += listing(("components",), rows, 5, 1)
    if isinstance(rows, list):
        inner = [node for path, node in walk(rows, ("components",)) if "custom_id" in node]
        problems += _unique(inner, ("components",))
    return problems


def choice_problems(data: Mapping[str, Any]) -> list[Problem]:
    """Check the `data` of an autocomplete response."""
    choices = data.get("choices")
    problems = [*listing(("choices",), choices, 25)]
    for n, choice in enumerate(choices if isinstance(choices, list) else []):
        problems += text(("choices", n, "name"), choice.get("name"), 100, 1)
        if isinstance(choice.get("value"), str):
            problems += text(("choices", n, "value"), choice["value"], 100, 1)
    return problems


def walk(nodes: Any, path: Path = ()) -> Iterator[tuple[Path, JSON]]:
    """Every component in a tree with its place, parents first."""
    for n, node in enumerate(nodes if isinstance(nodes, list) else []):
        if isinstance(node, dict):
            yield (*path, n), node
            yield from walk(node.get("components"), (*path, n, "components"))
            for key in ("accessory", "component"):
                if isinstance(node.get(key), dict):
                    yield (*path, n, key), node[key]


def _message(body: Mapping[str, Any], attachments: Collection[str]) -> Iterator[Problem]:
    if body.get("content") is not None:
        yield from text(("content",), body["content"], 2000)
    embeds = body.get("embeds")
    if embeds is not None:
        yield from listing(("embeds",), embeds, 10)
        if isinstance(embeds, list):
            yield from _embeds(embeds, attachments)
    flags = body.get("flags") or 0
    components = body.get("components")
    if flags & COMPONENTS_V2 and (body.get("content") or embeds):
        message = "The 'content' and 'embeds' fields cannot be used with IS_COMPONENTS_V2."
        yield Problem(("flags",), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    if components is not None:
        yield from _components(components, modern=bool(flags & COMPONENTS_V2))


def _embeds(embeds: list[Any], attachments: Collection[str]) -> Iterator[Problem]:
    total = 0
    for n, embed in enumerate(embeds):
        path: Path = ("embeds", n)
        if not isinstance(embed, dict):
            yield Problem(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used")
            continue
        for keys, value, most, least in _embed_texts(embed):
            yield from text((*path, *keys), value, most, least)
            total += len(value) if isinstance(value, str) else 0
        yield from listing((*path, "fields"), embed.get("fields") or [], 25)
        yield from _embed_links(path, embed, attachments)
        color = embed.get("color")
        if color is not None and not (isinstance(color, int) and 0 <= color <= 0xFFFFFF):
            message = "int value should be between 0 and 16777215."
            yield Problem((*path, "color"), "NUMBER_TYPE_RANGE", message)
        try:
            datetime.fromisoformat(embed.get("timestamp") or "2020-01-01T00:00:00+00:00")
        except (TypeError, ValueError):
            message = f"Could not parse {embed.get('timestamp')}. Should be ISO8601."
            yield Problem((*path, "timestamp"), "DATE_TIME_TYPE_PARSE", message)
    if total > 6000:
        message = "Embed size exceeds maximum size of 6000"
        yield Problem(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message)


def _embed_texts(embed: JSON) -> Iterator[tuple[Path, Any, int, int]]:
    """The texts of an embed that count toward its 6000: keys, value, longest, shortest."""
    yield ("title",), embed.get("title"), 256, 0
    yield ("description",), embed.get("description"), 4096, 0
    yield ("footer", "text"), (embed.get("footer") or {}).get("text"), 2048, 0
    yield ("author", "name"), (embed.get("author") or {}).get("name"), 256, 0
    for n, field in enumerate(embed.get("fields") or []):
        yield ("fields", n, "name"), field.get("name"), 256, 1
        yield ("fields", n, "value"), field.get("value"), 1024, 1


def _embed_links(path: Path, embed: JSON, attachments: Collection[str]) -> Iterator[Problem]:
    if embed.get("url") is not None:
        yield from url((*path, "url"), embed["url"], ("http", "https"))
    pictures = (("image", "url"), ("thumbnail", "url"), ("footer", "icon_url"))
    for outer, inner in (*pictures, ("author", "icon_url"), ("author", "url")):
        value = (embed.get(outer) or {}).get(inner)
        if value is None:
            continue
        yield from url((*path, outer, inner), value, ("http", "https", "attachment"))
        if str(value).startswith("attachment://"):
            name = str(value).removeprefix("attachment://")
            if name not in attachments:
                message = f"The referenced attachment {name!r} was not found."
                yield Problem((*path, outer, inner), "ATTACHMENT_NOT_FOUND", message)


def _components(rows: Any, *, modern: bool) -> Iterator[Problem]:
    path: Path = ("components",)
    yield from listing(path, rows, 40 if modern else 5)
    nodes = list(walk(rows, path))
    yield from _unique([node for _, node in nodes if node.get("custom_id") is not None], path)
    if modern and len(nodes) > 40:
        yield Problem(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "More than 40 components")
    texts = (node.get("content") or "" for _, node in nodes if node.get("type") == TEXT_DISPLAY)
    if modern and sum(map(len, texts)) > 4000:
        message = "Must be 4000 or fewer in length."
        yield Problem(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)
    for place, node in nodes:
        if len(place) == 2 and not modern and node.get("type") != ROW:
            message = 'Value of field "type" must be one of (1,).'
            yield Problem((*place, "type"), "UNION_TYPE_CHOICES", message)
        if node.get("type") == ROW:
            yield from _row((*place, "components"), node.get("components"))
        elif node.get("type") == BUTTON:
            yield from _button(place, node)
        elif node.get("type") in SELECTS:
            yield from _select(place, node)


def _unique(nodes: list[JSON], path: Path) -> Iterator[Problem]:
    for custom_id, count in Counter(str(node["custom_id"]) for node in nodes).items():
        if count > 1:
            message = f"Component custom id cannot be duplicated: {custom_id}"
            yield Problem(path, "COMPONENT_CUSTOM_ID_DUPLICATED", message)


def _row(path: Path, items: Any) -> Iterator[Problem]:
    yield from listing(path, items, 5, 1)
    kinds = [item.get("type") for item in items or [] if isinstance(item, dict)]
    if any(kind not in SELECTS | {BUTTON} for kind in kinds):
        yield Problem(path, "UNION_TYPE_CHOICES", "A row holds buttons or one select.")
    if any(kind in SELECTS for kind in kinds) and len(kinds) > 1:
        message = "The specified component exceeds the maximum width"
        yield Problem(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _button(path: Path, button: JSON) -> Iterator[Problem]:
    style, label, face = button.get("style"), button.get("label"), button.get("emoji")
    if style not in range(1, 7):
        yield Problem((*path, "style"), "BASE_TYPE_CHOICES", "Must be one of (1, 2, 3, 4, 5, 6).")
    yield from text((*path, "label"), label, 80)
    if style != PREMIUM and not face and not (isinstance(label, str) and label.strip()):
        message = "A button must have a label or an emoji."
        yield Problem(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", message)
    if face:
        yield from _emoji((*path, "emoji"), face)
    if style == LINK:
        yield from url((*path, "url"), button.get("url"), ("http", "https", "discord"), 512)
    if style in (LINK, PREMIUM):
        if button.get("custom_id") is not None:
            message = "A custom id and url cannot both be specified"
            yield Problem((*path, "custom_id"), "COMPONENT_CUSTOM_ID_NOT_ALLOWED", message)
    else:
        yield from text((*path, "custom_id"), button.get("custom_id"), 100, 1)
        if button.get("url") is not None:
            message = "A custom id and url cannot both be specified"
            yield Problem((*path, "url"), "BUTTON_COMPONENT_INVALID_STYLE", message)


def _emoji(path: Path, face: Any) -> Iterator[Problem]:
    custom = isinstance(face, dict) and face.get("id")
    named = isinstance(face, dict) and emoji.is_emoji(str(face.get("name")))
    if not (str(custom).isdecimal() if custom else named):
        yield Problem((*path, "name"), "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")


def _select(path: Path, select: JSON) -> Iterator[Problem]:
    yield from text((*path, "custom_id"), select.get("custom_id"), 100, 1)
    yield from text((*path, "placeholder"), select.get("placeholder"), 150)
    if select.get("type") != STRING_SELECT:
        return
    options = select.get("options")
    yield from listing((*path, "options"), options, 25, 1)
    values = [option.get("value") for option in options or []]
    if len(set(values)) < len(values):
        message = "The specified option value is already used"
        yield Problem((*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
    for n, option in enumerate(options or []):
        for key, least in (("label", 1), ("value", 1), ("description", 0)):
            yield from text((*path, "options", n, key), option.get(key), 100, least)
        if option.get("emoji"):
            yield from _emoji((*path, "options", n, "emoji"), option["emoji"])
