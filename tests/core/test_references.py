"""What people paste to name a task."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.model.references import JobRef, message_id_of, parse_reference
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef

ID, OTHER = "1754062500123456", "1754062500123457"
JOB = "d23f0824-128b-4f33-8c5c-7fd0a6a3a450"


@pytest.mark.parametrize(
    "raw",
    [
        ID,
        f"ID: {ID}",
        f"id:{ID}",
        f"ID {ID}",
        f"任务ID：{ID}",
        f"任務ID：{ID}。",
        f"任务编号：{ID}",
        f"任务ID{ID}",
        f"Task id = {ID}",
        f'"taskId": "{ID}"',
        f"**{ID}**",
        f"__{ID}__",
        f"||{ID}||",
        f"  `{ID}` ",
        f"<{ID}>",
        f"https://host.example/mj/task/{ID}",
        f"http://host/mj-fast/mj/task/{ID}/fetch?x=1",
        f"**ID:** `{ID}`",
        f"({ID})",
        f"“{ID}”",
        f"{ID},",
        f"\u200b{ID}",
        f"{ID[:8]}\u200b{ID[8:]}\ufeff",
        f"\u2066{ID}\u2069",
        "１７５４０６２５００１２３４５６",
        f"```\n{ID}\n```",
        f"> {ID}",
        f"Imagine · {ID}",  # the last line of a card
        f'{{"code":1,"description":"提交成功","result":"{ID}","properties":{{}}}}',
        f'{{"code":1,"result":"{ID}","properties":{{"discordInstanceId":"1118138338562560102"}}}}',
        f'{{"id":"{ID}","properties":{{"messageId":"1300000000000000001","nonce":"1300000000000000002"}}}}',
        f'{{"taskId": {ID}, "nonce": 1300000000000000002}}',
        f"{ID} {ID}",
        f"please look at {ID}, thanks",
        f"https://relay.example/mj/image/{ID}",
        f"https://relay.example/mj-fast/mj/image/{ID}.png?rand=99",
        f"<https://relay.example/mj/task/{ID}/fetch>",
        f"GET https://relay.example/mj/task/{ID}/fetch",
        f"[task](https://relay.example/mj/task/{ID}/fetch)",
        f"<@110000000000000001> {ID}",
        f"https://relay.example/mj/task/{ID}/image-seed",
        f"https://relay.example/mj/task/{ID}/cancel",
        f"https://relay.example/mj/task/fetch?taskId={ID}",
        f"https://relay.example/console/midjourney?p=1&mj_id={ID}",
        f"https://relay.example/#/draw?id={ID}&tab=2",
    ],
)
def test_an_id_is_found_wherever_it_is_unambiguous(raw: str) -> None:
    assert parse_reference(raw) == ID


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("1300000000000000001-1300000000000000002", MessageRef(1300000000000000001, 1300000000000000002)),
        ("`13000000000000001-13000000000000002` ", MessageRef(13000000000000001, 13000000000000002)),
        (f"https://discord.com/channels/@me/1/{2**63 - 1}", MessageRef(1, 2**63 - 1)),
        (f"https://discord.com/channels/1/2/{2**63}", None),  # which no database could look up
        (f"https://discord.com/channels/1/{10**20 - 1}/3", None),
        (f"1300000000000000001-{2**63}", None),
    ],
)
def test_a_message_is_named_by_its_link_and_by_both_its_ids(raw: str, found: MessageRef | None) -> None:
    assert parse_reference(raw) == found


@pytest.mark.parametrize(
    ("pasted", "message_id"),
    [
        ("1300000000000000001", 1300000000000000001),
        ("13000000000000001", 13000000000000001),
        (ID, None),
        (str(2**63), None),
        ("99999999999999999999", None),
        ("task-mj-1300000000000000001", None),
    ],
)
def test_an_id_may_be_a_message_s_if_it_is_a_snowflake(pasted: str, message_id: int | None) -> None:
    assert message_id_of(TaskId(pasted)) == message_id


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("task-mj-abc123", "task-mj-abc123"),
        ("ID: task-mj-abc123", "task-mj-abc123"),
        ("**task-mj-abc123**", "task-mj-abc123"),
        ("任务ID：task-mj-abc123", "task-mj-abc123"),
        ("https://relay.example/mj/image/task-mj-abc123", "task-mj-abc123"),
        ("https://relay.example/console?mj_id=task-mj-abc123", "task-mj-abc123"),
        ('{"code":1,"description":"提交成功","result":"task-mj-abc123"}', "task-mj-abc123"),
        ('{"mj_id":"task-mj-abc123","status":"SUCCESS"}', "task-mj-abc123"),
    ],
)
def test_an_id_with_letters_is_found_by_its_label_or_alone(raw: str, found: str) -> None:
    assert parse_reference(raw) == found


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "hello",
        "a cat --ar 16:9 --seed 4294967295",
        f"{ID} or {OTHER}",
        f"ID: {ID} ID: {OTHER}",
        f"https://relay.example/mj/task/{ID}/fetch https://relay.example/mj/task/{OTHER}/fetch",
        "<@110000000000000001>",
        "<#110000000000000001>",
        "https://discord.com/users/110000000000000001",
        f"https://cdn.discordapp.com/attachments/1100000000000000001/1300000000000000002/{ID}.png",
        f"https://example.org/{ID}",
        "https://discord.com/channels/1",
        "https://www.midjourney.com/explore",
        "1" * 65,
        "../../etc/passwd1",
        "ID: none",
        "任务ID：",
        "x" * 1_001,
        f'{{"id":"{ID}","parentId":"1"}} {{"id":"{OTHER}"}}',
        f"https://relay.example/?id={ID}&task_id={OTHER}",
        "https://shop.example/?id=12",
        f"https://cdn.discordapp.com/attachments/1/2/{JOB}_and_{JOB[:-1]}1.png",
    ],
)
def test_what_names_no_task_or_several_is_none(raw: str) -> None:
    assert parse_reference(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        "https://discord.com/channels/11/22/33",
        "https://ptb.discord.com/channels/11/22/33",
        "https://canary.discord.com/channels/@me/22/33",
        "<https://discordapp.com/channels/11/22/33>",
        "look: https://discord.com/channels/11/22/33.",
    ],
)
def test_a_link_to_a_message_is_that_message(raw: str) -> None:
    assert parse_reference(raw) == MessageRef(22, 33)


@pytest.mark.parametrize(
    "raw",
    [
        f"https://www.midjourney.com/jobs/{JOB}",
        f"https://www.midjourney.com/jobs/{JOB}?index=0",
        f"https://midjourney.com/jobs/{JOB.upper()}",
        f"https://alpha.midjourney.com/app/jobs/{JOB}/",
        f"https://www.midjourney.com/app/?jobId={JOB}",
        f"https://cdn.midjourney.com/{JOB}/0_0.png",
        f"<https://www.midjourney.com/jobs/{JOB}>",
        f"https://cdn.discordapp.com/attachments/11/22/ann_a_fox_{JOB}.png?ex=6&is=5&hm=4&",
        f"https://media.discordapp.net/attachments/1/2/ann_fox_{JOB}.webp",
        f"https://pictures.example/{JOB}/0_1.jpeg",
    ],
)
def test_a_link_to_a_job_or_its_picture_is_that_job(raw: str) -> None:
    assert parse_reference(raw) == JobRef(JOB)


@given(
    st.integers(10**13, 10**18 - 1).map(str),
    st.text("*_~|`\"' \n\u200b\ufeff：:，。", max_size=6),
    st.text("*_~|`\"' \n\u200b\ufeff，。", max_size=6),
    st.sampled_from(["", "ID: ", "任务ID：", "id=", "**ID:** "]),
)
def test_an_id_is_found_in_any_wrapping(task_id: str, before: str, after: str, label: str) -> None:
    assert parse_reference(f"{label}{before}{task_id}{after}") == task_id


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_with_two_ids_names_one_of_them(between: str, after: str) -> None:
    assert parse_reference(f"{ID} {between} {OTHER} {after}") is None


@given(st.text(max_size=300))
def test_any_text_is_parsed_without_an_error(text: str) -> None:
    parse_reference(text)
