"""The buttons of finished tasks, and the effect of each."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

Payload = dict[str, Any]
"""A JSON object of the API."""
EffectKind = Literal["child", "modal", "all", "bookmark"]


def button(custom_id: str, label: str = "", emoji: str = "", style: int = 2) -> Payload:
    """Return a button in the format of a task's payload."""
    return {"customId": custom_id, "emoji": emoji, "label": label, "type": 2, "style": style}


def grid_buttons(job: str) -> list[Payload]:
    """Return the nine buttons below a grid."""
    return [
        *(button(f"MJ::JOB::upsample::{n}::{job}", f"U{n}") for n in range(1, 5)),
        button(f"MJ::JOB::reroll::0::{job}::SOLO", emoji="🔄"),
        *(button(f"MJ::JOB::variation::{n}::{job}", f"V{n}") for n in range(1, 5)),
    ]


def single_buttons(job: str) -> list[Payload]:
    """Return the fifteen buttons and the link below a single picture of version 7."""
    end = f"::1::{job}::SOLO"
    link = {"emoji": "", "label": "Web", "type": 2, "style": 5}
    return [
        button("MJ::JOB::upsample_v7_2x_subtle" + end, "Upscale (Subtle)", "upscale_1"),
        button("MJ::JOB::upsample_v7_2x_creative" + end, "Upscale (Creative)", "upscale_1"),
        button("MJ::JOB::low_variation" + end, "Vary (Subtle)", "🪄"),
        button("MJ::JOB::high_variation" + end, "Vary (Strong)", "🪄", 1),
        button("MJ::Inpaint" + end, "Vary (Region)", "🖌️"),
        button("MJ::Outpaint::50" + end, "Zoom Out 2x", "🔍", 1),
        button("MJ::Outpaint::75" + end, "Zoom Out 1.5x", "🔍"),
        button(f"MJ::CustomZoom::{job}", "Custom Zoom", "🔍"),
        button("MJ::JOB::pan_left" + end, emoji="⬅️"),
        button("MJ::JOB::pan_right" + end, emoji="➡️"),
        button("MJ::JOB::pan_up" + end, emoji="⬆️"),
        button("MJ::JOB::pan_down" + end, emoji="⬇️"),
        button("MJ::JOB::animate_high" + end, "Animate (High motion)", "🎞️"),
        button("MJ::JOB::animate_low" + end, "Animate (Low motion)", "🎞️"),
        button(f"MJ::BOOKMARK::{job}", emoji="❤️"),
        link | {"url": f"https://www.midjourney.com/jobs/{job}?index=0"},
    ]


def video_buttons(job: str) -> list[Payload]:
    """Return the buttons of a finished video task with four results."""
    return [
        *(button(f"MJ::JOB::video_virtual_upscale::{n}::{job}", f"U{n}") for n in range(1, 5)),
        button(f"MJ::JOB::reroll::0::{job}::SOLO", emoji="🔄"),
    ]


def clip_buttons(job: str) -> list[Payload]:
    """Return the two buttons below one video."""
    return [
        button(f"MJ::JOB::animate_high_extend::1::{job}", "Extend (High motion)", "🎞️"),
        button(f"MJ::JOB::animate_low_extend::1::{job}", "Extend (Low motion)", "🎞️"),
    ]


def describe_buttons() -> list[Payload]:
    """Return the six buttons below the result of a describe task."""
    return [
        *(button(f"MJ::Job::PicReader::{n}", emoji=f"{n}\ufe0f\u20e3") for n in range(1, 5)),
        button("MJ::Picread::Retry", emoji="🔄"),
        button("MJ::Job::PicReader::all", "Imagine all", "🎉"),
    ]


def shorten_buttons() -> list[Payload]:
    """Return the five buttons below the result of a shorten task."""
    return [button(f"MJ::Job::PromptAnalyzer::{n}", emoji=f"{n}\ufe0f\u20e3") for n in range(1, 6)]


class ButtonEffect(NamedTuple):
    """The effect of pressing a button."""

    kind: EffectKind
    action: str = ""
    part: str = ""
    """The number of the picture, or the direction."""


_EFFECTS: tuple[tuple[str, EffectKind, str], ...] = (
    (r"MJ::JOB::upsample::([1-4])::", "child", "UPSCALE"),
    (r"MJ::JOB::upsample_\w+::", "child", "HIGH_UPSCALE"),
    (r"MJ::JOB::variation::([1-4])::", "child", "VARIATION"),
    (r"MJ::JOB::low_variation::", "child", "LOW_VARIATION"),
    (r"MJ::JOB::high_variation::", "child", "HIGH_VARIATION"),
    (r"MJ::JOB::reroll::", "child", "REROLL"),
    (r"MJ::Outpaint::", "child", "ZOOM"),
    (r"MJ::JOB::pan_(left|right|up|down)::", "child", "PAN"),
    (r"MJ::JOB::animate_(?:high|low)(?:_extend)?::", "child", "VIDEO"),
    (r"MJ::JOB::video_virtual_upscale::([1-4])::", "child", "CLIP"),
    (r"MJ::CustomZoom::", "modal", "ZOOM"),
    (r"MJ::Inpaint::", "modal", "INPAINT"),
    (r"MJ::Job::PicReader::([1-4])", "modal", "IMAGINE"),
    (r"MJ::Job::PromptAnalyzer::([1-5])", "modal", "IMAGINE"),
    (r"MJ::Job::PicReader::all", "all", "IMAGINE"),
    (r"MJ::Picread::Retry", "child", "DESCRIBE"),
    (r"MJ::BOOKMARK::", "bookmark", ""),
)


def button_effect(custom_id: str) -> ButtonEffect | None:
    """Return the effect of the button with this customId, or None if its action is unknown."""
    for pattern, kind, action in _EFFECTS:
        if match := re.match(pattern, custom_id):
            return ButtonEffect(kind, action, match[1] if match.re.groups else "")
    return None
