import io

import pytest
from PIL import Image

from mjbot.sandbox.world import DemoIds, World

T = 1_730_700_000.0


@pytest.fixture
def world() -> World:
    return World.demo(T, base_url="http://here", side=64)


def press(world: World, task_id: str, label: str, now: float = T) -> tuple[int, dict[str, object]]:
    wire = world.peek(task_id, now)
    assert wire
    custom_id = next(b["customId"] for b in wire["buttons"] if label in (b["label"], b["emoji"]))
    return world.submit_action(task_id, custom_id, now)


def test_every_demo_task_but_the_unknown_one_exists(world: World) -> None:
    assert all(len(each) == 16 and each.isdigit() for each in DemoIds)
    assert [each for each in DemoIds if world.peek(each, T) is None] == [DemoIds.UNKNOWN]


def test_a_running_task_starts_at_the_first_fetch_and_not_at_a_peek(world: World) -> None:
    world.peek(DemoIds.RUNNING, T)
    assert world.fetch(DemoIds.RUNNING, T + 100)["status"] == "SUBMITTED"  # type: ignore[index]
    assert world.peek(DemoIds.RUNNING, T + 112)["progress"] == "46%"  # type: ignore[index]
    assert world.peek(DemoIds.RUNNING, T + 130)["status"] == "SUCCESS"  # type: ignore[index]


def test_each_step_of_a_running_task_has_its_own_picture(world: World) -> None:
    world.side = 400
    world.fetch(DemoIds.RUNNING, T)
    wires = [world.peek(DemoIds.RUNNING, T + second) or {} for second in range(31)]
    shown = list(dict.fromkeys(wire["imageUrl"] for wire in wires))
    assert shown[0] == ""
    assert len(shown) == 8
    names = [url.split("/")[-1].split("?")[0] for url in shown[1:]]
    assert names[-1] == "result.png"
    assert len({world.picture(DemoIds.RUNNING, name) for name in names} - {None}) == 7


def test_a_finished_task_has_times_in_order_and_its_final_prompt(world: World) -> None:
    wire = world.peek(DemoIds.GRID, T)
    assert wire
    assert wire["submitTime"] < wire["startTime"] < wire["finishTime"] <= T * 1000
    assert wire["properties"]["finalPrompt"].endswith("--v 7")
    assert len(wire["buttons"]) == 9


def test_a_single_has_fifteen_buttons_and_a_link(world: World) -> None:
    buttons = world.peek(DemoIds.SINGLE, T)["buttons"]  # type: ignore[index]
    assert [bool(each.get("customId")) for each in buttons] == [True] * 15 + [False]
    assert buttons[0]["emoji"] == "upscale_1"
    assert buttons[-1]["label"] == "Web"


def test_the_other_demo_tasks_are_what_their_names_say(world: World) -> None:
    assert len(world.peek(DemoIds.RUNNING_LONG, T)["prompt"]) == 900  # type: ignore[index]
    assert "--arr" in world.peek(DemoIds.FAILED, T)["failReason"]  # type: ignore[index]
    assert world.peek(DemoIds.MODAL, T + 10**6)["status"] == "MODAL"  # type: ignore[index]
    assert world.peek(DemoIds.DESCRIBE, T)["prompt"].startswith("1️⃣")  # type: ignore[index]
    statuses = [world.fetch(DemoIds.QUEUED, T + s)["status"] for s in (0, 59, 60, 70, 90)]  # type: ignore[index]
    assert statuses == ["NOT_START", "NOT_START", "SUBMITTED", "IN_PROGRESS", "SUCCESS"]


def test_two_presses_of_one_button_make_two_tasks(world: World) -> None:
    first, second = press(world, DemoIds.GRID, "U2")[1], press(world, DemoIds.GRID, "U2")[1]
    assert first["code"] == second["code"] == 1
    assert first["result"] != second["result"]
    assert [each.child_id for each in world.log] == [first["result"], second["result"]]
    assert len(str(first["result"])) == 16


def test_an_upscale_takes_ten_seconds_and_shows_the_chosen_quarter(world: World) -> None:
    child = str(press(world, DemoIds.GRID, "U2")[1]["result"])
    wires = [world.fetch(child, T + second) or {} for second in range(11)]
    assert len({wire["imageUrl"] for wire in wires if wire["status"] == "IN_PROGRESS"}) == 3
    assert (wires[9]["status"], wires[10]["status"]) == ("IN_PROGRESS", "SUCCESS")
    assert len(wires[10]["buttons"]) == 16
    assert world.final_picture(child) == world.final_picture(DemoIds.SINGLE)


def test_a_pan_ends_in_a_wider_grid(world: World) -> None:
    child = str(press(world, DemoIds.SINGLE, "⬅️")[1]["result"])
    assert len(world.fetch(child, T + 30)["buttons"]) == 9  # type: ignore[index]
    width, height = Image.open(io.BytesIO(world.final_picture(child))).size
    assert width > height


@pytest.mark.parametrize("label", ["Custom Zoom", "Vary (Region)"])
def test_some_buttons_open_a_window_that_waits_for_ever(world: World, label: str) -> None:
    status, body = press(world, DemoIds.SINGLE, label)
    assert (status, body["code"]) == (200, 21)
    assert world.peek(str(body["result"]), T + 10**6)["status"] == "MODAL"  # type: ignore[index]


def test_a_bookmark_answers_with_the_task_itself(world: World) -> None:
    assert press(world, DemoIds.SINGLE, "❤️")[1]["result"] == DemoIds.SINGLE
    assert world.log[-1].child_id is None


def test_presses_that_cannot_work_are_refused_and_logged(world: World) -> None:
    assert world.submit_action(DemoIds.UNKNOWN, "x", T)[1]["description"] == "task_no_found "
    refused = world.submit_action(DemoIds.RUNNING, "x", T)
    assert refused[0] == 400
    assert refused[1]["description"].strip() == "task_status_not_success"
    message = world.submit_action(DemoIds.GRID, "x", T)[1]["error"]["message"]
    assert message.startswith("Invalid request, unknown_action:x")
    assert [each.child_id for each in world.log] == [None, None, None]


def test_a_scripted_task_follows_its_steps_until_it_is_forgotten() -> None:
    world = World(side=64)
    world.add("1", [(0, "SUBMITTED", "0%"), (5, "FAILURE", "100%")], start=T, fail_reason="no")
    assert [world.peek("1", T + s)["failReason"] for s in (4, 5)] == ["", "no"]  # type: ignore[index]
    assert [each["id"] for each in world.list_by_condition(["1", "2", "1"], T)] == ["1"]
    world.forget("1")
    assert world.fetch("1", T) is None
    assert world.picture("1", "result") is None
