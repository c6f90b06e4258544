"""The command `mjbot check`, which tests the configuration and prints one line for each result."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode, urlsplit

import aiohttp

from mjbot import settings as configuration
from mjbot.bot import INVITE_PERMISSIONS
from mjbot.clock import Clock
from mjbot.core.i18n.text import clean, short
from mjbot.core.making.spending import SpendingPolicy, making_in_words
from mjbot.core.model.submits import Command
from mjbot.core.model.task import NO_TASK
from mjbot.errors import (
    KeyRefused,
    QuotaExceeded,
    RouteMissing,
    StartupError,
    StoreFailed,
    TaskNotFound,
    UnexpectedHtml,
    UpstreamError,
    UpstreamForbidden,
    UpstreamRateLimited,
)
from mjbot.ops import listen
from mjbot.redaction import redactor
from mjbot.settings import Auth, Settings
from mjbot.store import open_stores
from mjbot.ui.http import Proxy, proxy_problem
from mjbot.upstream.api import MidjourneyProxyApi
from mjbot.upstream.client import UpstreamClient
from mjbot.upstream.network import failure_words, status_words
from mjbot.upstream.probes import probe_commands

log = logging.getLogger(__name__)

_COMMANDS = {
    **{each: f"/{each}" for each in (Command.IMAGINE, Command.DESCRIBE, Command.BLEND, Command.SHORTEN)},
    Command.UPLOAD: "uploads",
    Command.SEED: "seeds",
    Command.LIST: "finding lost tasks",
    Command.CANCEL: "cancelling",
}
_WRONG_KEY = "mjbot-check-a-wrong-key"
_TIMEOUT = aiohttp.ClientTimeout(total=15)
_INVITE = "https://discord.com/oauth2/authorize"
_NAME = 100
_MAX_BODY = 1024 * 1024  # bytes
_NOT_DISCORD = "what answers is not Discord: is MJBOT_DISCORD_API_URL right, or is a proxy in between?"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of the check. ``fault`` means that the configuration is wrong, so a retry cannot help."""

    name: str
    ok: bool
    text: str
    fault: bool = False

    @property
    def line(self) -> str:
        """Return the finding as one line of text."""
        return f"{'ok' if self.ok else 'NO':<4}{self.name:<10}{clean(self.text)}"

    def as_json(self) -> dict[str, object]:
        """Return the finding as an object for ``--json``."""
        return {"name": self.name, "ok": self.ok, "text": clean(self.text)}


async def check(settings: Settings) -> AsyncIterator[Finding]:
    """Test everything that `mjbot run` needs, and yield a finding for each test."""
    unknown = configuration.unknown_names()
    message = f"not a setting: {', '.join(unknown)}" if unknown else "complete"
    yield Finding("settings", not unknown, message)
    yield await _database(settings)
    if settings.http_listen:
        yield await _listen(settings.http_listen)
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        async for finding in _contained("discord", _check_discord(session, settings)):
            yield finding
        async for finding in _contained("upstream", check_upstream(session, settings, prove_key=True)):
            yield finding


async def _contained(name: str, findings: AsyncIterator[Finding]) -> AsyncIterator[Finding]:
    """Yield the findings of a check. If the check raises an exception, yield a failed finding for it."""
    try:
        async for finding in findings:
            yield finding
    except Exception as error:
        log.debug("the check of %s failed", name, exc_info=True)
        text = f"could not be checked ({type(error).__name__}). Please report this as a bug of mjbot."
        yield Finding(name, False, text)


async def check_upstream(
    session: aiohttp.ClientSession, settings: Settings, *, prove_key: bool = False
) -> AsyncIterator[Finding]:
    """Test the image service and its key by reading a task that does not exist.

    With ``prove_key``, also try a wrong key, because some servers check no key when a task is read.
    """
    host = urlsplit(settings.upstream_url).netloc
    client = _client(session, settings, settings.upstream_auth)
    error = await _probe(client)
    if error is None:
        yield Finding("upstream", True, f"{host} answers")
        if prove_key:
            yield await _key_proof(session, settings)
        batches = client.per_request > 1
        reads = f"up to {settings.batch_size} tasks per request" if batches else "one task per request"
        yield Finding("reads", True, reads)
        if prove_key:
            yield Finding("commands", True, _offers(await probe_commands(client, NO_TASK)))
        return
    if isinstance(error, KeyRefused | UpstreamForbidden):
        yield Finding("upstream", True, f"{host} answers")
        yield Finding("key", False, await _find_auth_form(session, settings), fault=True)
    elif isinstance(error, QuotaExceeded):
        yield Finding("upstream", True, f"{host} answers")
        yield Finding("key", False, "the account behind it has run out of credit")
    elif isinstance(error, UnexpectedHtml):
        message = f"{host} answers with a web page: is MJBOT_UPSTREAM_URL right (is a path missing)?"
        yield Finding("upstream", False, message, fault=True)
    elif isinstance(error, RouteMissing):
        message = f"{host} answers, but not at this path: {error}. Is MJBOT_UPSTREAM_URL right?"
        yield Finding("upstream", False, message, fault=True)
    elif isinstance(error, UpstreamRateLimited):
        message = f"{host} limits how often it is asked. Wait some minutes and check again"
        yield Finding("upstream", False, message)
    else:
        yield Finding("upstream", False, f"{host} gives no usable answer: {error}")


def _offers(commands: Mapping[Command, bool | None]) -> str:
    """Describe which commands the service offers and lacks, and which cannot be tested free of charge."""
    parts = []
    for words, offered in (("offers", True), ("does not offer", False), ("not tried:", None)):
        if names := [_COMMANDS[each] for each, found in commands.items() if found is offered]:
            parts.append(f"{words} {', '.join(names)}")
    return "; ".join(parts)


async def _key_proof(session: aiohttp.ClientSession, settings: Settings) -> Finding:
    refused = await _probe(_client(session, settings, settings.upstream_auth, key=_WRONG_KEY))
    if isinstance(refused, KeyRefused | UpstreamForbidden | QuotaExceeded):
        return Finding("key", True, f"accepted as {settings.upstream_auth}")
    return Finding("key", True, "not asked for when tasks are read; the first press will show if it is right")


def _client(
    session: aiohttp.ClientSession, settings: Settings, auth: str, key: str | None = None
) -> UpstreamClient:
    key = settings.upstream_key.get_secret_value() if key is None else key
    api = MidjourneyProxyApi(settings.upstream_url, key, auth)
    return UpstreamClient(session, api, Clock(), settings.batch_size, redactor(settings.secrets))


async def _probe(client: UpstreamClient) -> UpstreamError | None:
    report = await client.fetch_many([NO_TASK])
    error = report.failed.get(NO_TASK)
    if error is None and client.per_request > 1:
        # Some servers do not check the key of a batch read, so a single read must pass as well.
        try:
            await client.fetch(NO_TASK)
        except TaskNotFound:
            return None
        except UpstreamError as refused:
            return refused
    return error


async def _find_auth_form(session: aiohttp.ClientSession, settings: Settings) -> str:
    for form in get_args(Auth):
        if form != settings.upstream_auth and await _probe(_client(session, settings, form)) is None:
            return f"refused as {settings.upstream_auth}; accepted as {form}: set MJBOT_UPSTREAM_AUTH={form}"
    forms = ", ".join(get_args(Auth))
    return f"refused in every form ({forms}): MJBOT_UPSTREAM_KEY is wrong or expired"


async def _database(settings: Settings) -> Finding:
    try:
        async with open_stores(settings.database) as stores:
            await stores.key_values.probe()
    except StartupError as error:
        return Finding("database", False, str(error), fault=error.lasting)
    except StoreFailed as error:
        return Finding("database", False, f"{settings.database} cannot be written: {error}")
    return Finding("database", True, f"{settings.database} can be used")


async def _listen(address: str) -> Finding:
    try:
        server = await listen(asyncio.Protocol, address)
    except StartupError as error:
        return Finding("listen", False, str(error), fault=error.lasting)
    server.close()
    await server.wait_closed()
    return Finding("listen", True, f"{address} can be used")


def discord_problem(cause: Exception | int) -> str:
    """Describe a failed request, or an HTTP status, as the end of a sentence that starts with "Discord"."""
    if isinstance(cause, int):
        return f"gives no usable answer: {status_words(cause)}"
    return f"cannot be reached: {failure_words(cause)}"


async def _check_discord(session: aiohttp.ClientSession, settings: Settings) -> AsyncIterator[Finding]:
    """Test the bot token by requesting the bot's application from Discord."""
    url = f"{settings.discord_api_url.rstrip('/')}/oauth2/applications/@me"
    headers = {"Authorization": f"Bot {settings.discord_token.get_secret_value()}"}
    proxy = Proxy.at(settings.discord_proxy.get_secret_value())
    try:
        async with session.get(url, headers=headers, proxy=proxy.url, proxy_auth=proxy.auth) as response:
            status, application = response.status, await _read_json(response)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        yield Finding("discord", False, proxy_problem(error) or discord_problem(error))
        return
    if status == 401:
        yield Finding("discord", False, "the token was refused: MJBOT_DISCORD_TOKEN is wrong", fault=True)
    elif status >= 300:
        yield Finding("discord", False, discord_problem(status))
    elif not isinstance(application, dict):
        yield Finding("discord", False, _NOT_DISCORD)
    else:
        for finding in _application_findings(application, settings.spending):
            yield finding


async def _read_json(response: aiohttp.ClientResponse) -> Any:
    """Read a response of up to 1 MiB as JSON, ignoring its content type. Returns None if it is not JSON."""
    body = bytearray()
    while len(body) <= _MAX_BODY and (chunk := await response.content.read(_MAX_BODY)):
        body += chunk
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None


def _application_findings(application: Mapping[str, Any], spending: SpendingPolicy) -> list[Finding]:
    number, name = application.get("id"), application.get("name")
    if not (isinstance(number, str) and number.isascii() and number.isdecimal()):
        return [Finding("discord", False, _NOT_DISCORD)]
    name = short(name, _NAME) if isinstance(name, str) else ""
    public = application.get("bot_public") if isinstance(application.get("bot_public"), bool) else None
    query = {"client_id": number, "scope": "bot applications.commands"}
    query["permissions"] = str(INVITE_PERMISSIONS.value)
    return [
        Finding("discord", True, f"the token belongs to {name or 'an application without a name'}"),
        Finding("invite", True, f"{_INVITE}?{urlencode(query)}"),
        Finding("making", *making_in_words(spending, bot_public=public)),
    ]
