"""The prompts of the demo tasks, in three languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DemoPrompts:
    """The prompts of the demo tasks. They contain the search words that the guide suggests to the visitor."""

    running: str
    grid: str
    failed: str
    queued: str
    many: str
    refused: str
    video: str
    described: tuple[str, str, str, str]


ENGLISH_PROMPTS = DemoPrompts(
    running="a cabin by a mountain lake, ember sky --v 7",
    grid="a mountain lake at first light, screen print, five inks --v 7",
    failed="a paper crane above the sea --arr 16:9 --v 7",
    queued="desert dunes under the stars --ar 16:9 --v 7",
    many="a paper town with many doors --v 7",
    refused="an old harbour before the storm --v 7",
    video="waves on a long shore, seen from above --v 7",
    described=(
        "A screen print of layered mountains under a low sun --ar 1:1",
        "Misty ridges in flat colours, a calm lake in front --ar 1:1",
        "A travel poster of the high country at dusk --ar 1:1",
        "Birds above a fir forest, five inks, soft gradients --ar 1:1",
    ),
)

SIMPLIFIED_PROMPTS = DemoPrompts(
    running="湖边的小屋，余烬般的天空 --v 7",
    grid="晨光中的高山湖，丝网版画，五色油墨 --v 7",
    failed="海面上的一只纸鹤 --arr 16:9 --v 7",
    queued="星空下的沙丘 --ar 16:9 --v 7",
    many="有许多扇门的纸艺小镇 --v 7",
    refused="暴风雨前的老港口 --v 7",
    video="俯瞰长滩上的海浪 --v 7",
    described=(
        "低垂太阳下层叠的群山，丝网版画 --ar 1:1",
        "平涂色块的雾中山脊，前景是平静的湖 --ar 1:1",
        "黄昏高原的旅行海报 --ar 1:1",
        "冷杉林上空的飞鸟，五色油墨，柔和渐变 --ar 1:1",
    ),
)

TRADITIONAL_PROMPTS = DemoPrompts(
    running="湖邊的小屋，餘燼般的天空 --v 7",
    grid="晨光中的高山湖，絲網版畫，五色油墨 --v 7",
    failed="海面上的一隻紙鶴 --arr 16:9 --v 7",
    queued="星空下的沙丘 --ar 16:9 --v 7",
    many="有許多扇門的紙藝小鎮 --v 7",
    refused="暴風雨前的老港口 --v 7",
    video="俯瞰長灘上的海浪 --v 7",
    described=(
        "低垂太陽下層疊的群山，絲網版畫 --ar 1:1",
        "平塗色塊的霧中山脊，前景是平靜的湖 --ar 1:1",
        "黃昏高原的旅行海報 --ar 1:1",
        "冷杉林上空的飛鳥，五色油墨，柔和漸層 --ar 1:1",
    ),
)
