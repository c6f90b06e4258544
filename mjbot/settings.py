"""What an operator sets, from the environment or ``.env``. Never made at import."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, HttpUrl, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting, with the prefix ``MJBOT_``. ``.env.example`` documents each."""

    model_config = SettingsConfigDict(
        env_prefix="MJBOT_", env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    discord_token: SecretStr
    discord_api_url: str = "https://discord.com/api/v10"
    upstream_url: HttpUrl
    upstream_key: SecretStr
    upstream_auth: Literal["bearer", "raw", "mj-api-secret"] = "bearer"
    database: str = "mjbot.db"
    poll_min: float = Field(2, ge=1, le=60)
    poll_max: float = Field(15, ge=1, le=600)
    batch_size: int = Field(100, ge=1, le=1000)
    images: Literal["auto", "link", "attach"] = "auto"
    watch_limit: float = Field(24, gt=0, le=24 * 14)
    allowed_guilds: Annotated[frozenset[int], NoDecode] = frozenset()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("allowed_guilds", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part for part in value.replace(",", " ").split() if part] if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value
