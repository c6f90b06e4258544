"""The command line: ``mjbot run``, ``mjbot check``, ``mjbot health``, ``mjbot env`` and ``mjbot demo``."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable

import click

from mjbot import runner
from mjbot import settings as configuration
from mjbot.check import Finding, check
from mjbot.errors import StartupError
from mjbot.ops.report import health_lines
from mjbot.redaction import redactor
from mjbot.runner import EX_CONFIG, EX_FAILED, EX_OK, EX_SOFTWARE, EX_UNAVAILABLE
from mjbot.sandbox.dialect_names import DialectName
from mjbot.settings import Settings, SettingsError
from mjbot.terminal import say, set_up_logs


@click.group()
@click.version_option(package_name="mjbot")
def main() -> None:
    """A Discord bot that follows midjourney-proxy tasks, with one live message per task."""


@main.command()
def run() -> None:
    """Run the bot with the settings in the environment or .env."""
    try:
        settings = configuration.load()
        set_up_logs(settings.log_level, settings.log_format, redactor(settings.secrets))
        with asyncio.Runner(loop_factory=_loop_factory()) as loop:
            sys.exit(loop.run(runner.run(settings)))
    except StartupError as error:
        say(str(error), error=True)
        sys.exit(EX_CONFIG if error.lasting else EX_UNAVAILABLE)
    except Exception:
        logging.getLogger("mjbot").critical("an unexpected failure", exc_info=True)
        sys.exit(EX_SOFTWARE)


@main.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
def check_command(as_json: bool) -> None:
    """Test the settings: database, Discord, image service, key. Exit code 0 if all is well, else 1."""
    try:
        set_up_logs("ERROR", "text")
        findings = asyncio.run(_check(configuration.load(), quiet=as_json))
    except SettingsError as error:
        findings = [Finding("settings", False, problem, fault=True) for problem in error.problems]
        if not as_json:
            for finding in findings:
                say(finding.line)
            if error.hint:
                say(error.hint)
    passed = all(each.ok for each in findings)
    if as_json:
        checks = [each.as_json() for each in findings]
        say(json.dumps({"ok": passed, "checks": checks}, ensure_ascii=False, indent=2))
    sys.exit(EX_OK if passed else EX_FAILED)


@main.command()
def env() -> None:
    """Print an example of every setting, to save as .env and fill in."""
    say(configuration.example(), end="")


@main.command()
def health() -> None:
    """Show the running bot's health. Exit code 0 if all is well, else 1."""
    try:
        settings = configuration.load()
        healthy, lines = asyncio.run(health_lines(settings.http_listen))
    except StartupError as error:
        say(str(error), error=True)
        sys.exit(EX_CONFIG)
    for line in lines:
        say(line)
    sys.exit(EX_OK if healthy else EX_FAILED)


@main.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port of the page; 0 for any free port.",
)
@click.option(
    "--language", type=click.Choice(["en-US", "zh-CN", "zh-TW"]), default="en-US", show_default=True
)
@click.option(
    "--service",
    "dialect",
    type=click.Choice([each.value for each in DialectName if each]),
    help="Simulate this kind of image service.",
)
def demo(port: int, language: str, dialect: str | None) -> None:
    """Try the bot in a simulated Discord in your browser. Needs no account and no key."""
    try:
        from mjbot.sandbox.demo import run_demo
    except ImportError as error:
        say(f"The demo needs its packages ({error.name}):  pip install 'mjbot[demo]'", error=True)
        sys.exit(EX_CONFIG)
    set_up_logs("WARNING", "text")
    try:
        asyncio.run(run_demo(port, language, dialect or DialectName.DEFAULT, say))
    except StartupError as error:
        say(str(error), error=True)
        sys.exit(EX_UNAVAILABLE)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's event loop factory, or None on Windows, where uvloop does not exist."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _check(settings: Settings, *, quiet: bool) -> list[Finding]:
    findings = []
    async for finding in check(settings):
        findings.append(finding)
        if not quiet:
            say(finding.line)
    return findings


if __name__ == "__main__":
    main()
