"""The bot as a process: login, signals and exit codes."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging

import aiohttp
import discord

from mjbot import settings as configuration
from mjbot.app import open_app
from mjbot.bot import MJBot
from mjbot.check import check_upstream, discord_problem
from mjbot.clock import Clock
from mjbot.errors import StartupError, StoreFailed
from mjbot.settings import Settings
from mjbot.signals import stop_event
from mjbot.ui.http import UNREADABLE, DeadlineConnector, login_wait, proxy_problem

log = logging.getLogger("mjbot")

# Exit codes of sysexits.h: a supervisor such as systemd must not restart the bot after EX_CONFIG.
EX_OK, EX_FAILED, EX_UNAVAILABLE, EX_SOFTWARE, EX_CONFIG = 0, 1, 69, 70, 78

_UNREACHABLE = (aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound, OSError)

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
_CLOSED = {
    4004: "Discord refused the token in MJBOT_DISCORD_TOKEN.",
    4010: "Discord refused the number of a shard. Restart mjbot: it asks for their number at each start.",
    4011: "Discord wants this bot to use more shards. Restart mjbot: it asks for their number at each start.",
    4012: "Discord no longer supports this version of the gateway. Update mjbot.",
    4013: "Discord refused the intents of this bot. Update mjbot.",
    4014: "Discord refused a privileged intent. Update mjbot: it needs only the intent guilds.",
}
_RESTART_HELPS = (4010, 4011)
# Objects that are new and not yet freed. After 700, as Python has it, the collector runs 20 times a second at
# 1,000 live tasks and finds little, because nearly all objects are freed without it.
_COLLECT_AFTER = 10_000


async def run(settings: Settings) -> int:
    """Run the bot until it is stopped or fails, and return the exit code. Raises `StartupError`."""
    for name in configuration.unknown_names():
        log.warning("%s is not a setting", name)
    async with open_app(settings, Clock()) as bot:
        gc.freeze()  # objects loaded so far are never freed: the collector need not scan them
        gc.set_threshold(_COLLECT_AFTER)
        await _refuse_wrong_upstream(settings)
        stopping = stop_event()
        try:
            async with bot:
                await _until_stopped(bot, settings.discord_token.get_secret_value(), stopping)
        except discord.LoginFailure:
            raise StartupError(_CLOSED[4004]) from None
        except discord.PrivilegedIntentsRequired:
            raise StartupError(_CLOSED[4014]) from None
        except discord.ConnectionClosed as error:
            raise closed_for_good(error.code) from None
        except StoreFailed as error:
            message = f"The database {settings.database} cannot be used: {error}."
            raise StartupError(message, lasting=False) from None
        except (*_UNREACHABLE, *UNREADABLE) as error:
            # If this happens before the bot knows its application, only Discord's replies can be the cause.
            if not isinstance(error, _UNREACHABLE) and bot.application is not None:
                raise
            log.critical("%s", _unavailable(error))
            log.debug("the login failed", exc_info=error)
            return EX_UNAVAILABLE
        if bot.failure is not None:
            log.critical("a background loop failed", exc_info=bot.failure)
            return EX_SOFTWARE
        return EX_OK if stopping.is_set() else EX_SOFTWARE


def closed_for_good(code: int) -> StartupError:
    """Return the error for a gateway close code after which discord.py does not reconnect."""
    sentence = _CLOSED.get(code, f"Discord closed the connection to its gateway (code {code}).")
    return StartupError(sentence, lasting=code in _CLOSED and code not in _RESTART_HELPS)


async def _refuse_wrong_upstream(settings: Settings) -> None:
    """Raise `StartupError` if the image service's address or key is wrong. An outage only logs a warning."""
    async with aiohttp.ClientSession() as session:
        async for finding in check_upstream(session, settings):
            if finding.fault:
                raise StartupError(f"{finding.name}: {finding.text}")
            if not finding.ok:
                log.warning("%s: %s", finding.name, finding.text)


async def _until_stopped(bot: MJBot, token: str, stopping: asyncio.Event) -> None:
    """Run the bot until it ends by itself or ``stopping`` is set. Both can happen during the login."""
    running = asyncio.create_task(_login_and_connect(bot, token), name="bot")
    stop_signal = asyncio.create_task(stopping.wait(), name="signal")
    try:
        await asyncio.wait({running, stop_signal}, return_when=asyncio.FIRST_COMPLETED)
        if stop_signal.done():
            await bot.stop()
            running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    finally:
        stop_signal.cancel()
        await bot.stop()  # a gateway that has closed for good leaves the loops running


async def _login_and_connect(bot: MJBot, token: str) -> None:
    """Log in and connect. Waits for rate limits, because a restart would count as one more login."""
    tries, logged_in = 0, False
    while True:
        try:
            if not logged_in:
                await bot.login(token)
                logged_in = True
            await bot.connect()
            return
        except (discord.HTTPException, discord.GatewayNotFound) as error:
            refusal = error if isinstance(error, discord.HTTPException) else error.__cause__
            if not isinstance(refusal, discord.HTTPException) or refusal.status != 429 or bot.is_closed():
                raise
            seconds = login_wait(refusal.response.headers.get("Retry-After"), tries)
            log.warning("Discord limits the logins from this address: the next try is in %.0f s", seconds)
        tries += 1
        if not logged_in:
            await bot.http.close()
            bot.http.connector = DeadlineConnector()  # the session has closed its own
        await asyncio.sleep(seconds)


def _unavailable(error: Exception) -> str:
    if problem := proxy_problem(error):
        return problem
    if isinstance(error, TimeoutError):
        return "Discord did not answer in time."
    if isinstance(error, discord.HTTPException):
        return f"Discord {discord_problem(error.status)}"
    if isinstance(error, _UNREACHABLE):
        return f"Discord {discord_problem(error)}"
    return f"Discord's answer to the login cannot be read ({type(error).__name__})."
