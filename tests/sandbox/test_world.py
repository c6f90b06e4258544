"""The simulated service without HTTP: demo tasks, presses, modals, and scripts."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image, ImageChops

from mjbot.sandbox import art
from mjbot.sandbox.demo_texts import DEMO_TEXTS
from mjbot.sandbox.script import SHORT
from mjbot.sandbox.submits import Decision
from mjbot.sandbox.world import DemoIds, World

T = 1_730_700_000.0


@pytest.fixture
def world() -> World:
    return World.demo(T, base_url="http://here", side=64)


def any_action(_: str) -> bool:
    return True


def press(world: World, task_id: str, label: str, now: float = T) -> Decision:
    task = world.peek(task_id, now)
    assert task
    custom_id = next(b["customId"] for b in task["buttons"] if label in (b["label"], b["emoji"]))
    return world.press(task_id, custom_id, now, any_action)


def test_every_demo_task_except_the_unknown_one_exists(world: World) -> None:
    assert all(len(each) == 16 and each.isdigit() for each in DemoIds)
    assert [each for each in DemoIds if world.peek(each, T) is None] == [DemoIds.UNKNOWN]


def test_a_running_task_starts_at_the_first_fetch_and_not_at_a_peek(world: World) -> None:
    world.peek(DemoIds.RUNNING, T)
    assert world.fetch(DemoIds.RUNNING, T + 100)["status"] == "SUBMITTED"  # type: ignore[index]
    assert world.peek(DemoIds.RUNNING, T + 112)["progress"] == "46%"  # type: ignore[index]
    assert world.peek(DemoIds.RUNNING, T + 130)["status"] == "SUCCESS"  # type: ignore[index]


def test_each_step_of_a_running_task_has_its_own_image(world: World) -> None:
    world.side = 400
    world.fetch(DemoIds.RUNNING, T)
    payloads = [world.peek(DemoIds.RUNNING, T + second) or {} for second in range(31)]
    shown = list(dict.fromkeys(task["imageUrl"] for task in payloads))
    assert shown[0] == ""
    assert len(shown) == 8
    names = [url.split("/")[-1].split("?")[0] for url in shown[1:]]
    assert names[-1] == "result.png"
    assert len({world.picture(DemoIds.RUNNING, name) for name in names} - {None}) == 7


def test_a_finished_task_has_times_in_order_and_its_final_prompt(world: World) -> None:
    task = world.peek(DemoIds.GRID, T)
    assert task
    assert task["submitTime"] < task["startTime"] < task["finishTime"] <= T * 1000
    assert task["properties"]["finalPrompt"].endswith("--v 7")
    assert len(task["buttons"]) == 9


def test_a_single_has_fifteen_buttons_and_a_link(world: World) -> None:
    buttons = world.peek(DemoIds.SINGLE, T)["buttons"]  # type: ignore[index]
    assert [bool(each.get("customId")) for each in buttons] == [True] * 15 + [False]
    assert buttons[0]["emoji"] == "upscale_1"
    assert buttons[-1]["label"] == "Web"


def test_the_other_demo_tasks_match_their_names(world: World) -> None:
    assert len(world.peek(DemoIds.RUNNING_LONG, T)["prompt"]) == 900  # type: ignore[index]
    assert "--arr" in world.peek(DemoIds.FAILED, T)["failReason"]  # type: ignore[index]
    assert world.peek(DemoIds.MODAL, T + 10**6)["status"] == "MODAL"  # type: ignore[index]
    assert world.peek(DemoIds.DESCRIBE, T)["prompt"].startswith("1️⃣")  # type: ignore[index]
    statuses = [world.fetch(DemoIds.QUEUED, T + s)["status"] for s in (0, 59, 60, 70, 90)]  # type: ignore[index]
    assert statuses == ["NOT_START", "NOT_START", "SUBMITTED", "IN_PROGRESS", "SUCCESS"]


def test_two_presses_of_one_button_create_two_tasks(world: World) -> None:
    first, second = press(world, DemoIds.GRID, "U2"), press(world, DemoIds.GRID, "U2")
    assert first.kind == second.kind == "accepted"
    assert first.ids != second.ids
    assert [each.child_id for each in world.log] == [*first.ids, *second.ids]
    assert len(first.ids[0]) == 16


def test_an_upscale_takes_ten_seconds_and_shows_the_chosen_quarter(world: World) -> None:
    child = press(world, DemoIds.GRID, "U2").ids[0]
    payloads = [world.fetch(child, T + second) or {} for second in range(11)]
    assert len({task["imageUrl"] for task in payloads if task["status"] == "IN_PROGRESS"}) == 3
    assert (payloads[9]["status"], payloads[10]["status"]) == ("IN_PROGRESS", "SUCCESS")
    assert len(payloads[10]["buttons"]) == 16
    assert world.final_picture(child) == world.final_picture(DemoIds.SINGLE)


def test_a_pan_ends_in_a_wider_grid(world: World) -> None:
    child = press(world, DemoIds.SINGLE, "⬅️").ids[0]
    assert len(world.fetch(child, T + 30)["buttons"]) == 9  # type: ignore[index]
    width, height = Image.open(io.BytesIO(world.final_picture(child))).size
    assert width > height


@pytest.mark.parametrize("label", ["Custom Zoom", "Vary (Region)"])
def test_some_buttons_open_a_modal_that_waits_without_limit(world: World, label: str) -> None:
    decision = press(world, DemoIds.SINGLE, label)
    assert decision.kind == "modal"
    assert world.peek(decision.ids[0], T + 10**6)["status"] == "MODAL"  # type: ignore[index]


def test_a_modal_task_starts_with_its_prompt_and_restarts_on_a_second_submit(world: World) -> None:
    modal = press(world, DemoIds.SINGLE, "Custom Zoom").ids[0]
    for _ in range(2):
        assert world.submit_modal(modal, "a wider lake --zoom 2", "", T).kind == "accepted"
    assert world.peek(modal, T + 29)["status"] == "SUCCESS"  # type: ignore[index]
    assert world.peek(modal, T)["prompt"] == "a wider lake --zoom 2"  # type: ignore[index]
    assert [each.prompt for each in world.log if each.prompt] == ["a wider lake --zoom 2"] * 2


def masked(*white: tuple[int, int, int, int]) -> str:
    """A mask of 64 x 64 pixels that is white in these boxes, as the bot sends it."""
    mask = Image.new("L", (64, 64))
    for box in white:
        mask.paste(255, box)
    return "data:image/png;base64," + base64.b64encode(art.encode(mask)).decode()


@pytest.mark.parametrize(
    ("mask", "kept", "repainted"),
    [
        (masked((0, 0, 64, 32)), (0, 34, 64, 64), (0, 0, 64, 30)),
        (masked((0, 0, 20, 64)), (22, 0, 64, 64), (0, 0, 18, 64)),
        (masked((0, 0, 20, 20), (44, 44, 64, 64)), (22, 0, 64, 42), (0, 0, 18, 18)),
        (masked((0, 0, 64, 64)), None, (0, 0, 64, 64)),
        ("not an image", None, (0, 0, 64, 64)),
    ],
)
def test_a_region_is_repainted_and_the_rest_of_the_picture_kept(
    world: World, mask: str, kept: tuple[int, int, int, int] | None, repainted: tuple[int, int, int, int]
) -> None:
    before = Image.open(io.BytesIO(world.final_picture(DemoIds.SINGLE)))
    child = press(world, DemoIds.SINGLE, "Vary (Region)").ids[0]
    world.submit_modal(child, "a balloon", mask, T)
    upscale = press(world, child, "U3", T + 60).ids[0]
    after = Image.open(io.BytesIO(world.final_picture(upscale)))
    difference = ImageChops.difference(before, after)
    assert difference.crop(repainted).getbbox()
    assert kept is None or not difference.crop(kept).getbbox()
    sheet = Image.open(io.BytesIO(world.final_picture(child)))
    assert sheet.size == (64, 64)
    quarters = {sheet.crop((x, y, x + 32, y + 32)).tobytes() for x in (0, 32) for y in (0, 32)}
    assert len(quarters) == 4


@pytest.mark.parametrize("language", DEMO_TEXTS)
def test_the_guide_names_a_word_of_the_prompt_of_each_task_that_it_lists(language: str) -> None:
    texts = DEMO_TEXTS[language]
    world = World(side=64)
    world.add_demo(T, texts.prompts)
    prompts = [task["prompt"] + task["id"] for each in world.ids if (task := world.peek(each, T))]
    words = re.findall(r"(?m)^- `([^`]+)`", texts.welcome)
    assert len(words) == 6
    for word in [*words, texts.word]:
        assert any(word in prompt for prompt in prompts), word
    assert f"`{texts.word}`" in texts.welcome
    assert texts.word in texts.hint
    assert texts.word in texts.line


def test_the_demo_offers_no_known_button_that_is_refused() -> None:
    world = World(side=64)
    world.refuses_known_buttons = False
    world.add_demo(T)
    for task_id in DemoIds:
        task = world.peek(task_id, T) or {"buttons": []}
        for button in task["buttons"]:
            decision = world.press(task_id, button.get("customId", ""), T, lambda _: False)
            refused = decision.kind == "unknown_action"
            assert refused == (button["label"] in ("Remaster", "Web")), button  # Web is a link


def test_in_remix_mode_a_variation_needs_a_modal_too(world: World) -> None:
    world.remix = True
    assert press(world, DemoIds.GRID, "V1").kind == "modal"
    assert press(world, DemoIds.GRID, "U1").kind == "accepted"


def test_a_full_queue_and_a_banned_word_are_refused(world: World) -> None:
    modal = press(world, DemoIds.SINGLE, "Custom Zoom").ids[0]
    world.banned.add("rude")
    assert world.submit_modal(modal, "a rude lake", "", T).text == "rude"
    world.full = True
    assert press(world, DemoIds.GRID, "U1").kind == "queue_full"


def test_imagine_all_creates_one_task_per_description(world: World) -> None:
    decision = press(world, DemoIds.DESCRIBE, "Imagine all")
    prompts = [world.peek(each, T)["prompt"] for each in decision.ids]  # type: ignore[index]
    assert len(set(prompts)) == 4
    assert prompts[0].startswith("A screen print of layered mountains")


def test_an_animation_ends_in_videos_that_can_be_selected_and_extended(world: World) -> None:
    video = press(world, DemoIds.SINGLE, "Animate (High motion)").ids[0]
    assert len(world.peek(video, T + 30)["videoUrls"]) == 4  # type: ignore[index]
    clip = press(world, video, "U2", T + 30).ids[0]
    assert len(world.peek(clip, T + 60)["videoUrls"]) == 1  # type: ignore[index]
    assert press(world, clip, "Extend (Low motion)", T + 60).kind == "accepted"


def test_a_bookmark_answers_with_the_task_itself(world: World) -> None:
    assert press(world, DemoIds.SINGLE, "❤️") == Decision("unchanged", (DemoIds.SINGLE,))
    assert world.log[-1].child_id is None


def test_impossible_presses_are_refused_and_logged(world: World) -> None:
    assert world.press(DemoIds.UNKNOWN, "x", T, any_action).kind == "parent_gone"
    assert world.press(DemoIds.RUNNING, "x", T, any_action).kind == "not_ready"
    assert world.press(DemoIds.GRID, "x", T, any_action) == Decision("unknown_action", text="x")
    assert [each.child_id for each in world.log] == [None, None, None]


def test_a_scripted_task_follows_its_steps_until_it_is_forgotten() -> None:
    world = World(side=64)
    world.add("1", [(0, "SUBMITTED", "0%"), (5, "FAILURE", "100%")], start=T, fail_reason="no")
    assert [world.peek("1", T + s)["failReason"] for s in (4, 5)] == ["", "no"]  # type: ignore[index]
    assert [each["id"] for each in world.list_by_condition(["1", "2", "1"], T)] == ["1"]
    world.forget("1")
    assert world.fetch("1", T) is None
    assert world.picture("1", "result") is None


def test_many_tasks_may_share_a_few_images() -> None:
    world = World(side=32, scenes=2)
    for n in range(20):
        world.add(f"17307000000000{n:02}", SHORT, start=T)
    assert len({world.final_picture(task_id) for task_id in world.ids}) == 2
    world.forget(world.ids[0])
    assert len({world.final_picture(task_id) for task_id in world.ids}) == 2
