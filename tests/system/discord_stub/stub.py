"""DiscordStub: a simulated Discord on a loopback port, for a bot in another process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self, TypeVar

from aiohttp import web

from tests.discord_answers import Pattern, Refusal
from tests.system.discord_stub.actors import Actors
from tests.system.discord_stub.callbacks import Callbacks
from tests.system.discord_stub.errors import MESSAGES
from tests.system.discord_stub.gates import Fault, Gates, Hold, When
from tests.system.discord_stub.gateway import Gateway
from tests.system.discord_stub.limits import RateLimits
from tests.system.discord_stub.log import SECONDS, Event, EventLog
from tests.system.discord_stub.routes import Api
from tests.system.discord_stub.server import API, Server
from tests.system.discord_stub.state import (
    DM,
    INVITED,
    TEXT,
    THREAD,
    Channel,
    Guild,
    Message,
    Snowflakes,
    User,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.discord_answers import Answer, Match
    from tests.system.discord_stub.form import JSON

T = TypeVar("T")


class DiscordStub(Actors):
    """Use as an async context manager; everything happens in the running event loop.

    `edit_window` and `token_window` are the seconds in which 5 edits of a channel and 5 calls of
    an interaction token are allowed; `answer_within` and `token_life` the seconds after which an
    unanswered interaction and a token die; `limits` replaces all rate limits; `latency` is the
    round trip in seconds.
    """

    TOKEN = "stub.token.of-no-account"

    def __init__(
        self,
        *,
        edit_window: float = 5.0,
        token_window: float = 2.0,
        answer_within: float = 10.0,  # Discord gives 3 s, and a slow machine needs more
        token_life: float = 900.0,
        limits: RateLimits | None = None,
        latency: float = 0.0,
    ) -> None:
        new_id = Snowflakes()
        self.world = World(User(new_id(), "stub-bot", bot=True), new_id)
        self.token = self.TOKEN
        self.base_url = ""
        self._log = EventLog()
        self._gates = Gates()
        self._callbacks = Callbacks(self.world, answer_within, token_life)
        self.gateway = Gateway(self.world, self._log, self.token, self._gateway_url)
        limits = limits or RateLimits(edits=(5, edit_window), tokens=(5, token_window))
        api = Api(self.world, self._callbacks, lambda: self.base_url)
        self._server = Server(api, self.gateway, limits, self._gates, self._log, self.token, latency)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = self._server.application()
        # A stopped bot keeps connections open; nothing is worth waiting for when a test is over.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gates.drop_all()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._server.crashes:
            raise ExceptionGroup("the stub failed to answer", self._server.crashes)

    @property
    def api_url(self) -> str:
        """Stands for `https://discord.com/api/v10`."""
        return self.base_url + API

    @property
    def log(self) -> list[Event]:
        """Everything that happened so far; only ever appended to."""
        return self._log.events

    @property
    def count_429(self) -> int:
        """How many 429s the bot has received, injected ones included."""
        return self._server.count_429

    @property
    def commands(self) -> list[JSON]:
        """The global commands that the bot has registered."""
        return self.world.commands.get(None, [])

    # Waiting

    async def until(self, condition: Callable[[], T | None], timeout: float = SECONDS) -> T:
        """The first true value of the condition, asked again after every event of the log."""
        return await self._log.until(condition, timeout)

    async def ready(self, timeout: float = SECONDS) -> None:
        """Wait until a bot is connected to the gateway and has identified (or resumed)."""
        # The connection of a bot that was killed just now may not have been seen to end yet.
        for _ in range(5):
            await asyncio.sleep(0)
        await self.until(lambda: self.gateway.connected, timeout)

    async def gone(self, timeout: float = SECONDS) -> None:
        """Wait until no bot is connected to the gateway."""
        await self.until(lambda: not self.gateway.connected, timeout)

    # The world

    def add_guild(self, name: str, locale: str = "en-US") -> Guild:
        guild = Guild(self.world.new_id(), name, locale)
        self.world.guilds[guild.id] = guild
        return guild

    def add_channel(self, guild: Guild, name: str, *, app_permissions: int = INVITED) -> Channel:
        return self._add(Channel(self.world.new_id(), name, guild, TEXT, app_permissions))

    def add_thread(self, parent: Channel, name: str) -> Channel:
        """A public thread. Set its `archived` to have edits in it refused with 50083."""
        permissions = parent.app_permissions
        thread = Channel(self.world.new_id(), name, parent.guild, THREAD, permissions, parent)
        return self._add(thread)

    def add_dm(self, user: User) -> Channel:
        return self._add(Channel(self.world.new_id(), user.name, None, DM, recipient=user))

    def add_user(self, name: str) -> User:
        return User(self.world.new_id(), name)

    def messages(self, channel: Channel) -> list[Message]:
        """The public messages of a channel in order, deleted ones included (see `.deleted`)."""
        return [message for message in channel.messages if not message.ephemeral]

    def age(self, message: Message, seconds: float) -> None:
        """Make a message older by ``seconds``."""
        message.created -= seconds

    def delete_message(self, message: Message) -> None:
        """As a moderator would."""
        message.deleted = True
        self._log.wake()

    async def delete_channel(self, channel: Channel) -> None:
        channel.deleted = True
        if channel.guild is not None:
            channel.guild.channels.remove(channel)
        name = "THREAD_DELETE" if channel.type == THREAD else "CHANNEL_DELETE"
        await self.gateway.dispatch(name, channel.payload())

    async def remove_bot(self, guild: Guild) -> None:
        """Kick the bot out of a guild."""
        del self.world.guilds[guild.id]
        for channel in guild.channels:
            channel.app_permissions = 0
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)})

    def _add(self, channel: Channel) -> Channel:
        self.world.channels[channel.id] = channel
        if channel.guild is not None:
            channel.guild.channels.append(channel)
        return channel

    # Faults

    def hold(
        self,
        method: str,
        path: str,
        when: When = "before",
        match: Match | None = None,
        times: int | None = None,
    ) -> Hold:
        """Stop requests "before" they do anything or "after", before the answer; see Hold.

        In `path`, `*` stands for one segment and `**` for any number; `/api/v10` is left out.
        """
        hold = Hold(Pattern(method, path, match), when, times)
        self._gates.holds.append(hold)
        return hold

    def refuse(
        self,
        method: str,
        path: str,
        answer: Answer,
        *,
        match: Match | None = None,
        times: int | None = None,
    ) -> Refusal:
        """Give this answer to the next `times` requests (None: until `accept_everything`)."""
        refusal = Refusal(Pattern(method, path, match), answer, times)
        self._gates.refusals.append(refusal)
        return refusal

    def accept_everything(self) -> None:
        """End all refusals and faults, those of the gateway included."""
        self.gateway.refusals.clear()
        self._gates.refusals.clear()
        self._gates.faults.clear()

    def fail(
        self,
        method: str,
        path: str,
        *,
        status: int,
        code: int = 0,
        message: str = "",
        times: int = 1,
        headers: dict[str, str] | None = None,
        retry_after: float = 1.0,
        match: Match | None = None,
    ) -> Fault:
        """Answer the next `times` requests with an error and do nothing."""
        body: JSON = {"message": message or MESSAGES.get(code, MESSAGES[0]), "code": code}
        if status == 429:
            body |= {"retry_after": retry_after, "global": False}
        fault = Fault(Pattern(method, path, match), status, body, headers or {}, times)
        self._gates.faults.append(fault)
        return fault

    def _gateway_url(self) -> str:
        return self.base_url.replace("http", "ws", 1) + "/gateway"
