"""The operator's settings, from the environment or ``.env``. Nothing is read at import."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mjbot.core.access.rate_limits import RateLimits, rate_limits_from
from mjbot.errors import StartupError
from mjbot.redaction import redactor

PREFIX = "MJBOT_"
_FILE = ".env"
_RENAMED = {
    "USER_ASKS": "USER_COMMANDS_PER_MINUTE",
    "USER_PRESSES": "USER_PRESSES_PER_10_MIN",
    "GUILD_PRESSES": "GUILD_PRESSES_PER_HOUR",
}

Auth = Literal["bearer", "raw", "mj-api-secret"]


class SettingsError(StartupError):
    """Settings are missing or wrong: ``problems`` has a line for each, ``hint`` says where to find help."""

    def __init__(self, problems: list[str], hint: str = "") -> None:
        super().__init__("\n".join([*problems, hint] if hint else problems))
        self.problems = problems
        self.hint = hint


class Settings(BaseSettings):
    """Every setting, with the prefix ``MJBOT_``. ``.env.example`` documents each."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=_FILE, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    discord_token: SecretStr
    discord_proxy: SecretStr = SecretStr("")
    discord_api_url: str = "https://discord.com/api/v10"
    upstream_url: str
    upstream_key: SecretStr
    upstream_auth: Auth = "bearer"
    database: str = "mjbot.db"
    poll_min: float = Field(2, ge=0.1, le=60)
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
    http_listen: str = ""
    public_url: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("upstream_url", "discord_api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address that begins with https:// (or http://)")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("must be a plain address, without ? or # or @")
        return value.strip()

    @field_validator("discord_proxy")
    @classmethod
    def _proxy(cls, value: SecretStr) -> SecretStr:
        address = value.get_secret_value().strip()
        parts = urlsplit(address)
        if address and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError(
                "must be an address that begins with http:// or https:// (SOCKS is not possible)"
            )
        if (
            parts.path.strip("/")
            or parts.query
            or parts.fragment
            or (address and not _port_is_possible(parts))
        ):
            raise ValueError("must be a host and a port, such as http://127.0.0.1:7890")
        return SecretStr(address)

    @field_validator("http_listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        host, _, port = value.strip().rpartition(":")
        if value.strip() and not (host and port.isascii() and port.isdecimal() and int(port) < 65_536):
            raise ValueError("must be an address and a port, such as 127.0.0.1:8080")
        return value.strip()

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        return cls._address(value).rstrip("/") if value.strip() else ""

    @field_validator("discord_token", "upstream_key")
    @classmethod
    def _header_safe(cls, value: SecretStr) -> SecretStr:
        secret = value.get_secret_value().strip()
        if not secret.isascii() or not secret.isprintable() or not secret:
            raise ValueError("holds characters that no key has; copy it again")
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
    def redact(self) -> Callable[[bytes], bytes]:
        """A function that cuts the secrets from a response or a line of the log."""
        password = urlsplit(self.discord_proxy.get_secret_value()).password or ""
        known = (self.upstream_key.get_secret_value(), self.discord_token.get_secret_value())
        return redactor((*known, password, unquote(password)))

    @property
    def limits(self) -> RateLimits:
        """The rate limits of users and guilds."""
        return rate_limits_from(
            user_commands_per_minute=self.user_commands_per_minute,
            user_presses_per_10_min=self.user_presses_per_10_min,
            guild_presses_per_hour=self.guild_presses_per_hour,
            guild_cards=self.guild_cards,
        )


def _port_is_possible(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def load() -> Settings:
    """Read the settings. Raises `SettingsError`.

    A renamed setting is refused, not ignored: a limit that silently no longer holds can cost money.
    """
    try:
        if renamed := _renamed():
            raise SettingsError(renamed)
        return Settings()
    except ValidationError as error:
        raise SettingsError(_problems(error), "`mjbot env` prints an example of every setting.") from None
    except UnicodeDecodeError:
        raise SettingsError([f"{_FILE} is not a text file in UTF-8."]) from None


def unknown_names() -> list[str]:
    """Return names with our prefix that are not settings: most likely misspelt."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return [name for name in _given_names() if name.upper() not in known]


def example() -> str:
    """Return the text of ``.env.example``. The wheel has a copy; a checkout has it in its root."""
    package = Path(__file__).parent
    packaged = package / "env.example"
    source = packaged if packaged.is_file() else package.parent / ".env.example"
    return source.read_text(encoding="utf-8")


def _given_names() -> list[str]:
    """Return all names with our prefix, from the environment and ``.env``."""
    given = {name for name, value in os.environ.items() if value}  # empty means not set
    if Path(_FILE).is_file():
        given |= {name for name, value in dotenv_values(_FILE).items() if value}
    return sorted(name for name in given if name.upper().startswith(PREFIX))


def _renamed() -> list[str]:
    """Return one line for each old name that is set, with its new name."""
    found = [(name, _RENAMED.get(name.upper().removeprefix(PREFIX))) for name in _given_names()]
    return [f"{old} is now {PREFIX}{new}." for old, new in found if new]


def _problems(error: ValidationError) -> list[str]:
    """Return one line for each problem. Values are not repeated: they may be secrets."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        what = "is not set" if problem["type"] == "missing" else problem["msg"].removeprefix("Value error, ")
        lines.append(f"{PREFIX}{str(problem['loc'][0]).upper()}: {what}" if problem["loc"] else what)
    return lines
