"""The text and buttons of a card in each state, and that any card is valid for Discord."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjbot.core.access.channels import Obstacle
from mjbot.core.card.card import AMBER, BLUE, GREEN, GREY, RED, Card, render
from mjbot.core.card.components import action_digest, parse
from mjbot.core.card.content import ImageState, Part, content_of
from mjbot.core.card.description import progress_bar, requester_of
from mjbot.core.card.lineage import Lineage, RelatedTask
from mjbot.core.card.menu import build_page
from mjbot.core.card.rows import build_rows
from mjbot.core.card.state import CardContext, CardState
from mjbot.core.model.addresses import readable
from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import Condition, TaskSnapshot, UpstreamProblem
from mjbot.core.model.task import Button, Task, TaskId
from mjbot.core.model.watch import Audience
from mjbot.ui.embeds import build_embed, build_view, image_state
from tests.system.discord_stub.validate import message_problems

ID = TaskId("1763936412345678")
UUID = "9531985d-5d9d-49f8-9818-e811892f902b"
PROMPT = "an old lighthouse keeper reading by a window --ar 1:1 --v 7"
GRID = (
    *(Button(f"MJ::JOB::upsample::{n}::{UUID}", f"U{n}") for n in (1, 2, 3, 4)),
    Button(f"MJ::JOB::reroll::0::{UUID}::SOLO", emoji="🔄"),
    *(Button(f"MJ::JOB::variation::{n}::{UUID}", f"V{n}") for n in (1, 2, 3, 4)),
)


def make_snapshot(condition: Condition = Condition.FINE, **fields: object) -> TaskSnapshot:
    base = Task(ID, status="IN_PROGRESS", action="IMAGINE", prompt=PROMPT, submitted_at=100, started_at=110)
    return TaskSnapshot(
        ID,
        opened_at=120,
        task=replace(base, **fields),  # type: ignore[arg-type]
        condition=condition,
        seen_at=150,
        changed_at=150,
        failing_since=160 if condition is Condition.UNREACHABLE else None,
    )


def shown(card: Card) -> str:
    return content_of(card, ImageState.SHOWN).description


def render_card(snapshot: TaskSnapshot, locale: str = "en") -> Card:
    return render(snapshot, CardContext(locale))


@pytest.mark.parametrize(
    ("snapshot", "title", "colour", "lines"),
    [
        (make_snapshot(status="SUBMITTED", ahead=3), "Queued", GREY, ["Submitted <t:100:R> · 3 ahead"]),
        (
            make_snapshot(progress="46%"),
            "In progress",
            BLUE,
            ["▰▰▰▰▱▱▱▱▱▱ 46%", "Started <t:110:R> · last change <t:150:R>"],
        ),
        (
            make_snapshot(progress="paused"),
            "In progress",
            BLUE,
            ["Started <t:110:R> · last change <t:150:R>"],
        ),
        (
            make_snapshot(Condition.QUIET, progress="46%"),
            "In progress (no news lately)",
            AMBER,
            [
                "▰▰▰▰▱▱▱▱▱▱ 46%",
                "Started <t:110:R> · last change <t:150:R>",
                "Long pauses do happen. Still watching.",
            ],
        ),
        (
            make_snapshot(Condition.UNREACHABLE, progress="46%"),
            "Last seen: in progress",
            AMBER,
            [
                "▰▰▰▰▱▱▱▱▱▱ 46%",
                "Updates from the image service stopped <t:160:R>",
                "Still trying. This says nothing about the task itself.",
            ],
        ),
        (
            make_snapshot(status="PAUSED"),
            "In progress",
            BLUE,
            ["Started <t:110:R> · last change <t:150:R>", "Status: PAUSED"],
        ),
        (
            make_snapshot(status="MODAL"),
            "Waiting for a prompt",
            AMBER,
            ["This step needs a prompt before it can start.", "Requested <t:100:R>"],
        ),
        (
            make_snapshot(status="SUCCESS", finished_at=162),
            "Done",
            GREEN,
            ["Finished <t:162:R> · took 52 s", "The image service gave no link to a picture."],
        ),
        (
            make_snapshot(status="SUCCESS", fail_reason="[Removed] by a moderator"),
            "Done",
            GREEN,
            [
                "The image service reports: \\[Removed\\] by a moderator",
                "The image service gave no link to a picture.",
            ],
        ),
        (
            make_snapshot(Condition.NO_RESULT, status="SUCCESS", fail_reason="图片下载失败"),
            "Done",
            GREEN,
            [
                "The image service reports: 图片下载失败",
                "The image service has given no link to a picture yet. I'll keep checking for five minutes.",
            ],
        ),
        (
            make_snapshot(status="FAILURE", finished_at=144, fail_reason="[Invalid parameter] --arr"),
            "Failed",
            RED,
            ["Ended <t:144:R> · after 34 s", "**Reason given:** \\[Invalid parameter\\] --arr"],
        ),
        (make_snapshot(status="FAILURE"), "Failed", RED, ["The image service gave no reason."]),
        (make_snapshot(status="CANCEL", finished_at=144), "Cancelled", GREY, ["<t:144:R>"]),
        (
            make_snapshot(Condition.LOST, progress="46%"),
            "Lost",
            GREY,
            ["The image service no longer knows this task.", "Last seen at 46%, <t:150:R>"],
        ),
        (
            make_snapshot(Condition.ENDED, progress="46%"),
            "No longer watching",
            GREY,
            [
                "Stopped watching after 24 hours. It may still finish.",
                "Last seen at 46%, <t:150:R>",
            ],
        ),
    ],
)
def test_each_state_has_its_own_text(
    snapshot: TaskSnapshot, title: str, colour: int, lines: list[str]
) -> None:
    card = render_card(snapshot)
    assert (card.title, card.colour) == (title, colour)
    assert shown(card) == "\n".join([*lines, f"> {PROMPT}"])
    assert card.footer == f"Imagine · {ID}"


def test_a_rejected_key_shows_as_unreachable_with_its_own_sentence() -> None:
    snapshot = replace(make_snapshot(Condition.UNREACHABLE), problem=UpstreamProblem.KEY)
    assert "The image service refuses this bot's key." in shown(render_card(snapshot))


@pytest.mark.parametrize(
    ("action", "label", "footer"),
    [
        ("HIGH_VARIATION", "Vary (Strong)", "Vary (Strong) · "),
        ("UPSCALE_HD", "", "Upscale · "),
        ("outpaint", "", "Zoom · "),
        ("EDITS", "", "Edit · "),
        ("UPSCALE", "Upscale (Subtle)", "Upscale (Subtle) · "),
        ("RETEXTURE", "Retexture", "Retexture · "),
        ("", "U2", "U2 · "),
        ("SHOW", "", ""),
    ],
)
def test_a_footer_has_the_word_of_the_pressed_button_or_else_the_kind_of_the_task(
    action: str, label: str, footer: str
) -> None:
    lineage = Lineage(RelatedTask(ID, label)) if label else Lineage()
    for snapshot in (make_snapshot(action=action), replace(make_snapshot(action=action), task=None)):
        card = render(snapshot, CardContext(lineage=lineage))
        assert card.footer == (footer if snapshot.task else f"{label} · " if label else "") + ID


def test_chinese_cards_hold_no_english() -> None:
    card = render_card(make_snapshot(Condition.QUIET, progress="46%", prompt="猫"), "zh-CN")
    assert card.title == "生成中，暂无进展"
    assert shown(card) == (
        "▰▰▰▰▱▱▱▱▱▱ 46%\n开始：<t:110:R> · 更新：<t:150:R>\n有时会停顿较久，仍在跟踪。\n> 猫"
    )
    assert card.footer == f"绘图 · {ID}"


@pytest.mark.parametrize(("percent", "cells"), [(0, 0), (9, 0), (10, 1), (46, 4), (99, 9), (100, 9)])
def test_the_bar_is_never_full_while_running(percent: int, cells: int) -> None:
    assert progress_bar(percent) == "▰" * cells + "▱" * (10 - cells)


def test_a_grid_has_its_buttons_in_the_server_s_order_and_rows() -> None:
    rows = build_rows(Task(ID, status="SUCCESS", buttons=GRID), {}, "en")
    assert [[each.label or each.emoji for each in row] for row in rows] == [
        ["U1", "U2", "U3", "U4", "🔄"],
        ["V1", "V2", "V3", "V4"],
    ]
    custom_id = parse(rows[0][0].custom_id)
    assert custom_id is not None
    assert custom_id.arg == action_digest(GRID[0].custom_id)


def test_the_buttons_of_an_upscaled_image_are_in_rows_by_family() -> None:
    end = f"1::{UUID}::SOLO"
    buttons = (
        Button(f"MJ::JOB::upsample_v7_2x_subtle::{end}", "Upscale (Subtle)", "upscale_1"),
        Button(f"MJ::JOB::upsample_v7_2x_creative::{end}", "Upscale (Creative)", "upscale_1"),
        Button(f"MJ::JOB::low_variation::{end}", "Vary (Subtle)", "🪄"),
        Button(f"MJ::JOB::high_variation::{end}", "Vary (Strong)", "🪄", style=1),
        Button(f"MJ::Inpaint::{end}", "Vary (Region)", "🖌️"),
        Button(f"MJ::Outpaint::50::{end}", "Zoom Out 2x", "🔍"),
        Button(f"MJ::CustomZoom::{UUID}", "Custom Zoom", "🔍"),
        *(Button(f"MJ::JOB::pan_{way}::{end}") for way in ("left", "right", "up", "down")),
        Button(f"MJ::JOB::animate_high::{end}", "Animate (High motion)", "🎞️"),
        Button(f"MJ::BOOKMARK::{UUID}", emoji="❤️"),
        Button(label="Web", style=5, url="https://www.midjourney.com/jobs/1"),
    )
    rows = build_rows(Task(ID, status="SUCCESS", buttons=buttons), {}, "en")
    assert [[each.label or each.emoji for each in row] for row in rows] == [
        ["Upscale (Subtle)", "Upscale (Creative)"],
        ["Vary (Subtle)", "Vary (Strong)", "Vary (Region)"],
        ["Zoom Out 2x", "Custom Zoom"],
        ["Pan left", "Pan right", "Pan up", "Pan down"],
        ["Animate (High motion)", "❤️", "Web"],
    ]
    assert [each.label for row in rows for each in row if each.used] == ["Vary (Strong)"]
    assert rows[0][0].emoji == ""


def test_buttons_that_do_not_fit_are_behind_more() -> None:
    buttons = tuple(Button(f"MJ::JOB::new_{n}::1::{UUID}", f"B{n}") for n in range(30))
    snapshot = make_snapshot(status="SUCCESS", buttons=buttons)
    rows = render_card(snapshot).rows
    assert sum(map(len, rows)) == 25
    labels = [each.label for row in rows for each in row]
    shown = labels.index("More…")
    assert snapshot.task is not None
    menu = build_page(snapshot.task, {}, "en", 1).menu
    assert menu is not None
    assert labels[:shown] + [each.label for each in menu.options] == [f"B{n}" for n in range(30)]


@pytest.mark.parametrize(
    ("button", "shown"),
    [
        (Button(f"MJ::JOB::upsample::1::{UUID}", "U1"), [False]),
        (Button(f"MJ::JOB::upsample::1::{UUID}", "U1", disabled=True), [True]),
        (Button(f"MJ::Inpaint::1::{UUID}::SOLO", "Vary (Region)", disabled=True), [True]),
        (Button(f"MJ::CancelJob::ByJobid::{UUID}", "Cancel Job"), []),
        (Button("MJ::CancelJob", emoji="🛑"), []),
    ],
)
def test_a_button_that_cannot_be_pressed_is_dimmed_or_left_out(button: Button, shown: list[bool]) -> None:
    rows = build_rows(Task(ID, status="SUCCESS", buttons=(button,)), {}, "en")
    assert [each.disabled for row in rows for each in row] == shown


def test_no_actions_while_running() -> None:
    rows = render_card(make_snapshot(buttons=GRID)).rows
    assert not any(each.custom_id.startswith("mj1:press:") for row in rows for each in row)


def test_a_press_disables_its_button_until_it_is_accepted() -> None:
    digest = action_digest(GRID[1].custom_id)
    snapshot = make_snapshot(status="SUCCESS", buttons=GRID)
    sending = render(snapshot, CardContext(presses={digest: Press.SENDING})).rows[0][1]
    accepted = render(snapshot, CardContext(presses={digest: Press.ACCEPTED})).rows[0][1]
    assert (sending.disabled, sending.used) == (True, False)
    assert (accepted.disabled, accepted.used) == (False, True)


def test_a_long_prompt_is_cut_and_says_how_long_it_was() -> None:
    card = render_card(make_snapshot(status="SUCCESS", prompt="lantern " * 500))
    assert shown(card).endswith("… *(3,999 characters)*")
    assert len(shown(card)) < 1_200


def test_markdown_and_mentions_in_a_prompt_show_as_text() -> None:
    card = render_card(make_snapshot(prompt="**a** <@1> @everyone `x` [l](http://e.vil) # h\n- item ||s||"))
    quote = shown(card).splitlines()[-1]
    assert quote == (
        "> \\*\\*a\\*\\* \\<\\@1\\> \\@everyone \\`x\\` \\[l\\](http\\://e.vil) # h - item \\|\\|s\\|\\|"
    )


def test_a_masked_key_in_a_reason_is_not_repeated() -> None:
    card = render_card(
        make_snapshot(status="FAILURE", fail_reason="bad key sk-abc***xyz at https://relay.example/x")
    )
    assert "sk-" not in shown(card)
    assert "relay.example" not in shown(card)


@pytest.mark.parametrize(
    ("audience", "text"),
    [
        (Audience("en-US", 1, 7), "asked by <@7>"),
        (Audience("zh-CN", 1, 7), "发起人：<@7>"),
        (Audience("zh-TW", 1, 7), "發起人：<@7>"),
        (Audience("en-US", None, 7), ""),  # a direct message
        (Audience("en-US", 1, 0), ""),  # a row without the user
        (Audience("zh-CN", None, 0), ""),
    ],
)
def test_a_card_names_its_requester_to_other_people_only(audience: Audience, text: str) -> None:
    assert requester_of(audience) == text


@pytest.mark.parametrize(
    ("snapshot", "line"),
    [
        (make_snapshot(status="SUBMITTED", ahead=3), "Submitted <t:100:R> · 3 ahead · {}"),
        (make_snapshot(progress="46%"), "Started <t:110:R> · last change <t:150:R> · {}"),
        (make_snapshot(status="SUCCESS", finished_at=162), "Finished <t:162:R> · took 52 s · {}"),
        (make_snapshot(status="FAILURE", finished_at=162), "Ended <t:162:R> · after 52 s · {}"),
        (
            make_snapshot(status="FAILURE", finished_at=162, fail_reason="\0"),
            "Ended <t:162:R> · after 52 s · {}",
        ),
        (make_snapshot(status="\0", progress="46%"), "Started <t:110:R> · last change <t:150:R> · {}"),
        (make_snapshot(status="MODAL"), "Requested <t:100:R> · {}"),
        (make_snapshot(Condition.LOST, progress="46%"), "Last seen at 46%, <t:150:R> · {}"),
    ],
)
def test_the_line_of_times_ends_with_the_requester(snapshot: TaskSnapshot, line: str) -> None:
    card = render(snapshot, CardContext(requester="asked by <@7>"))
    assert line.format("asked by <@7>") in shown(card).split("\n")
    assert shown(card).count("<@7>") == 1
    refused = content_of(card, ImageState.SHOWN, Part.DETAILS)
    assert "<@7>" not in refused.description


CHILD_OF = Lineage(parent=RelatedTask(TaskId("1"), "Upscale (Subtle)", "https://discord.com/channels/1/2/3"))


@pytest.mark.parametrize("before", [CardContext(), CardContext("zh-CN"), CardContext(lineage=CHILD_OF)])
def test_an_older_card_gets_its_requester_with_its_next_change(before: CardContext) -> None:
    after = replace(before, requester="asked by <@7>")
    for progress in ("46%", "47%"):
        snapshot = make_snapshot(progress=progress)
        assert shown(render(snapshot, before)) != shown(render(snapshot, after))
        assert render(snapshot, before).digest == render(snapshot, after).digest
    assert render(make_snapshot(progress="46%"), after).digest != render(snapshot, after).digest


def test_the_digests_of_cards_of_earlier_versions_still_hold() -> None:
    long = make_snapshot(status="FAILURE", action="UPSCALE", prompt="x" * 299 + " " + "y" * 600)
    card = render(long, CardContext(lineage=CHILD_OF, requester="asked by <@7>"))
    assert card.digest == "78e2c969b78711fe"


@pytest.mark.parametrize(
    ("length", "whole"), [(299, True), (301, True), (1_000, True), (1_001, False), (4_000, False)]
)
def test_a_prompt_of_a_thousand_characters_is_whole(length: int, whole: bool) -> None:
    prompt = ("word " * 800)[: length - 1] + "."
    card = shown(render_card(make_snapshot(prompt=prompt)))
    assert (prompt in card) is whole
    assert (f"*({length:,} characters)*" in card) is not whole


def test_equal_cards_have_equal_digests_and_others_do_not() -> None:
    assert (
        render_card(make_snapshot(progress="46%")).digest == render_card(make_snapshot(progress="46%")).digest
    )
    assert (
        render_card(make_snapshot(progress="46%")).digest != render_card(make_snapshot(progress="47%")).digest
    )


anything = st.text(max_size=400) | st.sampled_from(
    ["é👨‍👩‍👧‍👦" * 200, "\\*" * 3000, "@everyone " * 900, "\ud800x"]
)
buttons = st.builds(
    Button,
    custom_id=anything,
    label=anything,
    emoji=st.sampled_from(["", "🔄", "upscale_1", "🖌️", "ὐ4", "1️⃣", "U1"]),
    style=st.integers(0, 9),
    url=st.sampled_from(["", "https://a.example/x", "javascript:x", "https://a.example/" + "y" * 600]),
)
tasks = st.builds(
    Task,
    id=st.sampled_from([ID, TaskId("task-mj-abc123"), TaskId("1" * 64)]),
    status=st.sampled_from(["", "SUBMITTED", "IN_PROGRESS", "MODAL", "SUCCESS", "FAILURE", "CANCEL"])
    | anything,
    action=st.sampled_from(["IMAGINE", "UPSCALE", ""]) | anything,
    prompt=anything,
    text=anything,
    progress=anything | st.sampled_from(["46%", "100%", "250%"]),
    image_url=st.sampled_from(["", "https://a.example/p.png", "https://a.example/" + "p" * 3000]),
    video_urls=st.lists(
        st.sampled_from(["https://v.example/1.mp4", "https://v.example/" + "v" * 2000]), max_size=9
    ).map(tuple),
    fail_reason=anything,
    submitted_at=st.none() | st.integers(1, 2_000_000_000),
    started_at=st.none() | st.integers(1, 2_000_000_000),
    finished_at=st.none() | st.integers(1, 2_000_000_000),
    ahead=st.none() | st.integers(0, 10**9),
    buttons=st.lists(buttons, max_size=40).map(tuple),
)
snapshots = st.builds(
    TaskSnapshot,
    id=st.just(ID),
    opened_at=st.floats(1, 2e9),
    task=st.none() | tasks,
    condition=st.sampled_from(Condition),
    problem=st.none() | st.sampled_from(UpstreamProblem),
    seen_at=st.none() | st.floats(1, 2e9),
    changed_at=st.none() | st.floats(1, 2e9),
    failing_since=st.none() | st.floats(1, 2e9),
)


@settings(max_examples=200, deadline=None)
@given(snapshots, st.sampled_from(["en-US", "zh-CN", "zh-TW", "fr"]), st.none() | st.sampled_from(Obstacle))
async def test_any_card_is_valid_for_discord(
    snapshot: TaskSnapshot, locale: str, obstacle: Obstacle | None
) -> None:
    card = render(snapshot, CardContext(locale, obstacle=obstacle))
    image = (readable(card.picture.image_url, "", 2048) or "") if card.picture else ""
    view = build_view(card.rows)
    body = {
        "embeds": [build_embed(content_of(card, image_state(card.picture, image)), image).to_dict()],
        "components": view.to_components() if view else [],
    }
    assert message_problems(body, attachments=[]) == []
    assert card.final == snapshot.settled
    assert card.state in CardState
