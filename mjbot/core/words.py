"""Every sentence that a person reads, in each language. Nothing else in mjbot holds prose for users.

"The image service" is the API; "this bot" is us. ``{since}``-like times are Discord timestamps, which
tick in the reader's client and in the reader's language, so they stand after a label, never inside
a sentence's grammar.
"""

from __future__ import annotations

from typing import Final

ENGLISH: Final = "en"
CHINESE: Final = "zh-CN"

_EN: dict[str, str] = {
    "title.queued": "Queued",
    "title.queued.unreachable": "Queued when last seen",
    "title.running": "In progress",
    "title.quiet": "In progress, but quiet",
    "title.running.unreachable": "In progress when last seen",
    "title.waiting": "Waiting for your words",
    "title.waiting.unreachable": "Waiting when last seen",
    "title.unseen": "Not seen yet",
    "title.done": "Done",
    "title.failed": "Failed",
    "title.cancelled": "Cancelled",
    "title.not_found": "Not found",
    "title.lost": "Lost",
    "title.ended": "No longer watching",
    "title.moved": "Continues below",
    "queued.since": "Submitted {t}",
    "queued.ahead": "{n} ahead",
    "running.started": "Started {t}",
    "running.changed": "last change {t}",
    "quiet": "Long pauses do happen. Still watching.",
    "unreachable.since": "The image service stopped answering {t}",
    "unreachable.down": "Still trying. This says nothing about the task itself.",
    "unreachable.key": "It refused this bot's key. Only the bot's owner can fix that.",
    "unreachable.quota": "The account there has run out of credit. The bot's owner can top it up.",
    "unreachable.forbidden": "It does not allow this for the bot's account.",
    "unreachable.web_page": "The address set for it answers with a web page. The bot's owner should check it.",
    "unreachable.slow_down": "It asks us to slow down. Still trying.",
    "unseen": "Still trying to see this task for the first time.",
    "unknown.status": 'The service calls this "{word}".',
    "modal": "This step needs a prompt before it can begin.",
    "modal.asked": "Asked {t}",
    "done.at": "Finished {t}",
    "done.took": "took {d}",
    "done.no_picture": "The picture could not be shown here. [Open it](<{url}>)",
    "video.first": "Video {n}",
    "video.more": "and {n} more",
    "failed.at": "Ended {t}",
    "failed.after": "after {d}",
    "failed.reason": "**Reason given:** {text}",
    "failed.no_reason": "The service gave no reason.",
    "failed.timeout": "The service stopped waiting for this one. Midjourney may still have made it.",
    "cancelled.at": "Cancelled {t}",
    "not_found": "The image service does not know this id. It may belong to another key, or be too old.",
    "lost": "The image service no longer knows this task.",
    "last_seen": "Last seen at {p}, {t}",
    "last_seen.bare": "Last seen {t}",
    "ended": "No end was seen within {d}. It may still finish.",
    "moved": "This task is followed on [a newer card]({url}).",
    "unwatched": "This bot cannot see this channel, so it cannot keep this card up to date. "
    "It needs **View Channel**.",
    "prompt.cut": "… *({n} characters)*",
    "duration.s": "{s} s",
    "duration.m": "{m} min {s} s",
    "duration.h": "{h} h {m} min",
    "duration.hours": "{h} hours",
    "button.look": "Look again",
    "button.more": "More…",
    "button.nameless": "Action {n}",
    "kind.IMAGINE": "Imagine",
    "kind.UPSCALE": "Upscale",
    "kind.VARIATION": "Variation",
    "kind.REROLL": "Reroll",
    "kind.ZOOM": "Zoom",
    "kind.PAN": "Pan",
    "kind.INPAINT": "Inpaint",
    "kind.BLEND": "Blend",
    "kind.DESCRIBE": "Describe",
    "kind.SHORTEN": "Shorten",
    "kind.VIDEO": "Video",
    "kind.EDIT": "Edit",
    "say.bad_id": "That does not look like a task id. It is usually 16 digits, such as `1763936412345678`.",
    "say.unknown_id": "The image service does not know `{id}`. Please check the number; "
    "a brand-new task may need a few seconds.",
    "say.key": "The image service refused this bot's key. Only the bot's owner can fix that.",
    "say.quota": "The account at the image service has run out of credit. The bot's owner can top it up.",
    "say.forbidden": "The image service does not allow this for the bot's account.",
    "say.down": "The image service is not answering at the moment. Please try again in a minute.",
    "say.web_page": "The address set for the image service answers with a web page. "
    "The bot's owner should check it (is `/mj` missing?).",
    "say.slow_down": "The image service asks us to slow down. Please try again in a minute.",
    "say.slow_down.until": "The image service asks us to slow down. Please try again {t}.",
    "say.no_embeds": "This bot may not embed links here, so its card would stay empty. It needs **Embed Links**.",
    "say.no_files": "This bot may not attach files here, so the picture is only linked and the link may expire.",
    "say.not_here": "This bot may not be used in this server. The bot's owner can allow it.",
    "say.used": "{label} was already made: {link}",
    "say.in_flight": "{label} is already on its way.",
    "say.started_unshown": "{label} has started, but its card could not be shown. `/status {id}` makes one.",
    "say.queue_full": "The image service's queue is full. Nothing was started; please try again in a minute.",
    "say.banned": 'The image service refuses the word "{word}". Nothing was started.',
    "say.banned.unnamed": "The image service refuses a word in this prompt. Nothing was started.",
    "say.refused": "The image service does not offer {label}.",
    "say.not_accepted": "The image service did not accept {label}. Nothing was started.",
    "say.parent_gone": "The image service no longer has the picture this belongs to, so {label} cannot start.",
    "say.not_ready": "The image service says this picture is not ready for {label} yet. Nothing was started; "
    "please try again in a minute.",
    "say.no_account": "The image service has no account free for {label}. Nothing was started; "
    "please try again later.",
    "say.wants_words": "{label} needs a prompt first, and this bot cannot ask for one yet. Nothing was started.",
    "say.confirmed": "{label}: done. The image service makes no new picture for it.",
    "say.unclear": "No answer came, so {label} may or may not have started. "
    "Please look at Midjourney before pressing again: it could cost twice.",
    "say.no_button": "The image service no longer offers this button. `/status {id}` makes a fresh card.",
    "say.old_button": "This button is from an older version. `/status {id}` makes a fresh card.",
    "say.old_button.bare": "This button is from an older version. `/status` makes a fresh card.",
    "say.our_fault": "Something went wrong in this bot. It has been logged (`{ref}`).",
    "say.closing": "This bot is restarting. Please try again in a minute.",
    "command.status": "status",
    "command.status.about": "Show a picture task and follow it until it is done",
    "command.task_id": "task_id",
    "command.task_id.about": "The number of the task, or its address",
    "choice.running": "{p} · {prompt} · {age} ago",
    "choice.queued": "queued · {prompt} · {age} ago",
    "choice.done": "done · {prompt} · {age} ago",
    "choice.other": "{prompt} · {age} ago",
    "choice.no_prompt": "no prompt",
    "age.s": "{n} s",
    "age.m": "{n} min",
    "age.h": "{n} h",
    "age.d": "{n} d",
}

_ZH_CN: dict[str, str] = {
    "title.queued": "排队中",
    "title.queued.unreachable": "最后所见：排队中",
    "title.running": "生成中",
    "title.quiet": "生成中，暂无动静",
    "title.running.unreachable": "最后所见：生成中",
    "title.waiting": "等你填写",
    "title.waiting.unreachable": "最后所见：等待填写",
    "title.unseen": "尚未见到",
    "title.done": "已完成",
    "title.failed": "失败",
    "title.cancelled": "已取消",
    "title.not_found": "找不到",
    "title.lost": "已失联",
    "title.ended": "已停止关注",
    "title.moved": "见下方新卡片",
    "queued.since": "提交于 {t}",
    "queued.ahead": "前面还有 {n} 个",
    "running.started": "开始于 {t}",
    "running.changed": "上次变化 {t}",
    "quiet": "有时会停顿较久，仍在关注。",
    "unreachable.since": "图像服务无回应，始于 {t}",
    "unreachable.down": "仍在重试。这不代表任务本身出了问题。",
    "unreachable.key": "它拒绝了本机器人的密钥，需要管理员处理。",
    "unreachable.quota": "那边的账户额度已用完，请联系管理员充值。",
    "unreachable.forbidden": "它不允许本机器人的账户这样做。",
    "unreachable.web_page": "所配置的地址返回了网页，请管理员检查。",
    "unreachable.slow_down": "它要求放慢速度，仍在重试。",
    "unseen": "仍在尝试首次读取这个任务。",
    "unknown.status": "服务称此状态为“{word}”。",
    "modal": "这一步需要先填写提示词。",
    "modal.asked": "询问于 {t}",
    "done.at": "完成于 {t}",
    "done.took": "用时 {d}",
    "done.no_picture": "图片无法在此显示。[打开图片](<{url}>)",
    "video.first": "视频 {n}",
    "video.more": "另有 {n} 个",
    "failed.at": "结束于 {t}",
    "failed.after": "历时 {d}",
    "failed.reason": "**服务给出的原因：** {text}",
    "failed.no_reason": "服务没有说明原因。",
    "failed.timeout": "服务已不再等待此任务，Midjourney 那边可能仍已完成。",
    "cancelled.at": "取消于 {t}",
    "not_found": "图像服务没有这个编号的任务。它可能属于另一个密钥，或已过期。",
    "lost": "图像服务已没有此任务的记录。",
    "last_seen": "最后所见 {p}，{t}",
    "last_seen.bare": "最后所见 {t}",
    "ended": "{d}内未见结束，它仍可能完成。",
    "moved": "此任务已改由[新卡片]({url})显示。",
    "unwatched": "本机器人看不到这个频道，无法更新这张卡片。需要“查看频道”权限。",
    "prompt.cut": "…*（共 {n} 字）*",
    "duration.s": "{s} 秒",
    "duration.m": "{m} 分 {s} 秒",
    "duration.h": "{h} 小时 {m} 分",
    "duration.hours": "{h} 小时",
    "button.look": "再看一次",
    "button.more": "更多…",
    "button.nameless": "操作 {n}",
    "kind.IMAGINE": "绘图",
    "kind.UPSCALE": "放大",
    "kind.VARIATION": "变体",
    "kind.REROLL": "重绘",
    "kind.ZOOM": "缩放",
    "kind.PAN": "平移",
    "kind.INPAINT": "局部重绘",
    "kind.BLEND": "融图",
    "kind.DESCRIBE": "识图",
    "kind.SHORTEN": "精简",
    "kind.VIDEO": "视频",
    "kind.EDIT": "编辑",
    "say.bad_id": "这不像任务编号。编号通常是 16 位数字，例如 `1763936412345678`。",
    "say.unknown_id": "图像服务没有 `{id}` 这个任务。请核对编号；刚提交的任务可能要等几秒。",
    "say.key": "图像服务拒绝了本机器人的密钥，需要管理员处理。",
    "say.quota": "图像服务的账户额度已用完，请联系管理员充值。",
    "say.forbidden": "图像服务不允许本机器人的账户这样做。",
    "say.down": "图像服务暂时没有回应，请一分钟后再试。",
    "say.web_page": "配置的图像服务地址返回了网页，请管理员检查（是否缺少 `/mj`？）。",
    "say.slow_down": "图像服务要求放慢速度，请一分钟后再试。",
    "say.slow_down.until": "图像服务要求放慢速度，可再试时间：{t}。",
    "say.no_embeds": "本机器人在此不能嵌入链接，卡片会是空的。需要“嵌入链接”权限。",
    "say.no_files": "本机器人在此不能上传文件，图片只能以链接显示，链接可能会过期。",
    "say.not_here": "本机器人不能在这个服务器使用，可请管理员开通。",
    "say.used": "{label} 已经生成过：{link}",
    "say.in_flight": "{label} 正在提交。",
    "say.started_unshown": "{label} 已开始，但卡片未能显示。请用 `/status {id}` 生成。",
    "say.queue_full": "图像服务队列已满，没有开始任何任务，请一分钟后再试。",
    "say.banned": "图像服务不接受“{word}”这个词，没有开始任何任务。",
    "say.banned.unnamed": "图像服务不接受提示词中的某个词，没有开始任何任务。",
    "say.refused": "图像服务不支持 {label}。",
    "say.not_accepted": "图像服务没有接受 {label}，没有开始任何任务。",
    "say.parent_gone": "图像服务已没有原图，无法执行 {label}。",
    "say.not_ready": "图像服务表示原图尚未就绪，不能执行 {label}。没有开始任何任务，请一分钟后再试。",
    "say.no_account": "图像服务暂时没有可用账户执行 {label}。没有开始任何任务，请稍后再试。",
    "say.wants_words": "{label} 需要先填写提示词，本机器人暂时还不能填写。没有开始任何任务。",
    "say.confirmed": "{label}：已完成。图像服务不会为它生成新图片。",
    "say.unclear": "没有收到回应，{label} 可能已开始，也可能没有。再按之前请先确认，否则可能扣费两次。",
    "say.no_button": "图像服务已不再提供这个按钮，请用 `/status {id}` 重新生成卡片。",
    "say.old_button": "这个按钮来自旧版本，请用 `/status {id}` 重新生成卡片。",
    "say.old_button.bare": "这个按钮来自旧版本，请用 `/status` 重新生成卡片。",
    "say.our_fault": "本机器人出错了，已记录（`{ref}`）。",
    "say.closing": "本机器人正在重启，请一分钟后再试。",
    "command.status": "status",
    "command.status.about": "显示一个绘图任务，并一直更新到完成",
    "command.task_id": "task_id",
    "command.task_id.about": "任务编号，或任务地址",
    "choice.running": "{p} · {prompt} · {age}前",
    "choice.queued": "排队中 · {prompt} · {age}前",
    "choice.done": "已完成 · {prompt} · {age}前",
    "choice.other": "{prompt} · {age}前",
    "choice.no_prompt": "无提示词",
    "age.s": "{n} 秒",
    "age.m": "{n} 分钟",
    "age.h": "{n} 小时",
    "age.d": "{n} 天",
}

CATALOGUE: Final[dict[str, dict[str, str]]] = {ENGLISH: _EN, CHINESE: _ZH_CN}


def language(locale: str) -> str:
    """The language we have for a Discord locale; English when we have none."""
    return CHINESE if locale.startswith("zh") else ENGLISH


def say(key: str, locale: str, **values: object) -> str:
    """The sentence for a key in the language of a Discord locale, with its values filled in."""
    return CATALOGUE[language(locale)][key].format(**values)


def has(key: str) -> bool:
    """True when there is a sentence for this key."""
    return key in _EN


def duration(seconds: float, locale: str) -> str:
    """A span of the past, as people say it."""
    whole = max(0, round(seconds))
    minutes, s = divmod(whole, 60)
    h, m = divmod(minutes, 60)
    if h:
        return say("duration.h", locale, h=h, m=m)
    return say("duration.m", locale, m=m, s=s) if m else say("duration.s", locale, s=s)


def age(seconds: float, locale: str) -> str:
    """A rough age in one unit, for one line of a list."""
    whole = max(0, int(seconds))
    for key, size, below in (("age.s", 1, 60), ("age.m", 60, 3600), ("age.h", 3600, 86400)):
        if whole < below:
            return say(key, locale, n=whole // size)
    return say("age.d", locale, n=whole // 86400)
