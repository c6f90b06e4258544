"""Every text that a person reads: its key and its English words.

English is the source: a translation that lacks a text falls back to it. The image service is the API;
"this bot" is us. Placeholders such as ``{t}`` are filled in by `translate`.
"""

from __future__ import annotations

from enum import StrEnum


class Text(StrEnum):
    """A text: the value is its key, ``english`` its words."""

    english: str

    def __new__(cls, key: str, english: str = "") -> Text:
        """Create a member from its key and its English words."""
        text = str.__new__(cls, key)
        text._value_ = key
        text.english = english
        return text

    TITLE_QUEUED = "title.queued", "Queued"
    TITLE_QUEUED_UNREACHABLE = "title.queued.unreachable", "Queued when last seen"
    TITLE_RUNNING = "title.running", "In progress"
    TITLE_QUIET = "title.quiet", "In progress, but quiet"
    TITLE_RUNNING_UNREACHABLE = "title.running.unreachable", "In progress when last seen"
    TITLE_WAITING = "title.waiting", "Waiting for your words"
    TITLE_WAITING_UNREACHABLE = "title.waiting.unreachable", "Waiting when last seen"
    TITLE_UNSEEN = "title.unseen", "Not seen yet"
    TITLE_DONE = "title.done", "Done"
    TITLE_FAILED = "title.failed", "Failed"
    TITLE_CANCELLED = "title.cancelled", "Cancelled"
    TITLE_NOT_FOUND = "title.not_found", "Not found"
    TITLE_LOST = "title.lost", "Lost"
    TITLE_ENDED = "title.ended", "No longer watching"
    TITLE_SUPERSEDED = "title.superseded", "Continues below"
    TITLE_DISMISSED = "title.dismissed", "Left alone"
    TITLE_QUEUE_FULL = "title.queue_full", "Waiting for room"
    CARD_QUEUED_SINCE = "card.queued.since", "Submitted {t}"
    CARD_QUEUED_AHEAD = "card.queued.ahead", "{n} ahead"
    CARD_RUNNING_STARTED = "card.running.started", "Started {t}"
    CARD_RUNNING_CHANGED = "card.running.changed", "last change {t}"
    CARD_QUIET = "card.quiet", "Long pauses do happen. Still watching."
    CARD_UNREACHABLE_SINCE = "card.unreachable.since", "The image service stopped answering {t}"
    CARD_UNREACHABLE_UNAVAILABLE = (
        "card.unreachable.unavailable",
        "Still trying. This says nothing about the task itself.",
    )
    CARD_UNREACHABLE_KEY = (
        "card.unreachable.key",
        "It refused this bot's key. Only the bot's owner can fix that.",
    )
    CARD_UNREACHABLE_QUOTA = (
        "card.unreachable.quota",
        "The account there has run out of credit. The bot's owner can top it up.",
    )
    CARD_UNREACHABLE_FORBIDDEN = "card.unreachable.forbidden", "It does not allow this for the bot's account."
    CARD_UNREACHABLE_UNEXPECTED_HTML = (
        "card.unreachable.unexpected_html",
        "The address set for it answers with a web page. The bot's owner should check it.",
    )
    CARD_UNREACHABLE_RATE_LIMITED = "card.unreachable.rate_limited", "It asks us to slow down. Still trying."
    CARD_UNSEEN = "card.unseen", "Still trying to see this task for the first time."
    CARD_UNKNOWN_STATUS = "card.unknown.status", 'The service calls this "{word}".'
    CARD_MODAL = "card.modal", "This step needs a prompt before it can begin."
    CARD_MODAL_ASKED = "card.modal.asked", "Asked {t}"
    CARD_MODAL_REGION = (
        "card.modal.region",
        "This step needs to know where to repaint. Choose the area, or bring your own mask.",
    )
    CARD_DISMISSED = "card.dismissed", "Nothing was started."
    CARD_DONE_AT = "card.done.at", "Finished {t}"
    CARD_DONE_TOOK = "card.done.took", "took {d}"
    CARD_DONE_SMALLER = "card.done.smaller", "A smaller copy. [The whole picture](<{url}>)"
    CARD_DONE_NO_PICTURE = "card.done.no_picture", "The picture could not be shown here. [Open it](<{url}>)"
    CARD_VIDEO_FIRST = "card.video.first", "Video {n}"
    CARD_VIDEO_MORE = "card.video.more", "and {n} more"
    CARD_FAILED_AT = "card.failed.at", "Ended {t}"
    CARD_FAILED_AFTER = "card.failed.after", "after {d}"
    CARD_FAILED_REASON = "card.failed.reason", "**Reason given:** {text}"
    CARD_FAILED_NO_REASON = "card.failed.no_reason", "The service gave no reason."
    CARD_FAILED_TIMEOUT = (
        "card.failed.timeout",
        "The service stopped waiting for this one. Midjourney may still have made it.",
    )
    CARD_CANCELLED_AT = "card.cancelled.at", "Cancelled {t}"
    CARD_NOT_FOUND = (
        "card.not_found",
        "The image service does not know this id. It may belong to another key, or be too old.",
    )
    CARD_LOST = "card.lost", "The image service no longer knows this task."
    CARD_LAST_SEEN = "card.last_seen", "Last seen at {p}, {t}"
    CARD_LAST_SEEN_BARE = "card.last_seen.bare", "Last seen {t}"
    CARD_ENDED = "card.ended", "No end was seen within {d}. It may still finish."
    CARD_SUPERSEDED = "card.superseded", "This task is followed on [a newer card]({url})."
    CARD_UNWATCHED = (
        "card.unwatched",
        "This bot cannot see this channel, so it cannot keep this card up to date. It needs **View Channel**.",
    )
    CARD_QUEUE_FULL = "card.queue_full", "The image service's queue is full. Nothing has started yet."
    CARD_QUEUE_FULL_NEXT = "card.queue_full.next", "Next try {t}"
    CARD_PARENT = "card.parent", "{label} of [this picture]({url})"
    CARD_PARENT_BARE = "card.parent.bare", "{label} of `{id}`"
    CARD_CHILDREN = "card.children", "Made from this: {links}"
    CARD_CHILDREN_MORE = "card.children.more", "and {n} more"
    MODAL_PROMPT = "modal.prompt", "Prompt"
    MODAL_MASK = "modal.mask", "Mask"
    MODAL_MASK_ABOUT = "modal.mask.about", "A PNG of the picture's size, white where to repaint"
    MENU_PLACEHOLDER = "menu.placeholder", "Choose an action"
    MENU_USED = "menu.used", "Already made"
    MENU_UNAVAILABLE = "menu.unavailable", "Not possible now"
    CARD_PROMPT_CUT = "card.prompt.cut", "… *({n} characters)*"
    DURATION_S = "duration.s", "{s} s"
    DURATION_M = "duration.m", "{m} min {s} s"
    DURATION_H = "duration.h", "{h} h {m} min"
    DURATION_HOURS = "duration.hours", "{h} hours"
    BUTTON_REFRESH = "button.refresh", "Look again"
    BUTTON_MORE = "button.more", "More…"
    BUTTON_BACK = "button.back", "Back"
    BUTTON_REGION = "button.region", "Choose the area"
    BUTTON_OWN_MASK = "button.own_mask", "Use my own mask"
    BUTTON_UNNAMED = "button.unnamed", "Action {n}"
    BUTTON_WRITE = "button.write", "Write the prompt"
    BUTTON_DISMISS = "button.dismiss", "Leave it"
    BUTTON_AGAIN = "button.again", "Do it again"
    BUTTON_STOP = "button.stop", "Stop trying"
    ACTION_IMAGINE = "action.IMAGINE", "Imagine"
    ACTION_UPSCALE = "action.UPSCALE", "Upscale"
    ACTION_VARIATION = "action.VARIATION", "Variation"
    ACTION_REROLL = "action.REROLL", "Reroll"
    ACTION_ZOOM = "action.ZOOM", "Zoom"
    ACTION_PAN = "action.PAN", "Pan"
    ACTION_INPAINT = "action.INPAINT", "Inpaint"
    ACTION_BLEND = "action.BLEND", "Blend"
    ACTION_DESCRIBE = "action.DESCRIBE", "Describe"
    ACTION_SHORTEN = "action.SHORTEN", "Shorten"
    ACTION_VIDEO = "action.VIDEO", "Video"
    ACTION_EDIT = "action.EDIT", "Edit"
    REPLY_INVALID_TASK_ID = (
        "reply.invalid_task_id",
        "That does not look like a task id. It is usually 16 digits, such as `1763936412345678`.",
    )
    REPLY_TASK_NOT_FOUND = (
        "reply.task_not_found",
        "The image service does not know `{id}`. Please check the number; a brand-new task may need a few seconds.",
    )
    REPLY_KEY_REFUSED = (
        "reply.key_refused",
        "The image service refused this bot's key. Only the bot's owner can fix that.",
    )
    REPLY_QUOTA_EXCEEDED = (
        "reply.quota_exceeded",
        "The account at the image service has run out of credit. The bot's owner can top it up.",
    )
    REPLY_UPSTREAM_FORBIDDEN = (
        "reply.upstream_forbidden",
        "The image service does not allow this for the bot's account.",
    )
    REPLY_UPSTREAM_UNAVAILABLE = (
        "reply.upstream_unavailable",
        "The image service is not answering at the moment. Please try again in a minute.",
    )
    REPLY_UNEXPECTED_HTML = (
        "reply.unexpected_html",
        "The address set for the image service answers with a web page. The bot's owner should check it (is `/mj` missing?).",
    )
    REPLY_UPSTREAM_RATE_LIMITED = (
        "reply.upstream_rate_limited",
        "The image service asks us to slow down. Please try again in a minute.",
    )
    REPLY_UPSTREAM_RATE_LIMITED_UNTIL = (
        "reply.upstream_rate_limited.until",
        "The image service asks us to slow down. Please try again {t}.",
    )
    REPLY_MISSING_VIEW_CHANNEL = (
        "reply.missing_view_channel",
        "This bot cannot see this channel, so it could not show what comes of this. It needs **View Channel**. Nothing was started.",
    )
    REPLY_STORE_FAILED = (
        "reply.store_failed",
        "This bot cannot write to its database at the moment, so nothing was started. Its owner should look at the disk.",
    )
    REPLY_MISSING_EMBED_LINKS = (
        "reply.missing_embed_links",
        "This bot may not embed links here, so its card would stay empty. It needs **Embed Links**.",
    )
    REPLY_MISSING_ATTACH_FILES = (
        "reply.missing_attach_files",
        "This bot may not attach files here, so the picture is only linked and the link may expire.",
    )
    REPLY_RATE_LIMITED = "reply.rate_limited", "That is a lot in a short time. Please try again {t}."
    REPLY_TOO_MANY_CARDS = (
        "reply.too_many_cards",
        "There are already {n} live cards in this server. Please wait for one to finish.",
    )
    REPLY_GUILD_NOT_ALLOWED = (
        "reply.guild_not_allowed",
        "This bot may not be used in this server. The bot's owner can allow it.",
    )
    REPLY_ALREADY_MADE = "reply.already_made", "{label} was already made: {link}"
    REPLY_IN_FLIGHT = "reply.in_flight", "{label} is already on its way."
    REPLY_STARTED_NOT_SHOWN = (
        "reply.started_not_shown",
        "{label} has started, but its card could not be shown. `/status {id}` makes one.",
    )
    REPLY_QUEUE_FULL = (
        "reply.queue_full",
        "The image service's queue is full. Nothing was started; please try again in a minute.",
    )
    REPLY_BANNED_WORD = (
        "reply.banned_word",
        'The image service refuses the word "{word}". Nothing was started.',
    )
    REPLY_BANNED_WORD_UNNAMED = (
        "reply.banned_word.unnamed",
        "The image service refuses a word in this prompt. Nothing was started.",
    )
    REPLY_ACTION_NOT_OFFERED = "reply.action_not_offered", "The image service does not offer {label}."
    REPLY_NOT_ACCEPTED = (
        "reply.not_accepted",
        "The image service did not accept {label}. Nothing was started.",
    )
    REPLY_PARENT_GONE = (
        "reply.parent_gone",
        "The image service no longer has the picture this belongs to, so {label} cannot start.",
    )
    REPLY_NOT_READY = (
        "reply.not_ready",
        "The image service says this picture is not ready for {label} yet. Nothing was started; please try again in a minute.",
    )
    REPLY_NO_ACCOUNT = (
        "reply.no_account",
        "The image service has no account free for {label}. Nothing was started; please try again later.",
    )
    REPLY_CONFIRMED = "reply.confirmed", "{label}: done. The image service makes no new picture for it."
    REPLY_UNCLEAR = (
        "reply.unclear",
        "No answer came, so {label} may or may not have started. Please look at Midjourney before pressing again: it could cost twice.",
    )
    REPLY_BUTTON_GONE = (
        "reply.button_gone",
        "The image service no longer offers this button. `/status {id}` makes a fresh card.",
    )
    REPLY_OLD_BUTTON = (
        "reply.old_button",
        "This button is from an older version. `/status {id}` makes a fresh card.",
    )
    REPLY_OLD_BUTTON_BARE = (
        "reply.old_button.bare",
        "This button is from an older version. `/status` makes a fresh card.",
    )
    REPLY_INTERNAL_ERROR = (
        "reply.internal_error",
        "Something went wrong in this bot. It has been logged (`{ref}`).",
    )
    REPLY_SHUTTING_DOWN = "reply.shutting_down", "This bot is restarting. Please try again in a minute."
    REPLY_NEEDS_PROMPT = "reply.needs_prompt", "{label} needs a prompt first."
    REPLY_MORE = "reply.more", "More that this picture offers:"
    REPLY_REGION = "reply.region", "Press the numbers to choose what is painted anew, then write the prompt."
    REPLY_REGION_OWN_MASK = (
        "reply.region.own_mask",
        "The picture is not at hand, so a mask of your own is needed: a PNG of the picture's size, white where to repaint.",
    )
    REPLY_REGION_NO_PICTURE = (
        "reply.region.no_picture",
        "The picture cannot be fetched at the moment, so its size is not known. Nothing was started; please try again in a minute.",
    )
    REPLY_MASK_MISSING = "reply.mask_missing", "A mask is needed. Nothing was started."
    REPLY_MASK_TOO_LARGE = "reply.mask_too_large", "The mask is larger than {n} MB. Nothing was started."
    REPLY_MASK_NOT_AN_IMAGE = (
        "reply.mask_not_an_image",
        "The mask is not a PNG, JPEG or WebP picture. Nothing was started.",
    )
    REPLY_MASK_SIZE = (
        "reply.mask_size",
        "The mask must be {w} × {h} pixels like the picture; this one is {x} × {y}. Nothing was started.",
    )
    REPLY_MASK_BLANK = (
        "reply.mask_blank",
        "The mask has no white in it, so nothing would be repainted. Nothing was started.",
    )
    REPLY_INVALID_ZOOM = (
        "reply.invalid_zoom",
        "Custom Zoom needs `--zoom` and a number above 1, at most 2. Nothing was started.",
    )
    REPLY_PROMPT_MISSING = "reply.prompt_missing", "A prompt is needed. Nothing was started."
    REPLY_RETRY_STOPPED = "reply.retry_stopped", "{label}: no longer trying. Nothing was started."
    REPLY_NOTHING_TO_STOP = "reply.nothing_to_stop", "There is nothing to stop any more."
    REPLY_ALREADY_ANSWERED = "reply.already_answered", "This was answered already."
    REPLY_PRESS_NOT_ALLOWED = "reply.press_not_allowed", "Only {who} can press this."
    REPLY_PRESS_NOT_ALLOWED_MANAGERS = (
        "reply.press_not_allowed.managers",
        "Only those who manage this server can press this.",
    )
    REPLY_ROLE_MISSING = "reply.role_missing", "Please name the role, too."
    REPLY_PRESSES_ANYONE = "reply.presses.anyone", "Anyone here may press buttons now."
    REPLY_PRESSES_REQUESTER = (
        "reply.presses.requester",
        "Now only whoever asked for a card may press its buttons, and those who manage this server.",
    )
    REPLY_PRESSES_ROLE = (
        "reply.presses.role",
        "Now only {who} may press buttons, and those who manage this server.",
    )
    COMMAND_STATUS = "command.status", "status"
    COMMAND_STATUS_ABOUT = "command.status.about", "Show a picture task and follow it until it is done"
    COMMAND_TASK_ID = "command.task_id", "task_id"
    COMMAND_TASK_ID_ABOUT = "command.task_id.about", "The number of the task, or its address"
    COMMAND_SETTINGS = "command.settings", "settings"
    COMMAND_SETTINGS_ABOUT = "command.settings.about", "What this server has chosen"
    COMMAND_PRESSES = "command.presses", "presses"
    COMMAND_PRESSES_ABOUT = "command.presses.about", "Choose who may press the buttons of cards"
    COMMAND_PRESSES_WHO = "command.presses.who", "who"
    COMMAND_PRESSES_WHO_ABOUT = "command.presses.who.about", "Anyone, whoever asked for the card, or a role"
    COMMAND_PRESSES_ROLE = "command.presses.role", "role"
    COMMAND_PRESSES_ROLE_ABOUT = "command.presses.role.about", "The role, where one is to be chosen"
    AUTOCOMPLETE_RUNNING = "autocomplete.running", "{p} · {prompt} · {age} ago"
    AUTOCOMPLETE_QUEUED = "autocomplete.queued", "queued · {prompt} · {age} ago"
    AUTOCOMPLETE_DONE = "autocomplete.done", "done · {prompt} · {age} ago"
    AUTOCOMPLETE_FAILED = "autocomplete.failed", "failed · {prompt} · {age} ago"
    AUTOCOMPLETE_WAITING = "autocomplete.waiting", "waiting · {prompt} · {age} ago"
    AUTOCOMPLETE_CANCELLED = "autocomplete.cancelled", "cancelled · {prompt} · {age} ago"
    AUTOCOMPLETE_OTHER = "autocomplete.other", "{prompt} · {age} ago"
    AUTOCOMPLETE_NO_PROMPT = "autocomplete.no_prompt", "no prompt"
    CHOICE_PRESSES_ANYONE = "choice.presses.anyone", "Anyone"
    CHOICE_PRESSES_REQUESTER = "choice.presses.requester", "Whoever asked for the card"
    CHOICE_PRESSES_ROLE = "choice.presses.role", "A role"
    AGE_S = "age.s", "{n} s"
    AGE_M = "age.m", "{n} min"
    AGE_H = "age.h", "{n} h"
    AGE_D = "age.d", "{n} d"

    @classmethod
    def get(cls, key: str) -> Text | None:
        """The text with this key, or None."""
        return cls._value2member_map_.get(key)  # type: ignore[return-value]
