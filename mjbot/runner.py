"""Running the bot as a process: login, signals and exit codes."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal

import aiohttp
import discord

from mjbot import settings as configuration
from mjbot.app import open_app
from mjbot.bot import MJBot
from mjbot.check import check_upstream
from mjbot.clock import Clock
from mjbot.errors import StartupError
from mjbot.settings import Settings
from mjbot.ui.http import DeadlineConnector

log = logging.getLogger("mjbot")

# Exit codes of sysexits.h: a supervisor such as systemd must not restart the bot after EX_CONFIG.
EX_OK, EX_FAILED, EX_UNAVAILABLE, EX_SOFTWARE, EX_CONFIG = 0, 1, 69, 70, 78

_LONGEST_LOGIN_WAIT = 900.0  # seconds, even if Retry-After is longer
_LOGIN_WAIT = 60.0  # if it says nothing

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
_CLOSED = {
    4004: "Discord refused the token in MJBOT_DISCORD_TOKEN.",
    4010: "Discord refused the shard. Another program may use the same token with other shards.",
    4011: "Discord wants this bot to use more shards. Restart it: it asks for their number at each start.",
    4012: "Discord no longer supports this version of the gateway. Update mjbot.",
    4013: "Discord refused the intents of this bot. Update mjbot.",
    4014: "Discord refused a privileged intent. Update mjbot: it needs only the intent guilds.",
}
_RESTART_HELPS = (4011,)


async def run(settings: Settings) -> int:
    """Run the bot until it is stopped or fails, and return the exit code. Raises `StartupError`."""
    for name in configuration.unknown_names():
        log.warning("%s is not a setting", name)
    async with open_app(settings, Clock()) as bot:
        gc.freeze()  # objects loaded so far are never freed: the collector need not scan them
        await _refuse_wrong_upstream(settings)
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        try:
            async with bot:
                await _until_stopped(bot, settings.discord_token.get_secret_value(), stopping)
        except discord.LoginFailure:
            raise StartupError(_CLOSED[4004]) from None
        except discord.PrivilegedIntentsRequired:
            raise StartupError(_CLOSED[4014]) from None
        except discord.ConnectionClosed as error:
            raise _closed(error.code) from None
        except (aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound, OSError) as error:
            log.critical("Discord cannot be reached: %s", type(error).__name__)
            log.debug("the connection to Discord failed", exc_info=error)
            return EX_UNAVAILABLE
        if bot.failure is not None:
            log.critical("a background loop failed", exc_info=bot.failure)
            return EX_SOFTWARE
        return EX_OK if stopping.is_set() else EX_SOFTWARE


def _closed(code: int) -> StartupError:
    sentence = _CLOSED.get(code, f"Discord closed the connection to its gateway (code {code}).")
    return StartupError(sentence, lasting=code in _CLOSED and code not in _RESTART_HELPS)


async def _refuse_wrong_upstream(settings: Settings) -> None:
    """Raise `StartupError` if the address or the key is plainly wrong; an outage only logs a warning."""
    async with aiohttp.ClientSession() as session:
        async for finding in check_upstream(session, settings):
            if finding.fault:
                raise StartupError(f"{finding.name}: {finding.text}")
            if not finding.ok:
                log.warning("%s: %s", finding.name, finding.text)


async def _until_stopped(bot: MJBot, token: str, stopping: asyncio.Event) -> None:
    """Run the bot until it ends by itself or ``stopping`` is set, which may happen during the login."""
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


async def _login_and_connect(bot: MJBot, token: str) -> None:
    """Log in, and wait out a rate limit here: a restart would hit it again, and count as a login."""
    while True:
        try:
            await bot.login(token)
            break
        except discord.HTTPException as error:
            if error.status != 429:
                raise
            seconds = _retry_after(error)
            log.warning("Discord limits the logins from this address: the next try is in %.0f s", seconds)
            await bot.http.close()
            bot.http.connector = DeadlineConnector()  # the session has closed its own
            await asyncio.sleep(seconds)
    await bot.connect()


def _retry_after(error: discord.HTTPException) -> float:
    try:
        seconds = float(error.response.headers.get("Retry-After", _LOGIN_WAIT))
    except ValueError:
        return _LOGIN_WAIT
    return min(max(seconds, 1.0), _LONGEST_LOGIN_WAIT)
