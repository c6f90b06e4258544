"""The connections to Discord's gateway: the pauses between connections, and the handling of failed ones.

discord.py reconnects at once after most failures. Each new session (IDENTIFY) counts towards a limit of 1,000
a day, after which Discord resets the bot's token. A single gateway message that cannot be read ends
discord.py's client. So every connection after the first goes through `GatewayPace`, which waits longer each
time and checks how many sessions are left. Edits continue meanwhile, because they do not use the gateway.

https://discord.com/developers/docs/events/gateway#session-start-limit-object
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

import aiohttp
import discord
from discord.backoff import ExponentialBackoff
from discord.ext import commands
from discord.gateway import ReconnectWebSocket
from discord.shard import EventItem, EventType, SessionStartLimits, Shard
from yarl import URL

from mjbot.clock import Clock
from mjbot.guard import UnexpectedErrors
from mjbot.ui.http import LOST, UNREADABLE

log = logging.getLogger(__name__)

_MOST_DOUBLINGS = 10
_LONGEST_PAUSE = 300.0  # seconds; with it a shard starts at most about 300 sessions a day
_FEW_SESSIONS = 20  # of the 1,000 a day; those that are left are for the operator
_SAY_AGAIN = 600.0
Sleep = Callable[[float], Awaitable[object]]
_CONNECTS = (EventType.resume, EventType.identify, EventType.reconnect)


class ReconnectBackoff:
    """The pauses between connections: none at first, then 1 s, doubled each time up to 5 min.

    For every five minutes that a connection lasts, one doubling is undone. So there are at most about 300
    connections a day, however long each lasts.
    """

    def __init__(self) -> None:
        self._doublings = 0
        self._connected_at = 0.0

    def delay(self, now: float) -> float:
        """Return the seconds from ``now`` until the next connection, and record a connection at that time."""
        lasted = max(0.0, now - self._connected_at)
        self._doublings = max(0, self._doublings - int(lasted / _LONGEST_PAUSE))
        seconds = min(2.0 ** (self._doublings - 1), _LONGEST_PAUSE) if self._doublings else 0.0
        self._doublings = min(self._doublings + 1, _MOST_DOUBLINGS)
        self._connected_at = now + seconds
        return seconds


class GatewayPace:
    """Delays the connections of all shards, and logs failures at most once every ten minutes."""

    def __init__(
        self, clock: Clock, session_limits: Callable[[], Awaitable[SessionStartLimits]], sleep: Sleep
    ) -> None:
        self._clock = clock
        self._session_limits = session_limits
        self._sleep = sleep
        self._backoffs: defaultdict[int, ReconnectBackoff] = defaultdict(ReconnectBackoff)
        self._errors = UnexpectedErrors()
        self._reported_at = -math.inf
        self._reported = False
        self._tasks: set[asyncio.Task[object]] = set()

    async def wait(self, shard_id: int, error: BaseException | None, *, new_session: bool) -> None:
        """Wait until a shard may connect. ``error`` is what ended the shard's last connection, or None."""
        seconds = self._backoffs[shard_id].delay(self._clock.now())
        if error is not None and (seconds or not isinstance(error, ReconnectWebSocket)):
            self._report(error, seconds)
        await self._sleep(seconds)
        if new_session:
            await self._wait_for_sessions()

    def connected(self) -> None:
        """Record that a shard has connected."""
        if self._reported:
            log.info("the gateway of Discord is connected again")
            self._reported = False

    def adopt(self, shard: Shard) -> None:
        """Delay the reconnects that a shard requests through the client's queue."""
        shard._queue_put = partial(self._put, shard._queue_put)
        shard._backoff = ExponentialBackoff(0)  # discord.py's own pauses, up to 17 min, would be added

    def start(self, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine in the background. `close` cancels it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Cancel all delayed connections and everything that `start` has started."""
        for task in self._tasks:
            task.cancel()

    def _put(self, put: Callable[[EventItem], None], item: EventItem) -> None:
        """Put an item into the client's queue, after a delay if the item causes a connection."""
        lasting = isinstance(item.error, discord.PrivilegedIntentsRequired)
        unread = item.type == EventType.terminate and not lasting
        if item.shard is None or not (unread or item.type in _CONNECTS):
            put(item)
            return
        self.start(self._put_later(put, item, item.shard, unread=unread))

    async def _put_later(
        self, put: Callable[[EventItem], None], item: EventItem, shard: Shard, *, unread: bool
    ) -> None:
        if unread and item.error is not None:
            self._errors.log("a message of the gateway cannot be read", item.error)
            with suppress(Exception):
                await shard.ws.close(code=4000)
            # In a new session: a resumed one would receive the unreadable message again.
            item = EventItem(EventType.identify, shard, ReconnectWebSocket(shard.id, resume=False))
        await self.wait(shard.id, item.error, new_session=item.type != EventType.resume)
        put(item)

    async def _wait_for_sessions(self) -> None:
        while True:
            try:
                limits = await self._session_limits()
                few, seconds = limits.remaining < _FEW_SESSIONS <= limits.total, limits.reset_after / 1000
            except (discord.DiscordException, *LOST, *UNREADABLE):
                return
            if not few:
                return
            log.warning(
                "Discord allows few more gateway sessions today: the next is started in %.0f s", seconds
            )
            await self._sleep(max(seconds, 1.0))

    def _report(self, error: BaseException, seconds: float) -> None:
        now = self._clock.now()
        level = logging.WARNING if now - self._reported_at >= _SAY_AGAIN else logging.DEBUG
        if level == logging.WARNING:
            self._reported_at, self._reported = now, True
        cause = (
            "Discord ended the connection" if isinstance(error, ReconnectWebSocket) else type(error).__name__
        )
        log.log(
            level,
            "the gateway of Discord is not connected (%s): commands and buttons do not work, edits go on;"
            " the next try is in %.0f s",
            cause,
            seconds,
        )


class PacedBot(commands.AutoShardedBot):
    """A client whose shards wait for `GatewayPace` before they connect."""

    def __init__(self, clock: Clock, *, sleep: Sleep = asyncio.sleep, **options: Any) -> None:
        super().__init__(**options)
        self._pace = GatewayPace(clock, self.fetch_session_start_limits, sleep)
        self._launching = False
        self._connect = self.http.ws_connect
        self._sockets: set[aiohttp.ClientWebSocketResponse] = set()
        self.http.ws_connect = self._open_socket  # type: ignore[method-assign]

    async def _open_socket(self, url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        """Open a socket to the gateway, and close any that discord.py has left open after a failure."""
        used = {shard._parent.ws.socket for shard in self.shards.values()}
        for unused in self._sockets - used:
            self._pace.start(unused.close())
        self._sockets &= used
        socket = await self._connect(url, compress=compress)
        self._sockets.add(socket)
        return socket

    async def launch_shard(self, gateway: URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard for the first time, and retry until the client is closed."""
        if self._launching:
            # discord.py has failed, and calls itself again: every 5 s, one frame deeper each time.
            raise _LaunchFailed
        error: BaseException | None = None
        while not self.is_closed():
            await self._pace.wait(shard_id, error, new_session=True)
            self._launching = True
            try:
                await super().launch_shard(gateway, shard_id, initial=initial)
            except _LaunchFailed as failed:
                error = failed.__context__
            else:
                self._pace.adopt(self.shards[shard_id]._parent)
                return
            finally:
                self._launching = False

    async def on_shard_connect(self, _shard_id: int) -> None:
        """Record a new session."""
        self._pace.connected()

    async def on_shard_resumed(self, _shard_id: int) -> None:
        """Record a resumed session."""
        self._pace.connected()

    async def close(self) -> None:
        """Close the client, and stop connecting."""
        self._pace.close()
        await super().close()


class _LaunchFailed(Exception):
    """Raised if the first connection of a shard failed. Its ``__context__`` is the error."""
