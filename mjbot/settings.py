"""What an operator sets, from the environment or ``.env``. Never made at import."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mjbot.core.access.rate_limits import RateLimits, rate_limits_from
from mjbot.errors import StartupError

PREFIX = "MJBOT_"
_FILE = ".env"
HINT = "`mjbot env` prints every setting with its meaning."
_RENAMED = {
    "USER_ASKS": "USER_COMMANDS_PER_MINUTE",
    "USER_PRESSES": "USER_PRESSES_PER_10_MIN",
    "GUILD_PRESSES": "GUILD_PRESSES_PER_HOUR",
}

Auth = Literal["bearer", "raw", "mj-api-secret"]


class Settings(BaseSettings):
    """Every setting, with the prefix ``MJBOT_``. ``.env.example`` documents each."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=_FILE, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    discord_token: SecretStr
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
            raise ValueError(f"{PREFIX}PUBLIC_URL needs {PREFIX}HTTP_LISTEN: somebody must listen there")
        return self

    @property
    def limits(self) -> RateLimits:
        """How much people and servers may ask and press."""
        return rate_limits_from(
            user_commands_per_minute=self.user_commands_per_minute,
            user_presses_per_10_min=self.user_presses_per_10_min,
            guild_presses_per_hour=self.guild_presses_per_hour,
            guild_cards=self.guild_cards,
        )


def load() -> Settings:
    """The settings. Raises `StartupError` with one line for each that is missing, wrong or renamed.

    A renamed one is refused, not ignored: a limit that silently stops holding costs money.
    """
    if renamed := [(old, new) for old, new in _RENAMED.items() if PREFIX + old in _given_names()]:
        raise StartupError("\n".join(f"{PREFIX}{old} is now {PREFIX}{new}." for old, new in renamed))
    try:
        return Settings()
    except ValidationError as error:
        raise StartupError("\n".join([*_problems(error), HINT])) from None
    except UnicodeDecodeError:
        raise StartupError(f"{_FILE} is not a text file in UTF-8.") from None


def unknown_names() -> list[str]:
    """Names with our prefix that are no setting of ours: most likely misspelt."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return sorted(name for name in _given_names() if name.startswith(PREFIX) and name not in known)


def example() -> str:
    """The example settings: every setting with its default and what it means."""
    packaged = files("mjbot") / "env.example"  # put there by the wheel
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parent.parent / ".env.example").read_text(encoding="utf-8")


def _given_names() -> set[str]:
    """The names in the environment and in ``.env``, in upper case."""
    given = set(os.environ)
    if Path(_FILE).is_file():
        with suppress(UnicodeDecodeError):  # `load` reports it
            given |= set(dotenv_values(_FILE))
    return {name.upper() for name in given}


def _problems(error: ValidationError) -> list[str]:
    """One line for each problem. Values are not repeated: they may be secrets."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        what = "is not set" if problem["type"] == "missing" else problem["msg"].removeprefix("Value error, ")
        lines.append(f"{PREFIX}{str(problem['loc'][0]).upper()}: {what}" if problem["loc"] else what)
    return lines
