"""The command line: ``mjbot run`` and ``mjbot demo``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys

import aiohttp
import click
import discord
from pydantic import ValidationError

from mjbot import logs
from mjbot.app import open_app
from mjbot.bot import MJBot
from mjbot.clock import Clock
from mjbot.errors import StartupError
from mjbot.settings import Settings

log = logging.getLogger("mjbot")

# Exit codes of sysexits.h: what a supervisor such as systemd should not restart for, and what it may.
EX_OK, EX_UNAVAILABLE, EX_SOFTWARE, EX_CONFIG = 0, 69, 70, 78


@click.group()
@click.version_option(package_name="mjbot")
def main() -> None:
    """A Discord bot that keeps one living message per midjourney-proxy task."""


@main.command()
def run() -> None:
    """Run the bot, with the settings in the environment or .env."""
    try:
        settings = Settings()
    except ValidationError as error:
        for line in _settings_problems(error):
            click.echo(line, err=True)
        sys.exit(EX_CONFIG)
    logs.set_up(settings.log_level, settings.log_format)
    try:
        sys.exit(asyncio.run(_run(settings)))
    except StartupError as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)


@main.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Where the page is served; 0 for any free port.",
)
@click.option("--language", type=click.Choice(["en-US", "zh-CN"]), default="en-US", show_default=True)
def demo(port: int, language: str) -> None:
    """Try the bot in a simulated Discord, in your browser; needs no account and no key."""
    try:
        from mjbot.sandbox.demo import run_demo
    except ImportError as error:
        click.echo(f"The demo needs its packages ({error.name}):  pip install 'mjbot[demo]'", err=True)
        sys.exit(EX_CONFIG)
    logs.set_up("WARNING", "text")
    try:
        asyncio.run(run_demo(port, language))
    except StartupError as error:
        click.echo(str(error), err=True)
        sys.exit(EX_UNAVAILABLE)


async def _run(settings: Settings) -> int:
    async with open_app(settings, Clock()) as bot:
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        try:
            async with bot:
                await _until_stopped(bot, settings.discord_token.get_secret_value(), stopping)
        except discord.LoginFailure:
            raise StartupError("Discord refused the token in MJBOT_DISCORD_TOKEN.") from None
        except (aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound) as error:
            log.critical("Discord cannot be reached: %s", type(error).__name__)
            log.debug("the connection to Discord failed", exc_info=error)
            return EX_UNAVAILABLE
        if bot.failure is not None:
            log.critical("a loop ended", exc_info=bot.failure)
            return EX_SOFTWARE
        return EX_OK if stopping.is_set() else EX_SOFTWARE


async def _until_stopped(bot: MJBot, token: str, stopping: asyncio.Event) -> None:
    """Run the bot until it ends by itself or is told to; it may be told while it still logs in."""
    running = asyncio.create_task(bot.start(token), name="bot")
    told = asyncio.create_task(stopping.wait(), name="signal")
    try:
        await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
        if told.done():
            await bot.stop()
            running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    finally:
        told.cancel()


def _settings_problems(error: ValidationError) -> list[str]:
    """One line for each setting that is missing or wrong. Values are not repeated: they may be secrets."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        name = f"MJBOT_{str(problem['loc'][0]).upper()}" if problem["loc"] else "settings"
        what = "is not set" if problem["type"] == "missing" else problem["msg"]
        lines.append(f"{name}: {what}")
    return [*lines, "See .env.example for what each setting means."]


if __name__ == "__main__":
    main()
