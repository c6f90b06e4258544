"""The operator's settings, from the environment or ``.env``. Importing this module reads nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mjbot.core.access.rate_limits import RateLimits, rate_limits_from
from mjbot.core.making.spending import SpendingPolicy
from mjbot.core.model.endpoints import listen_address, proxy_address, web_address
from mjbot.core.model.keys import header_value, scheme_of
from mjbot.env_file import FILE, env_names, unreadable_lines
from mjbot.errors import StartupError

PREFIX = "MJBOT_"
_RENAMED = {
    "USER_ASKS": "USER_COMMANDS_PER_MINUTE",
    "USER_PRESSES": "USER_PRESSES_PER_10_MIN",
    "GUILD_PRESSES": "GUILD_PRESSES_PER_HOUR",
}

_EXAMPLES = {
    "discord_token": "AbCd.EfGh.IjKl",
    "upstream_url": "https://relay.example.com/mj",
    "upstream_key": "sk-AbCdEfGh",
    "allowed_guilds": "1234567890123456789",
    "http_listen": "127.0.0.1:8080",
    "discord_proxy": "http://127.0.0.1:7890",
    "public_url": "https://bot.example.com",
}
"""The example values of settings whose default is not a good example."""
_HINT = ".env.example, which `mjbot env` prints, explains every setting."
_NO_FILE = (
    f"There is no {FILE} in this folder. Copy .env.example to {FILE} and fill it in; "
    "without a checkout, `mjbot env` prints it."
)

Auth = Literal["bearer", "raw", "mj-api-secret"]
YesNo = Literal["yes", "no"]


class SettingsError(StartupError):
    """Raised if settings are missing or wrong.

    ``problems`` has one line for each wrong setting. ``hint`` says where to find help.
    """

    def __init__(self, problems: list[str], hint: str = "") -> None:
        super().__init__("\n".join([*problems, hint] if hint else problems))
        self.problems = problems
        self.hint = hint


class Settings(BaseSettings):
    """All settings. Their names in the environment start with ``MJBOT_``. ``.env.example`` documents each."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=FILE, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    discord_token: SecretStr
    discord_proxy: SecretStr = SecretStr("")
    discord_api_url: str = "https://discord.com/api/v10"
    upstream_url: str
    upstream_auth: Auth = "bearer"  # before the key, whose check depends on it
    upstream_key: SecretStr
    database: str = "mjbot.db"
    poll_min: float = Field(1, ge=0.1, le=60)
    poll_max: float = Field(15, ge=0.1, le=600)
    batch_size: int = Field(100, ge=1, le=1000)
    images: Literal["auto", "link", "attach"] = "auto"
    watch_limit: float = Field(24, gt=0, le=24 * 14)
    keep_days: float = Field(90, ge=1, le=3650)
    user_commands_per_minute: int = Field(20, ge=1)
    user_presses_per_10_min: int = Field(40, ge=1)
    guild_presses_per_hour: int = Field(400, ge=1)
    guild_cards: int = Field(100, ge=1)
    allowed_guilds: Annotated[frozenset[int], NoDecode] = frozenset()
    make_anywhere: YesNo = "no"
    make_in_dm: YesNo = "no"
    series_max: int = Field(8, ge=1, le=20)
    http_listen: str = ""
    public_url: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("upstream_url", "discord_api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        return web_address(value.strip())

    @field_validator("discord_proxy")
    @classmethod
    def _proxy(cls, value: SecretStr) -> SecretStr:
        return SecretStr(proxy_address(value.get_secret_value().strip()))

    @field_validator("http_listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        return listen_address(value.strip())

    @field_validator("database")
    @classmethod
    def _path(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("holds characters that no file name has")
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        return web_address(value.strip()).rstrip("/") if value.strip() else ""

    @field_validator("discord_token", "upstream_key")
    @classmethod
    def _header_safe(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        secret = header_value(value.get_secret_value())
        sent_as_it_is = info.field_name == "upstream_key" and info.data.get("upstream_auth") == "raw"
        if not sent_as_it_is and (found := scheme_of(secret)):
            raise ValueError(f'must be only the key, without "{found}" in front')
        return SecretStr(secret)

    @field_validator("allowed_guilds", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = [part for part in value.replace(",", " ").split() if part]
        for part in parts:
            if not part.isdecimal():
                raise ValueError(f'"{part[:30]}" is not the id of a server (a number of 17 to 20 digits)')
        return parts

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _in_order(self) -> Settings:
        if self.poll_min > self.poll_max:
            raise ValueError(f"{PREFIX}POLL_MIN must not be larger than {PREFIX}POLL_MAX")
        if self.public_url and not self.http_listen:
            raise ValueError(f"{PREFIX}PUBLIC_URL needs {PREFIX}HTTP_LISTEN, where webhooks are received")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets to remove from responses and logs."""
        password = urlsplit(self.discord_proxy.get_secret_value()).password or ""
        known = (self.upstream_key, self.discord_token)
        return (*(each.get_secret_value() for each in known), password, unquote(password))

    @property
    def limits(self) -> RateLimits:
        """The rate limits of users and guilds."""
        return rate_limits_from(
            user_commands_per_minute=self.user_commands_per_minute,
            user_presses_per_10_min=self.user_presses_per_10_min,
            guild_presses_per_hour=self.guild_presses_per_hour,
            guild_cards=self.guild_cards,
        )

    @property
    def spending(self) -> SpendingPolicy:
        """The rules that say which guilds may use the bot, and where pictures can be made."""
        return SpendingPolicy(self.allowed_guilds, self.make_anywhere == "yes", self.make_in_dm == "yes")


def load() -> Settings:
    """Read the settings. Raises `SettingsError`.

    A setting that was renamed, or that is in an unreadable line of ``.env``, is an error. If it were ignored,
    a limit could silently stop applying, and that can cost money.
    """
    try:
        if problems := unreadable_lines() or _renamed():
            raise SettingsError(problems)
        return Settings()
    except ValidationError as error:
        missing = any(each["type"] == "missing" for each in error.errors())
        hint = _NO_FILE if missing and not Path(FILE).is_file() else _HINT
        raise SettingsError(problem_lines(error), hint) from None
    except UnicodeDecodeError:
        raise SettingsError([f"{FILE} is not a text file in UTF-8."]) from None
    except OSError as error:
        raise SettingsError([f"{FILE} cannot be read: {error.strerror or 'unknown error'}."]) from None


def unknown_names() -> list[str]:
    """Return the names that start with ``MJBOT_`` but are not settings. They are most likely misspelt."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return [name for name in _given_names() if name.upper() not in known]


def example() -> str:
    """Return the text of ``.env.example``, from the wheel's copy or from the root of a checkout."""
    package = Path(__file__).parent
    packaged = package / "env.example"
    source = packaged if packaged.is_file() else package.parent / ".env.example"
    return source.read_text(encoding="utf-8")


def _given_names() -> list[str]:
    """Return all names that start with ``MJBOT_``, from the environment and ``.env``."""
    given = {name for name, value in os.environ.items() if value}  # empty means not set
    return sorted(name for name in given | env_names() if name.upper().startswith(PREFIX))


def _renamed() -> list[str]:
    """Return a line for each renamed setting that is set under the old name. The line has the new name."""
    found = [(name, _RENAMED.get(name.upper().removeprefix(PREFIX))) for name in _given_names()]
    return [f"{old} is now {PREFIX}{new}." for old, new in found if new]


def problem_lines(error: ValidationError) -> list[str]:
    """Return one line for each wrong setting. The lines contain no values, which may be secrets."""
    lines: dict[str, None] = {}
    for problem in error.errors(include_input=False, include_url=False):
        name = str(problem["loc"][0]) if problem["loc"] else ""
        match problem["type"]:
            case "missing":
                what = "is not set"
            case "value_error":
                what = problem["msg"].removeprefix("Value error, ")
            case _:
                what = _expected(name)
        lines[f"{PREFIX}{name.upper()}: {what} (example: {_example(name)})" if name else what] = None
    return list(lines)


def _expected(name: str) -> str:
    """Return a description of the allowed values of a setting, in plainer terms than pydantic's."""
    field = Settings.model_fields[name]
    if get_origin(field.annotation) is Literal:
        return f"must be one of {', '.join(get_args(field.annotation))}"
    if name == "allowed_guilds":
        return "must be ids of servers"
    number = "a whole number" if field.annotation is int else "a number"
    return f"must be {number} {_range(field.metadata)}"


def _range(metadata: list[Any]) -> str:
    bounds = {
        key: getattr(each, key) for each in metadata for key in ("ge", "gt", "le") if hasattr(each, key)
    }
    least = f"above {bounds['gt']}" if "gt" in bounds else f"of at least {bounds['ge']}"
    return f"{least} and at most {bounds['le']}" if "le" in bounds else least


def _example(name: str) -> str:
    return _EXAMPLES.get(name) or str(Settings.model_fields[name].default)
