"""Serves the page of the demo on this machine: the parts of Discord's client that the bot needs.

The page receives each changed message as a server-sent event, and posts each action of a person. Requests do
not wait for simulated time, so a press gets its response as fast as the bot sends it.
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from mjbot.errors import StartupError
from mjbot.sandbox.demo_commands import InvalidOption, Payload
from mjbot.sandbox.demo_guild import FILES, DemoGuild, Files, FirstResponse, NotThere
from mjbot.sandbox.demo_texts import DemoTexts

_PAGE = Path(__file__).parent / "page"
# Not guessed: Windows may map these to other types, and browsers then refuse to run modules.
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_LOOK_AGAIN = 0.05  # seconds between two checks of the version of the messages
_BEAT = 20  # checks after which the time is sent, even if nothing has changed
_MAX_BODY = 16 * 1024 * 1024  # an uploaded mask
_PORT_TAKEN = """\
Port {port} is taken. Perhaps the demo runs already:  http://127.0.0.1:{port}/
For a free port:  make demo ARGS="--port 0"  or  mjbot demo --port 0"""
_GRACE = 0.3  # seconds for "The demo has ended" to reach the page

Answer = Callable[[int, Mapping[str, Any]], Awaitable[FirstResponse]]


class DemoPage:
    """Serves the demo page while the context is open. Raises `StartupError` if the port is taken."""

    def __init__(self, guild: DemoGuild, texts: DemoTexts, now: Callable[[], float], port: int) -> None:
        self._guild, self._texts, self._now, self._port = guild, texts, now, port
        self._ending = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The URL of the demo page."""
        return f"http://127.0.0.1:{self._port}/"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_MAX_BODY, middlewares=[_local_only])
        app.router.add_get("/", self._static)
        app.router.add_get("/page/{name}", self._static)
        app.router.add_get("/start", self._start)
        app.router.add_get("/events", self._events)
        app.router.add_get("/files/{path:.+}", self._file)
        app.router.add_post("/line", self._line)
        for path, answer in (
            ("/command", self._command),
            ("/press", self._press),
            ("/form", self._form),
        ):
            app.router.add_post(path, self._answering(answer))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise StartupError(_PORT_TAKEN.format(port=self._port)) from error
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ending.set()
        await asyncio.sleep(_GRACE)
        if self._runner is not None:
            await self._runner.cleanup()

    async def _static(self, request: web.Request) -> web.Response:
        file = _PAGE / request.match_info.get("name", "index.html")
        if file.parent != _PAGE or file.suffix not in _TYPES or not file.is_file():
            raise web.HTTPNotFound
        text = file.read_text(encoding="utf-8").replace("{language}", self._texts.language)
        return web.Response(
            text=text, content_type=_TYPES[file.suffix], headers={"Cache-Control": "no-store"}
        )

    async def _start(self, request: web.Request) -> web.Response:
        person = self._person(request.query.get("person"))
        guild = self._guild
        people = [(guild.you, self._texts.you), (guild.friend, self._texts.friend)]
        return web.json_response(
            {
                "language": self._texts.language,
                "channel": self._texts.channel,
                "topic": self._texts.topic,
                "person": str(person),
                "people": [{"id": str(each), "name": name} for each, name in people],
                "names": guild.names,
                "files": FILES,
                "commands": guild.commands(person),
                "texts": asdict(self._texts.page),
            }
        )

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Send all messages, and then each changed message, until the demo ends or the page is closed."""
        person = self._person(request.query.get("person"))
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        sent: dict[str, Payload] | None = None
        version, looks = -1, 0
        with suppress(ConnectionError):
            while not self._ending.is_set():
                if self._guild.version != version:
                    version = self._guild.version
                    rows = {row["id"]: row for row in self._guild.messages(person)}
                    before = sent or {}
                    changes = {
                        "all": sent is None,
                        "now": self._now(),
                        "put": [row for key, row in rows.items() if before.get(key) != row],
                        "drop": [key for key in before if key not in rows],
                    }
                    # A copy: SimCord changes its messages in place.
                    sent = json.loads(json.dumps(rows))
                    await response.write(f"data: {json.dumps(changes)}\n\n".encode())
                elif looks % _BEAT == 0:
                    await response.write(f"data: {json.dumps({'now': self._now()})}\n\n".encode())
                looks += 1
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN):
                        await self._ending.wait()
            await response.write(b"event: end\ndata: \n\n")
        return response

    async def _file(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        data = self._guild.file(path)
        if data is None:
            raise web.HTTPNotFound
        kind = _kind_of(path)
        return web.Response(
            body=data, content_type=kind, headers={"Cache-Control": "max-age=86400, immutable"}
        )

    async def _line(self, request: web.Request) -> web.Response:
        """Post a chat message and a reply from the guide, because the bot cannot read chat messages."""
        body = await request.json()
        self._guild.post(self._person(body.get("person")), str(body.get("text"))[:2000])
        self._guild.post(None, self._texts.line)
        return web.json_response({"answered": True})

    async def _command(self, person: int, body: Mapping[str, Any]) -> FirstResponse:
        focused = body.get("focused", "")
        return await self._guild.run(person, body["name"], body["options"], _files_of(body), focused)

    async def _press(self, person: int, body: Mapping[str, Any]) -> FirstResponse:
        return await self._guild.press(person, int(body["message"]), body["control"], body.get("values", ()))

    async def _form(self, person: int, body: Mapping[str, Any]) -> FirstResponse:
        return await self._guild.submit(person, int(body["interaction"]), body["values"], _files_of(body))

    def _answering(self, answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            body = await request.json()
            try:
                response = await answer(self._person(body.get("person")), body)
            except (NotThere, InvalidOption):
                return web.json_response({"answered": False})
            return web.json_response(asdict(response) | {"interaction": str(response.interaction)})

        return handle

    def _person(self, value: object) -> int:
        return self._guild.friend if str(value) == str(self._guild.friend) else self._guild.you


@web.middleware
async def _local_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse cross-site requests, which another web site sends through the visitor's browser."""
    host = request.host.rpartition(":")[0]
    if host not in ("127.0.0.1", "localhost") or request.headers.get("Origin") not in (
        None,
        f"http://{request.host}",
    ):
        raise web.HTTPForbidden
    return await handler(request)


def _kind_of(path: str) -> str:
    kinds = {"png": "image/png", "webp": "image/webp", "gif": "image/gif", "mp4": "video/mp4"}
    return kinds.get(path.rpartition(".")[2].lower(), "image/jpeg")


def _files_of(body: Mapping[str, Any]) -> Files:
    return {
        key: [(each["name"], base64.b64decode(each["data"])) for each in uploaded]
        for key, uploaded in body.get("files", {}).items()
    }
