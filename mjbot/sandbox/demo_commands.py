"""The options of slash commands in the demo: what its page shows of them, and which values it may send.

Discord's client sends a command only if every option has a value that the command allows, and sends it as the
option's type. So does the page; the values that reach the bot are checked here once more.
https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-structure
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from simcord.enums import OptionType

from mjbot.sandbox.demo_page_texts import PageTexts

Payload = dict[str, Any]
"""A JSON object."""
Value = str | int | float

_KINDS = {
    OptionType.STRING: "text",
    OptionType.INTEGER: "whole",
    OptionType.NUMBER: "number",
    OptionType.ROLE: "listed",
    OptionType.ATTACHMENT: "file",
}
_LARGEST = 2**53 - 1  # of an integer, whose sign may be negative
_LONGEST = 6000  # characters of a text


class InvalidOption(Exception):
    """Raised for a required option without a value, or a value that Discord's client would not send."""


@dataclass(frozen=True, kw_only=True)
class CommandOption:
    """An option of a slash command, in the language of the demo.

    ``kind`` is *text*, *whole*, *number*, *listed* or *file*. ``choices`` are the names and values of a list.
    ``least`` and ``most`` limit a number, or the length of a text.
    """

    type: int
    kind: str
    name: str
    about: str
    required: bool
    suggests: bool
    choices: Sequence[tuple[str, Value]]
    least: float
    most: float

    @classmethod
    def of(cls, spec: Payload, roles: Mapping[int, str], language: str) -> CommandOption:
        """Read an option as the bot has registered it. ``roles`` are the names of roles, by id."""
        choices = [(localized(each, "name", language), each["value"]) for each in spec.get("choices") or ()]
        if spec["type"] == OptionType.ROLE:
            choices = [(f"@{name}", str(role)) for role, name in roles.items()]
        kind = "listed" if choices else _KINDS[spec["type"]]
        text = kind == "text"
        return cls(
            type=spec["type"],
            kind=kind,
            name=spec["name"],
            about=localized(spec, "description", language),
            required=bool(spec.get("required")),
            suggests=bool(spec.get("autocomplete")),
            choices=choices,
            least=(spec.get("min_length") or 1) if text else spec.get("min_value", -_LARGEST),
            most=(spec.get("max_length") or _LONGEST) if text else spec.get("max_value", _LARGEST),
        )

    def row(self, texts: PageTexts) -> Payload:
        """Return what the page knows of the option, with what it says of a missing or wrong value."""
        rules = {
            "text": texts.length,
            "whole": texts.whole,
            "number": texts.number,
            "listed": texts.listed,
            "file": "",
        }
        return {
            "name": self.name,
            "about": self.about,
            "kind": self.kind,
            "required": self.required,
            "suggests": self.suggests,
            "choices": [{"name": name, "value": str(value)} for name, value in self.choices],
            "least": self.least,
            "most": self.most,
            "missing": texts.missing.format(option=self.name),
            "rule": rules[self.kind].format(option=self.name, least=self.least, most=self.most),
        }

    def value(self, given: str) -> Value:
        """Return the value to send, in the option's type. Raises `InvalidOption`."""
        value = self._read(given)
        if value is None:
            raise InvalidOption(self.name)
        return value

    def _read(self, given: str) -> Value | None:
        match self.kind:
            case "listed":
                return next((value for _, value in self.choices if str(value) == given), None)
            case "text":
                return given if self.least <= len(given) <= self.most else None
            case "file":
                return given
        with suppress(ValueError):
            number = float(given)
            if self.least <= number <= self.most and (self.kind == "number" or number.is_integer()):
                return number if self.kind == "number" else int(number)
        return None


def filled(
    options: Sequence[CommandOption], given: Mapping[str, str], files: Mapping[str, str], focused: str
) -> Iterator[Payload]:
    """Yield the options that have a value, as the bot receives them. Raises `InvalidOption`.

    ``given`` are values and ``files`` ids of uploads, by option. While the option ``focused`` is being typed,
    nothing is checked.
    """
    for option in options:
        value = (files if option.kind == "file" else given).get(option.name, "")
        payload = {"name": option.name, "type": option.type}
        if option.name == focused:
            yield payload | {"value": value, "focused": True}
        elif value:
            yield payload | {"value": value if focused else option.value(value)}
        elif option.required and not focused:
            raise InvalidOption(option.name)


def localized(thing: Payload, key: str, language: str) -> str:
    """Return the name or description of a command, option or choice in a language."""
    return str((thing.get(f"{key}_localizations") or {}).get(language) or thing.get(key, ""))
