"""Where servers put results, and in which form: pictures, videos and texts are found in any field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mjbot.core.card.card import render
from mjbot.core.card.state import CardContext
from mjbot.core.model.addresses import address_of, rebase
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task
from mjbot.upstream.api import read_fetch
from mjbot.upstream.responses import Response

BASE = "https://gw.example.com/mj"
PNG, MP4 = "https://cdn.example.com/a/0_0.png", "https://cdn.example.com/video/0.mp4"
LIST = "1️⃣ A drawing --ar 1:1\n\n2️⃣ A poster --ar 1:1"


def read(**fields: object) -> Task:
    body = {"id": "1763936412345678", "status": "SUCCESS", "prompt": "a cat"} | fields
    return read_fetch(Response(200, json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (PNG, PNG),
        (f" {PNG}", PNG),
        (f"{PNG}\r\n", PNG),
        (f"<{PNG}>", PNG),
        (f'"{PNG}"', PNG),
        ("HTTPS://cdn.example.com/A.png?hm=1&", "https://cdn.example.com/A.png?hm=1&"),
        ("//cdn.example.com/a.png", "https://cdn.example.com/a.png"),
        ("cdn.example.com/attachments/1/a.png?ex=1", "https://cdn.example.com/attachments/1/a.png?ex=1"),
        ("/mj/image/17?rand=1", "https://gw.example.com/mj/image/17?rand=1"),
        ("/attachments/1/a.png", "https://gw.example.com/attachments/1/a.png"),
        ("mj/image/17.webp", "https://gw.example.com/mj/image/17.webp"),
        ("attachments/1/a.png?ex=1", "https://gw.example.com/attachments/1/a.png?ex=1"),
        ("http://localhost:3000/mj/image/17", "https://gw.example.com/mj/image/17"),
        *[(word, "") for word in ("", " ", "N/A", "null", "-", "/", "a.png", "no image", "1/2")],
        *[(other, "") for other in ("ftp://h/a.png", "data:image/png;base64,iVBO", "javascript:alert(1)")],
        ("https://", ""),
        ("C:/pictures/a.png", ""),
    ],
)
def test_an_address_is_found_in_any_form_that_services_send(sent: str, found: str) -> None:
    assert rebase(read(imageUrl=sent).image_url, BASE) == found


DATA = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA/AAB+x=="


@pytest.mark.parametrize(
    "sent",
    [
        DATA,
        f" {DATA.upper()}",
        "data:image/svg+xml,<svg/>",
        DATA + "A" * 3_000_000,
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBD",
        "/9j/4AAQ\n/2wBD==",
        "iVBORw0KGgoAAAANSUhEUgAA/AAB+x==",
        "R0lGODlhAQABAIAAAAAAAP///yH5BAEA",
        "UklGRiIAAABXRUJQVlA4/BYA",
        "blob:https://relay.example/2f3c.png",
        "file:///root/pictures/a.png",
        "file://relay.example/pictures/a.png",
        "content://media/a.png",
    ],
)
@pytest.mark.parametrize("field", ["imageUrl", "imageUrls", "thumbnailUrl", "videoUrl", "videoUrls"])
def test_what_nobody_else_can_open_is_no_address_and_is_not_kept(sent: str, field: str) -> None:
    task = read(**{field: [{"url": sent}] if field.endswith("s") else sent})
    assert not task.has_result
    assert len(repr(task)) < 1_000
    card = render(TaskSnapshot(task.id, opened_at=1.0, task=task, seen_at=1.0), CardContext())
    assert card.facts.endswith("The image service gave no link to a picture.")


def test_a_path_is_resolved_at_the_service_only() -> None:
    assert (
        rebase("/attachments/a.png", "http://10.0.0.7:8080/mj-fast/mj")
        == "http://10.0.0.7:8080/attachments/a.png"
    )
    assert (
        rebase("/mj-fast/mj/image/1", "http://10.0.0.7:8080/mj-fast/mj")
        == "http://10.0.0.7:8080/mj-fast/mj/image/1"
    )
    assert rebase("/attachments/a.png", "") == "/attachments/a.png"
    assert address_of("/mj/image/../../secret") == "/mj/image/../../secret"  # a path is never a file of ours


@pytest.mark.parametrize(
    ("fields", "picture", "more"),
    [
        ({"imageUrls": [{"url": PNG}]}, PNG, 0),
        (
            {"imageUrl": None, "imageUrls": [{"url": f" {PNG}", "thumbnail": "t"}, {"url": PNG + "?2"}]},
            PNG,
            1,
        ),
        ({"imageUrl": "", "imageUrls": json.dumps([PNG, PNG + "?2", PNG + "?3", PNG])}, PNG, 2),
        ({"imageUrl": PNG, "imageUrls": [{"url": PNG + "?2"}]}, PNG, 0),
        ({"imageUrl": "N/A", "thumbnailUrl": PNG}, PNG, 0),
        ({"imageUrl": MP4, "thumbnailUrl": PNG}, PNG, 0),
        ({"imageUrl": [PNG, PNG + "?2"]}, PNG, 1),
        ({"imageUrl": {"url": PNG, "width": 1024}}, PNG, 0),
        ({"imageUrl": [{"url": PNG}]}, PNG, 0),
        ({"imageUrl": json.dumps([PNG])}, PNG, 0),
        ({"imageUrls": PNG}, PNG, 0),
        ({"image_url": PNG}, PNG, 0),
        ({"image_urls": [{"url": PNG}]}, PNG, 0),
        ({"imageUrl": {"href": PNG}}, "", 0),
        ({"imageUrl": MP4}, "", 0),
        ({"imageUrls": []}, "", 0),
    ],
)
def test_a_picture_is_found_in_any_field(fields: dict[str, Any], picture: str, more: int) -> None:
    task = read(**fields)
    assert (task.image_url, len(task.more_images)) == (picture, more)


@pytest.mark.parametrize("empty", ["", " ", None, "null", 0, [], "[]", {}])
def test_a_field_that_is_empty_in_one_spelling_is_read_in_the_other(empty: object) -> None:
    full = {
        "image_url": PNG,
        "fail_reason": "slow",
        "submit_time": 1_754_000_000,
        "prompt_en": "a dog",
        "video_urls": [MP4],
        "buttons": [{"custom_id": "MJ::JOB::upsample::1::x", "customId": empty, "label": "U1"}],
    }
    beside = dict.fromkeys(("imageUrl", "failReason", "submitTime", "promptEn", "videoUrls"), empty)
    assert read(**(full | beside), prompt="") == read(**(beside | full), prompt="") == read(**full, prompt="")
    (button,) = read(**(full | beside)).buttons
    assert button.custom_id == "MJ::JOB::upsample::1::x"


def test_of_two_spellings_with_values_the_usual_one_is_read() -> None:
    assert read(image_url=f"{PNG}?2", imageUrl=PNG).image_url == PNG


@pytest.mark.parametrize("empty", [{}, [], None, ""])
def test_a_task_is_found_behind_an_empty_wrapper(empty: object) -> None:
    body = {"data": empty, "result": {"id": "1763936412345678", "status": "SUCCESS"}}
    assert read_fetch(Response(200, json.dumps(body).encode())).status == "SUCCESS"


@pytest.mark.parametrize(
    "fields",
    [
        {"imageUrl": MP4},
        {"imageUrl": f" {MP4.replace('.mp4', '.MP4')}?ex=1&hm=2#t"},
        {"imageUrl": MP4, "videoUrl": MP4, "videoUrls": [{"url": MP4}]},
        {"videoUrl": MP4},
        {"imageUrl": PNG, "videoUrl": MP4, "videoUrls": None},
        {"imageUrl": "https://relay.example/mj/image/17", "contentType": "video/mp4"},
        {"imageUrls": [{"url": MP4.replace(".mp4", ".webm")}]},
        {"videoUrls": json.dumps([{"url": f"//{MP4[8:]}"}])},
        {"imageUrl": "/video/1/0.mov"},
        {"imageUrl": [MP4]},
        {"videoUrls": MP4},
        {"videoUrls": {"url": MP4}},
        {"videoUrl": [MP4]},
        {"video_url": MP4},
        {"video_urls": [MP4]},
    ],
)
def test_a_video_is_told_from_a_picture_in_any_field(fields: dict[str, Any]) -> None:
    task = read(**fields)
    assert len(task.video_urls) == 1
    assert task.image_url in ("", PNG)
    assert task.has_result


@pytest.mark.parametrize(
    "fields",
    [
        {"promptEn": LIST, "prompt": ""},
        {"promptEn": LIST, "prompt": "https://cdn.example.com/upload.png"},
        {"prompt": LIST, "promptEn": ""},
        {"prompt": "a cat", "properties": {"finalPrompt": LIST}},
        {"prompt": "a cat", "properties": {"finalPrompt": "a cat", "finalZhPrompt": LIST}},
        {"promptEn": f"## Shortened prompts\n{LIST}"},
        {"promptEn": LIST.replace("\ufe0f", ""), "buttons": None},
        {"promptEn": LIST, "buttons": [{"customId": "MJ::Job::PicReader::1"}]},
        {"promptEn": LIST, "buttons": [{"customId": "MJ::Picread::Retry"}]},
    ],
)
def test_the_text_of_a_result_is_found_in_any_field(fields: dict[str, Any]) -> None:
    task = read(action="DESCRIBE", imageUrl=PNG, **fields)
    assert task.is_text
    assert "A poster" in task.text


def test_a_description_without_numbers_or_buttons_is_a_text() -> None:
    assert read(action="DESCRIBE", prompt="", promptEn="A drawing of a cat").is_text


def test_a_picture_made_from_a_list_of_prompts_is_no_text() -> None:
    grid = [{"customId": "MJ::JOB::upsample::1::x", "label": "U1"}]
    assert not read(action="IMAGINE", prompt=LIST, imageUrl=PNG, buttons=grid).is_text
    assert not read(action="IMAGINE", prompt="a cat", imageUrl=PNG).is_text


@pytest.mark.parametrize(
    ("sent", "percent"),
    [(0.35, 35), ("0.35", 35), (".5", 50), (0.999, 100), (0.0, 0), (0, 0), (1, 1), (35.5, 36), ("0.35%", 0)],
)
def test_progress_below_one_is_a_share(sent: object, percent: int) -> None:
    assert read(status="IN_PROGRESS", progress=sent).percent == percent


@pytest.mark.parametrize(
    ("sent", "disabled"),
    [(True, True), ("true", True), (1, True), (False, False), (None, False), ("no", False), ([], False)],
)
def test_a_button_is_disabled_if_the_service_says_so(sent: object, disabled: bool) -> None:
    (button,) = read(buttons=[{"customId": "MJ::JOB::upsample::1::x", "disabled": sent}]).buttons
    assert button.disabled is disabled


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"message": "Banned prompt"}, "Banned prompt"),
        ({"code": 9, "description": "Banned prompt"}, "Banned prompt"),
        ({"error": {"message": "Banned prompt"}}, "Banned prompt"),
        ('{"code":9,"message":"Banned prompt"}', "Banned prompt"),
        ("{not JSON}", "{not JSON}"),
        ('{"a": 1}', '{"a": 1}'),
        ("null", ""),
        ([], ""),
        ("Banned prompt", "Banned prompt"),
    ],
)
def test_the_reason_of_a_failure_is_read_in_whatever_form_it_is_sent(sent: object, reason: str) -> None:
    body = {"id": "1754000000000001", "status": "FAILURE", "failReason": sent}
    assert read_fetch(Response(200, json.dumps(body).encode())).fail_reason == reason
