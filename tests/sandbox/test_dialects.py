"""Each dialect of the sandbox behaves like its server, and mjbot's client reads them all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from mjbot.clock import Clock
from mjbot.core.model.task import Phase, TaskId
from mjbot.errors import KeyRefused, TaskNotFound
from mjbot.sandbox.dialect_names import DialectName
from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import DemoIds, World
from mjbot.upstream.api import MidjourneyProxyApi, auth_headers
from mjbot.upstream.client import UpstreamClient

T = 1_730_700_000.0
KEY = "sandbox-key"
NAMES = sorted(DIALECTS)


@dataclass
class Rig:
    server: SandboxServer
    http: aiohttp.ClientSession
    now: list[float] = field(default_factory=lambda: [T])

    async def fetch(self, dialect: str, task_id: str) -> tuple[int, Any]:
        headers = auth_headers(DIALECTS[dialect].auth, KEY)
        url = f"{self.server.address(dialect)}/mj/task/{task_id}/fetch"
        async with self.http.get(url, headers=headers) as response:
            return response.status, await response.json(content_type=None) if await response.read() else None

    async def post(self, dialect: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        headers = auth_headers(DIALECTS[dialect].auth, KEY)
        url = f"{self.server.address(dialect)}/mj/submit/{path}"
        async with self.http.post(url, json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def press(self, dialect: str, task_id: str, label: str) -> tuple[int, Any]:
        task = self.server.world.peek(task_id, self.now[0])
        assert task is not None
        custom_id = next(b["customId"] for b in task["buttons"] if label in (b["label"], b["emoji"]))
        return await self.post(dialect, "action", {"taskId": task_id, "customId": custom_id})

    def client(self, dialect: str, form: str | None = None) -> UpstreamClient:
        api = MidjourneyProxyApi(self.server.address(dialect), KEY, form or DIALECTS[dialect].auth)
        return UpstreamClient(self.http, api, Clock(lambda: self.now[0]), 100)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    now = [T]
    world = World.demo(T, side=64)
    async with SandboxServer(world, lambda: now[0]) as server, aiohttp.ClientSession() as http:
        yield Rig(server, http, now)


def test_every_name_has_a_dialect() -> None:
    assert set(DIALECTS) == set(DialectName)


@pytest.mark.parametrize("dialect", NAMES)
async def test_mjbot_reads_a_running_and_a_finished_task(rig: Rig, dialect: str) -> None:
    client = rig.client(dialect)
    running, done = TaskId(DemoIds.RUNNING), TaskId(DemoIds.GRID)
    await client.fetch(running)
    rig.now[0] = T + 15
    report = await client.fetch_many([running, done, TaskId(DemoIds.UNKNOWN)])
    assert report.found[running].phase in (Phase.RUNNING, Phase.QUEUED)
    assert report.found[done].phase is Phase.SUCCESS
    assert len(report.found[done].buttons) == 9
    assert [str(each) for each in report.missing] == [DemoIds.UNKNOWN]
    with pytest.raises(TaskNotFound):
        await client.fetch(TaskId(DemoIds.UNKNOWN))
    assert not client.drift.counts


@pytest.mark.parametrize("dialect", NAMES)
@pytest.mark.parametrize("form", ["bearer", "raw", "mj-api-secret"])
async def test_each_server_accepts_the_key_in_its_own_forms(rig: Rig, dialect: str, form: str) -> None:
    accepted = {
        "": {"bearer", "raw", "mj-api-secret"},
        "new-api": {"bearer", "raw", "mj-api-secret"},
        "true": {"raw", "mj-api-secret"},
    }.get(dialect, {"mj-api-secret"})
    read = rig.client(dialect, form).fetch(TaskId(DemoIds.GRID))
    if form in accepted:
        assert (await read).phase is Phase.SUCCESS
    else:
        with pytest.raises(KeyRefused):
            await read


@pytest.mark.parametrize(
    ("dialect", "status"), [("original", 200), ("plus", 200), ("true", 204), ("new-api", 400)]
)
async def test_each_server_has_its_own_status_for_an_unknown_task(
    rig: Rig, dialect: str, status: int
) -> None:
    assert (await rig.fetch(dialect, DemoIds.UNKNOWN))[0] == status


async def test_new_api_shows_the_state_of_its_last_poll(rig: Rig) -> None:
    seen = []
    for second in range(61):
        rig.now[0] = T + 1 + second
        task = (await rig.fetch("new-api", DemoIds.RUNNING))[1]
        seen.append((task["status"], task["progress"]))
    changes = [each for each, before in zip(seen, [None, *seen], strict=False) if each != before]
    assert changes[0] == ("", "")
    assert changes[-1] == ("SUCCESS", "100%")
    assert len(changes) <= 4


async def test_new_api_s_image_urls_can_only_be_reached_through_it(rig: Rig) -> None:
    task = (await rig.fetch("new-api", DemoIds.GRID))[1]
    assert task["imageUrl"] == f"http://localhost:3000/mj/image/{DemoIds.GRID}"
    url = f"{rig.server.address('new-api')}/mj/image/{DemoIds.GRID}"
    async with rig.http.get(url) as response:
        assert response.content_type == "image/jpeg"
        assert await response.read() == rig.server.world.final_picture(DemoIds.GRID)


async def test_the_fields_differ_between_servers(rig: Rig) -> None:
    original, plus, true, new_api = [
        (await rig.fetch(each, DemoIds.GRID))[1] for each in ("original", "plus", "true", "new-api")
    ]
    assert "buttons" not in original
    assert plus["properties"]["flags"] == 0
    assert true["clientIp"]
    assert true["isCompleted"] is True
    assert set(new_api["properties"]) == {"finalPrompt", "finalZhPrompt"}
    failed = {
        each: (await rig.fetch(each, DemoIds.FAILED))[1]["progress"] for each in ("original", "new-api")
    }
    assert failed == {"original": "", "new-api": "100%"}


@pytest.mark.parametrize(
    ("dialect", "label", "status", "code"),
    [
        ("plus", "U1", 200, 1),
        ("true", "U1", 200, 1),
        ("new-api", "U1", 200, 1),
        ("original", "U1", 404, None),
    ],
)
async def test_a_press_is_accepted_by_servers_with_buttons(
    rig: Rig, dialect: str, label: str, status: int, code: int | None
) -> None:
    answered, body = await rig.press(dialect, DemoIds.GRID, label)
    assert (answered, body.get("code")) == (status, code)


@pytest.mark.parametrize(
    ("dialect", "label", "code"),
    [
        ("plus", "Custom Zoom", 21),
        ("true", "Custom Zoom", 21),
        ("new-api", "Custom Zoom", 21),
        ("new-api", "Vary (Region)", 21),
    ],
)
async def test_a_modal_is_requested_and_submitted(rig: Rig, dialect: str, label: str, code: int) -> None:
    _, body = await rig.press(dialect, DemoIds.SINGLE, label)
    assert body["code"] == code
    modal = {"taskId": body["result"], "prompt": "a lake --zoom 2"}
    assert (await rig.post(dialect, "modal", modal))[1]["result"] == body["result"]
    assert rig.server.world.peek(body["result"], T + 29)["status"] == "SUCCESS"  # type: ignore[index]


async def test_new_api_calls_a_modal_of_remix_mode_accepted(rig: Rig) -> None:
    rig.server.world.remix = True
    _, body = await rig.press("new-api", DemoIds.GRID, "V1")
    assert (body["code"], body["description"]) == (1, "Waiting for window confirm")
    assert (await rig.press("true", DemoIds.GRID, "V1"))[1]["code"] == 21


async def test_servers_refuse_in_their_own_formats(rig: Rig) -> None:
    rig.server.world.full = True
    codes = {
        each: (await rig.press(each, DemoIds.GRID, "U1"))[1]["code"] for each in ("plus", "true", "new-api")
    }
    assert codes == {"plus": 23, "true": 9, "new-api": 23}
    rig.server.world.full = False
    gone = {"taskId": DemoIds.UNKNOWN, "customId": "x"}
    assert (await rig.post("true", "action", gone))[0] == 404
    assert (await rig.post("plus", "action", gone))[1]["code"] == 3
    unknown = {"taskId": DemoIds.GRID, "customId": "x"}
    assert (await rig.post("true", "action", unknown))[1]["description"] == "未知的 Action 类型"
    assert "unknown_action" in (await rig.post("new-api", "action", unknown))[1]["error"]["message"]
    modal = {"taskId": DemoIds.MODAL, "prompt": ""}
    assert (await rig.post("true", "modal", modal))[1]["description"] == "prompt不能为空"


async def test_new_api_drops_the_queue_position(rig: Rig) -> None:
    rig.server.world.ahead = 3
    _, plus = await rig.press("plus", DemoIds.GRID, "V1")
    assert (plus["code"], plus["properties"]) == (22, {"numberOfQueues": 3})
    assert (await rig.press("new-api", DemoIds.GRID, "V1"))[1]["code"] == 1


async def test_imagine_all_responds_with_all_ids(rig: Rig) -> None:
    _, body = await rig.press("true", DemoIds.DESCRIBE, "Imagine all")
    assert len(body["result"].split(",")) == 4


async def test_a_mode_prefix_is_accepted_by_servers_with_modes(rig: Rig) -> None:
    for dialect, mode in (("new-api", "mj-fast"), ("true", "mj-relax"), ("", "mj-turbo")):
        address = "/".join(filter(None, (rig.server.address(dialect), mode)))
        client = UpstreamClient(
            rig.http, MidjourneyProxyApi(address, KEY, DIALECTS[dialect].auth), Clock(lambda: T), 100
        )
        assert (await client.fetch(TaskId(DemoIds.GRID))).phase is Phase.SUCCESS


@pytest.mark.parametrize(
    ("dialect", "status"), [("", 400), ("original", 200), ("plus", 200), ("true", 200), ("new-api", 400)]
)
async def test_only_relays_refuse_numeric_ids(rig: Rig, dialect: str, status: int) -> None:
    headers = {"Authorization": KEY} if dialect == "true" else {"mj-api-secret": KEY}
    url = f"{rig.server.address(dialect)}/mj/task/list-by-condition"
    async with rig.http.post(url, json={"ids": [int(DemoIds.GRID)]}, headers=headers) as response:
        assert response.status == status
        body = await response.json()
    if status == 200:
        assert [each["id"] for each in body] == [DemoIds.GRID]


@pytest.mark.parametrize(
    ("action", "index", "code"),
    [("UPSCALE", 3, 1), ("VARIATION", 4, 1), ("REROLL", 1, 1), ("UPSCALE", 5, 4), ("ZOOM", 1, 4)],
)
async def test_the_original_presses_by_action_and_index(rig: Rig, action: str, index: int, code: int) -> None:
    change = {"taskId": DemoIds.GRID, "action": action, "index": index}
    assert (await rig.post("original", "change", change))[1]["code"] == code
    assert rig.server.world.log[-1].kind == "change"
    assert (rig.server.world.log[-1].child_id is not None) == (code == 1)


async def test_the_original_refuses_a_parent_that_is_gone_or_not_ready(rig: Rig) -> None:
    change = {"taskId": DemoIds.UNKNOWN, "action": "UPSCALE", "index": 1}
    assert (await rig.post("original", "change", change))[1]["code"] == 3
    assert (await rig.post("original", "change", change | {"taskId": DemoIds.RUNNING}))[1]["code"] == 4


async def test_the_original_returns_the_task_of_a_change_that_was_made_before(rig: Rig) -> None:
    change = {"taskId": DemoIds.GRID, "action": "VARIATION", "index": 3}
    made = (await rig.post("original", "change", change))[1]["result"]
    again = (await rig.post("original", "change", change))[1]
    assert (again["code"], again["result"]) == (21, made)
    assert again["properties"]["status"] == "SUBMITTED"
    upscale = {"taskId": DemoIds.GRID, "action": "UPSCALE", "index": 2}
    assert (await rig.post("original", "change", upscale))[1]["result"] == DemoIds.SINGLE


@pytest.mark.parametrize("task", [DemoIds.SINGLE, DemoIds.DESCRIBE])
async def test_the_original_changes_only_grids(rig: Rig, task: DemoIds) -> None:
    change = {"taskId": task, "action": "VARIATION", "index": 1}
    _, body = await rig.post("original", "change", change)
    assert (body["code"], body["description"]) == (4, "关联任务不允许执行变化")


@pytest.mark.parametrize("path", ["action", "modal"])
async def test_the_original_has_neither_buttons_nor_modals(rig: Rig, path: str) -> None:
    status, body = await rig.post("original", path, {"taskId": DemoIds.MODAL, "prompt": "x"})
    assert (status, body["status"], body["error"]) == (404, 404, "Not Found")
    assert body["timestamp"].startswith("2024-")
    assert rig.server.world.log == []


async def test_a_banned_word_is_reported_with_its_prompt(rig: Rig) -> None:
    rig.server.world.banned = {"blood"}
    _, body = await rig.post("plus", "modal", {"taskId": DemoIds.MODAL, "prompt": "blood bath"})
    assert (body["code"], body["properties"]) == (24, {"promptEn": "blood bath", "bannedWord": "blood"})


async def test_every_submit_of_a_modal_is_recorded_with_prompt_and_mask(rig: Rig) -> None:
    modal = {"taskId": DemoIds.MODAL, "prompt": "a red fox", "maskBase64": "data:image/png;base64,AA=="}
    for _ in range(2):
        assert (await rig.post("true", "modal", modal))[1]["result"] == DemoIds.MODAL
    submits = [(each.kind, each.prompt, each.mask) for each in rig.server.world.log]
    assert submits == [("modal", "a red fox", "data:image/png;base64,AA==")] * 2


async def test_a_modal_s_prompt_replaces_the_translation_of_the_old_one(rig: Rig) -> None:
    world = rig.server.world
    world.remix = True
    world.fetch(DemoIds.RUNNING_CHINESE, T - 100)
    _, body = await rig.press("plus", DemoIds.RUNNING_CHINESE, "V1")
    await rig.post("plus", "modal", {"taskId": body["result"], "prompt": "a red fox"})
    task = world.peek(body["result"], T + 60)
    assert task is not None
    assert task["properties"]["finalPrompt"] == "a red fox"


async def test_plus_keeps_the_old_prompt_if_the_new_one_is_empty(rig: Rig) -> None:
    before = rig.server.world.peek(DemoIds.MODAL, T)
    assert before is not None
    await rig.post("plus", "modal", {"taskId": DemoIds.MODAL, "prompt": ""})
    after = rig.server.world.peek(DemoIds.MODAL, T + 60)
    assert after is not None
    assert (after["status"], after["prompt"]) == ("SUCCESS", before["prompt"])


async def test_an_animation_ends_in_four_videos_and_one_of_them_can_be_extended(rig: Rig) -> None:
    video = (await rig.press("true", DemoIds.SINGLE, "Animate (High motion)"))[1]["result"]
    rig.now[0] = T + 60
    task = (await rig.fetch("true", video))[1]
    assert len(task["videoUrls"]) == 4
    assert "thumbnail" in task["videoUrls"][0]
    async with rig.http.get(task["videoUrls"][0]["url"]) as response:
        assert (await response.read())[4:8] == b"ftyp"
    clip = (await rig.press("true", video, "U1"))[1]["result"]
    rig.now[0] = T + 120
    shown = (await rig.fetch("true", clip))[1]
    assert [each["label"] for each in shown["buttons"]] == ["Extend (High motion)", "Extend (Low motion)"]
    assert (await rig.press("new-api", DemoIds.SINGLE, "Animate (High motion)"))[0] == 400
