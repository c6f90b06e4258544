"""The texts of the demo page, in three languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PageTexts:
    """The texts of the demo page."""

    title: str
    note: str
    viewer: str
    composer: str
    send: str
    commands: str
    pick: str
    loading: str
    nothing: str
    missing: str
    whole: str
    number: str
    listed: str
    length: str
    only_you: str
    dismiss: str
    thinking: str
    used: str
    failed: str
    cancel: str
    submit: str
    choose: str
    not_here: str
    ended: str
    lost: str
    bot: str


ENGLISH_PAGE = PageTexts(
    title="mjbot demo",
    note="Simulated Discord",
    viewer="You are",
    composer="Message #pictures, or type /",
    send="Send",
    commands="Enter picks a command",
    pick="Enter picks, Enter again sends",
    loading="Looking for tasks…",
    nothing="Nothing found. Enter sends what you typed.",
    missing="Fill in {option} first.",
    whole="{option} must be a whole number from {least} to {most}.",
    number="{option} must be a number from {least} to {most}.",
    listed="Choose {option} from the list.",
    length="{option} must have {least} to {most} characters.",
    only_you="Only you can see this",
    dismiss="Dismiss message",
    thinking="mjbot is thinking…",
    used="{who} used {command}",
    failed="This interaction failed",
    cancel="Cancel",
    submit="Submit",
    choose="Choose…",
    not_here="That message is not here any more.",
    ended="The demo has ended. Start it again in the terminal, and this page goes on.",
    lost="No connection to the demo. Trying again…",
    bot="APP",
)

SIMPLIFIED_PAGE = PageTexts(
    title="mjbot 演示",
    note="模拟的 Discord",
    viewer="你的身份",
    composer="给 #作品 发消息，或输入 /",
    send="发送",
    commands="按 Enter 选择命令",
    pick="按 Enter 选中，再按一次 Enter 发送",
    loading="正在查找任务…",
    nothing="没有找到。按 Enter 发送你输入的内容。",
    missing="请先填写 {option}。",
    whole="{option} 须为 {least} 到 {most} 之间的整数。",
    number="{option} 须为 {least} 到 {most} 之间的数字。",
    listed="请从列表中选择 {option}。",
    length="{option} 须为 {least} 到 {most} 个字符。",
    only_you="只有你可以看到此消息",
    dismiss="关闭消息",
    thinking="mjbot 正在思考…",
    used="{who}使用了 {command}",
    failed="此交互失败",
    cancel="取消",
    submit="提交",
    choose="请选择…",
    not_here="那条消息已经不在了。",
    ended="演示已结束。在终端里重新启动后，此页面会继续。",
    lost="与演示的连接已断开，正在重试…",
    bot="应用",
)

TRADITIONAL_PAGE = PageTexts(
    title="mjbot 示範",
    note="模擬的 Discord",
    viewer="你的身分",
    composer="傳訊息到 #作品，或輸入 /",
    send="傳送",
    commands="按 Enter 選擇指令",
    pick="按 Enter 選取，再按一次 Enter 傳送",
    loading="正在尋找任務…",
    nothing="找不到。按 Enter 傳送你輸入的內容。",
    missing="請先填寫 {option}。",
    whole="{option} 須為 {least} 到 {most} 之間的整數。",
    number="{option} 須為 {least} 到 {most} 之間的數字。",
    listed="請從清單中選擇 {option}。",
    length="{option} 須為 {least} 到 {most} 個字元。",
    only_you="只有你才能看到這則訊息",
    dismiss="關閉訊息",
    thinking="mjbot 正在思考…",
    used="{who}使用了 {command}",
    failed="此互動失敗",
    cancel="取消",
    submit="提交",
    choose="請選擇…",
    not_here="那則訊息已經不在了。",
    ended="示範已結束。在終端機重新啟動後，此頁面會繼續。",
    lost="與示範的連線已中斷，正在重試…",
    bot="應用程式",
)
