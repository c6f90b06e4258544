"""The texts of the demo itself, in three languages: those of the guide and the terminal, and all together.

The type checker reports a field that is missing in one language.
"""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.sandbox.demo_page_texts import ENGLISH_PAGE, SIMPLIFIED_PAGE, TRADITIONAL_PAGE, PageTexts
from mjbot.sandbox.demo_prompts import (
    ENGLISH_PROMPTS,
    SIMPLIFIED_PROMPTS,
    TRADITIONAL_PROMPTS,
    DemoPrompts,
)


@dataclass(frozen=True, kw_only=True)
class DemoTexts:
    """All texts of the demo in one language. ``word`` is a search word that finds the first demo task."""

    language: str
    word: str
    guild: str
    channel: str
    topic: str
    you: str
    friend: str
    guide: str
    manager: str
    artist: str
    hint: str
    ended: str
    welcome: str
    line: str
    page: PageTexts
    prompts: DemoPrompts


ENGLISH = DemoTexts(
    language="en-US",
    word="ca",
    guild="Atelier",
    channel="pictures",
    topic="Made with the image service",
    you="You",
    friend="Mira",
    guide="Demo guide",
    manager="Manager",
    artist="Artist",
    hint="""
  Open  {url}

  Type /status and press Enter, type "ca", pick a task and press Enter, watch it appear, press U1.
  Ctrl+C ends the demo.
""",
    ended="The demo has ended.",
    welcome="""\
**Welcome to mjbot.** The bot is real; Discord and the image service are simulated. Nothing costs anything.

1. Type `/status` and press **Enter**.
2. Type `ca` and press **Enter** to pick the task, and **Enter** again to send.
3. Watch the picture appear, then press **U1**.

What to type in place of `ca`, and what it shows:
- `dunes`: a task that waits in the queue for a minute
- `906217`: a prompt in another language
- `crane`: a task that failed, and why
- `waves`: a video
- `town`: more than 25 buttons, so the last one is *More…*
- `harbour`: its button *Remaster* is refused by the service

On a finished grid press **U2**, then *Vary (Region)*: the rest of the picture stays as it is.

`/imagine` makes pictures from your prompt; without one, a window opens. `a {red, blue} kite`, or the option \
`repeat`, makes a series: you are asked once, and one card lists its pictures. `/describe`, `/blend` and \
`/shorten` work alike, and `/help` lists all. The simulated service draws landscapes, whatever you ask for.

`/settings` sets who may press the buttons. At the top right you can become Mira, and see what she may do.""",
    line="mjbot reads no messages, only slash commands. Type `/status`, press **Enter**, type `ca`, "
    "and press **Enter** twice.",
    page=ENGLISH_PAGE,
    prompts=ENGLISH_PROMPTS,
)

SIMPLIFIED = DemoTexts(
    language="zh-CN",
    word="小屋",
    guild="画室",
    channel="作品",
    topic="由图像服务生成",
    you="你",
    friend="小敏",
    guide="演示向导",
    manager="管理员",
    artist="画师",
    hint="""
  打开  {url}

  输入 /status 并按 Enter，输入“小屋”，选一个任务再按 Enter，看着图片生成，然后点 U1。
  按 Ctrl+C 结束演示。
""",
    ended="演示已结束。",
    welcome="""\
**欢迎试用 mjbot。** 机器人是真的，Discord 和图像服务是模拟的，不会产生任何费用。

1. 输入 `/status`，按 **Enter**。
2. 输入 `小屋`，按 **Enter** 选中任务，再按一次 **Enter** 发送。
3. 看着图片生成，然后点 **U1**。

把“小屋”换成下面的词，可以看到：
- `沙丘`：排队一分钟的任务
- `雪山`：会先翻译成英文的提示词
- `纸鹤`：失败的任务和原因
- `海浪`：视频
- `小镇`：按钮超过 25 个，最后一个是“更多…”
- `港口`：按钮 Remaster 会被服务拒绝

在已完成的四宫格上点 **U2**，再点 *Vary (Region)*：选区以外的画面保持不变。

`/imagine` 用你的提示词出图，不写提示词会弹出窗口。\
提示词写成 `一只{红, 蓝}风筝`，或填写选项 `repeat`，会生成一个系列：先确认一次，再用一张卡片列出每张图片。\
`/describe`、`/blend`、`/shorten` 用法类似，`/help` 列出全部命令。模拟的服务只会画风景。

`/settings` 设置谁可以使用按钮。在右上角可以切换成小敏，看看她能做什么。""",
    line="mjbot 不读取消息，只响应斜杠命令。输入 `/status`，按 **Enter**，输入 `小屋`，再按两次 **Enter**。",
    page=SIMPLIFIED_PAGE,
    prompts=SIMPLIFIED_PROMPTS,
)

TRADITIONAL = DemoTexts(
    language="zh-TW",
    word="小屋",
    guild="畫室",
    channel="作品",
    topic="由圖像服務生成",
    you="你",
    friend="小敏",
    guide="示範嚮導",
    manager="管理員",
    artist="畫師",
    hint="""
  開啟  {url}

  輸入 /status 並按 Enter，輸入「小屋」，選一個任務再按 Enter，看著圖片生成，然後按 U1。
  按 Ctrl+C 結束示範。
""",
    ended="示範已結束。",
    welcome="""\
**歡迎試用 mjbot。** 機器人是真的，Discord 和圖像服務是模擬的，不會產生任何費用。

1. 輸入 `/status`，按 **Enter**。
2. 輸入 `小屋`，按 **Enter** 選取任務，再按一次 **Enter** 傳送。
3. 看著圖片生成，然後按 **U1**。

把「小屋」換成下面的詞，可以看到：
- `沙丘`：排隊一分鐘的任務
- `雪山`：會先翻譯成英文的提示詞
- `紙鶴`：失敗的任務和原因
- `海浪`：影片
- `小鎮`：按鈕超過 25 個，最後一個是「更多…」
- `港口`：按鈕 Remaster 會被服務拒絕

在已完成的四宮格上按 **U2**，再按 *Vary (Region)*：選區以外的畫面保持不變。

`/imagine` 用你的提示詞出圖，不寫提示詞會跳出視窗。\
提示詞寫成 `一隻{紅, 藍}風箏`，或填寫選項 `repeat`，會生成一個系列：先確認一次，再用一張卡片列出每張圖片。\
`/describe`、`/blend`、`/shorten` 用法類似，`/help` 列出所有指令。模擬的服務只會畫風景。

`/settings` 設定誰可以使用按鈕。在右上角可以切換成小敏，看看她能做什麼。""",
    line="mjbot 不讀取訊息，只回應斜線指令。輸入 `/status`，按 **Enter**，輸入 `小屋`，再按兩次 **Enter**。",
    page=TRADITIONAL_PAGE,
    prompts=TRADITIONAL_PROMPTS,
)

DEMO_TEXTS = {each.language: each for each in (ENGLISH, SIMPLIFIED, TRADITIONAL)}
