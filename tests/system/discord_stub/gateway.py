"""The gateway: one shard, uncompressed JSON frames, sessions that can be resumed.

https://discord.com/developers/docs/events/gateway
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.system.discord_stub.form import JSON
    from tests.system.discord_stub.log import EventLog
    from tests.system.discord_stub.state import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME = 0, 1, 2, 6
RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 9, 10, 11
HEARTBEAT_MS = 41_250
AUTHENTICATION_FAILED, SESSION_TIMED_OUT = 4004, 4009
Stage = Literal["handshake", "hello", "ready"]
# https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
CLOSED = {
    4000: b"Unknown error.",
    AUTHENTICATION_FAILED: b"Authentication failed.",
    SESSION_TIMED_OUT: b"Session timed out.",
    4013: b"Invalid intent(s).",
    4014: b"Disallowed intent(s).",
}


@dataclass
class Session:
    """What a bot identified as; it outlives its connection so that it can be resumed."""

    id: str
    identify: JSON
    sent: list[JSON] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None


@dataclass
class GatewayFault:
    """What a connection gets in place of `at`, `times` times (None: always); `given` counts.

    `answer`: a close code, or a message.
    """

    answer: int | str | bytes
    at: Stage
    times: int | None
    given: int = 0


class Gateway:
    """Serves the bots' websockets and dispatches events to those that are connected."""

    def __init__(self, world: World, log: EventLog, token: str, url: Callable[[], str]) -> None:
        self.sessions: dict[str, Session] = {}
        self.heartbeat_ms = HEARTBEAT_MS
        self.refusals: list[GatewayFault] = []
        self._world, self._log, self._token, self._url = world, log, token, url
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def connected(self) -> list[Session]:
        """The sessions that are ready to receive events."""
        return [each for each in self.sessions.values() if each.socket and not each.socket.closed]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if (fault := self._fault("handshake")) is not None:
            assert isinstance(fault.answer, int)
            self._log.add("gateway", summary=f"refused with {fault.answer}")
            return web.Response(status=fault.answer)
        # The timeout bounds closing: a killed or stopped bot never answers a close frame.
        socket = web.WebSocketResponse(timeout=0.5, max_msg_size=1 << 20)
        await socket.prepare(request)
        self._sockets.add(socket)
        session: Session | None = None
        try:
            if not await self._refused(socket, "hello"):
                await _send(socket, {"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    session = await self._frame(socket, session, json.loads(message.data))
        finally:
            self._sockets.discard(socket)
            if session is not None and session.socket is socket:
                session.socket = None
            self._log.add("gateway", summary=f"disconnected {socket.close_code}")
        return socket

    async def dispatch(self, name: str, data: JSON) -> None:
        """Send an event in every session; those without a connection get it when they resume."""
        self._log.add("dispatch", summary=name, body=data)
        for session in list(self.sessions.values()):
            await self._send_event(session, name, data)

    async def reconnect(self) -> None:
        """Ask the bots to connect again and resume (op 7)."""
        for socket in list(self._sockets):
            await _send(socket, {"op": RECONNECT, "d": None})

    async def invalidate(self) -> None:
        """End all sessions; the bots must identify anew (op 9)."""
        self.sessions.clear()
        for socket in list(self._sockets):
            await _send(socket, {"op": INVALID_SESSION, "d": False})

    async def close(self, code: int = 1001) -> None:
        """Close the bots' connections. After 4009 their sessions cannot be resumed."""
        if code == SESSION_TIMED_OUT:
            self.sessions.clear()
        sockets = list(self._sockets)
        await asyncio.gather(*(each.close(code=code, message=CLOSED.get(code, b"")) for each in sockets))

    def refuse(self, code: int, *, times: int | None = None) -> GatewayFault:
        """Close each connection that identifies or resumes (until the stub's `accept_everything`)."""
        return self.answer(code, at="ready", times=times)

    def answer(
        self, answer: int | str | bytes, *, at: Stage = "ready", times: int | None = None
    ) -> GatewayFault:
        """Close with a code, or send a message, in place of HELLO, or of READY and RESUMED.

        In place of the handshake it is an HTTP status.
        """
        fault = GatewayFault(answer, at, times)
        self.refusals.append(fault)
        return fault

    async def _refused(self, socket: web.WebSocketResponse, at: Stage) -> bool:
        """Give the fault of this stage, if there is one."""
        if (fault := self._fault(at)) is None:
            return False
        if isinstance(fault.answer, int):
            await socket.close(code=fault.answer, message=CLOSED.get(fault.answer, b""))
        elif isinstance(fault.answer, str):
            await socket.send_str(fault.answer)
        else:
            await socket.send_bytes(fault.answer)
        return True

    def _fault(self, at: Stage) -> GatewayFault | None:
        for each in self.refusals:
            if each.at == at and (each.times is None or each.given < each.times):
                each.given += 1
                return each
        return None

    async def _frame(
        self, socket: web.WebSocketResponse, session: Session | None, frame: JSON
    ) -> Session | None:
        op = frame["op"]
        data: Any = frame.get("d")
        if op == HEARTBEAT:
            await _send(socket, {"op": HEARTBEAT_ACK, "d": None})
        elif op in (IDENTIFY, RESUME) and data["token"] != self._token:
            await socket.close(code=AUTHENTICATION_FAILED, message=CLOSED[AUTHENTICATION_FAILED])
        elif op in (IDENTIFY, RESUME) and await self._refused(socket, "ready"):
            self._log.add("gateway", summary="refused", body=data)
        elif op == IDENTIFY:
            return await self._identify(socket, data)
        elif op == RESUME:
            return await self._resume(socket, data)
        return session

    async def _identify(self, socket: web.WebSocketResponse, data: JSON) -> Session:
        session = Session(secrets.token_hex(16), data)
        self.sessions[session.id] = session
        ready: JSON = {
            "v": 10,
            "user": self._world.bot.payload(),
            "guilds": [{"id": str(n), "unavailable": True} for n in self._world.guilds],
            "session_id": session.id,
            "resume_gateway_url": self._url(),
            "shard": data.get("shard", [0, 1]),
            "application": {"id": str(self._world.bot.id), "flags": 0},
        }
        session.socket = socket
        await self._send_event(session, "READY", ready)
        for guild in list(self._world.guilds.values()):
            await self._send_event(session, "GUILD_CREATE", guild.payload(self._world.bot))
        self._log.add("gateway", summary="identified", body=data)
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: JSON) -> Session | None:
        session = self.sessions.get(data["session_id"])
        if session is None:
            await _send(socket, {"op": INVALID_SESSION, "d": False})
            return None
        replayed = int(data["seq"])
        while replayed < len(session.sent):  # it may grow while it is being replayed
            await _send(socket, session.sent[replayed])
            replayed += 1
        session.socket = socket
        await self._send_event(session, "RESUMED", {})
        self._log.add("gateway", summary="resumed", body=data)
        return session

    async def _send_event(self, session: Session, name: str, data: JSON) -> None:
        frame: JSON = {"op": DISPATCH, "t": name, "s": len(session.sent) + 1, "d": data}
        session.sent.append(frame)
        if session.socket is not None:
            await _send(session.socket, frame)


async def _send(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
    # A bot may be killed between any two frames; its connection's own loop notices.
    with contextlib.suppress(ConnectionResetError, RuntimeError):
        await socket.send_str(json.dumps(frame))
