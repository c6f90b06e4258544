"""All texts that users read, with a key and the English wording for each.

English is the source language, and the fallback for texts without a translation. In the texts, "the image
service" is the API, and "this bot" and "I" are mjbot. `translate` fills in placeholders such as ``{t}``, a
Discord timestamp that reads "5 minutes ago" or "in 2 minutes" in the reader's client.
"""

from __future__ import annotations

from enum import StrEnum


class Text(StrEnum):
    """A text that users read. The enum value is the key, and ``english`` is the English wording."""

    english: str

    def __new__(cls, key: str, english: str = "") -> Text:
        """Create a member from its key and its English wording."""
        text = str.__new__(cls, key)
        text._value_ = key
        text.english = english
        return text

    # Card titles, one for each state (and for one that can no longer be read)
    TITLE_QUEUED = "title.queued", "Queued"
    TITLE_QUEUED_UNREACHABLE = "title.queued.unreachable", "Last seen: queued"
    TITLE_RUNNING = "title.running", "In progress"
    TITLE_RUNNING_UNREACHABLE = "title.running.unreachable", "Last seen: in progress"
    TITLE_QUIET = "title.quiet", "In progress (no news lately)"
    TITLE_WAITING = "title.waiting", "Waiting for a prompt"
    TITLE_WAITING_UNREACHABLE = "title.waiting.unreachable", "Last seen: waiting for a prompt"
    TITLE_QUEUE_FULL = "title.queue_full", "Queue full, retrying"
    TITLE_UNSEEN = "title.unseen", "Loading…"
    TITLE_DONE = "title.done", "Done"
    TITLE_FAILED = "title.failed", "Failed"
    TITLE_CANCELLED = "title.cancelled", "Cancelled"
    TITLE_DISMISSED = "title.dismissed", "Dismissed"
    TITLE_NOT_FOUND = "title.not_found", "Not found"
    TITLE_LOST = "title.lost", "Lost"
    TITLE_ENDED = "title.ended", "No longer watching"
    TITLE_STOPPED = "title.stopped", "No longer updated"
    TITLE_SUPERSEDED = "title.superseded", "Continues below"
    TITLE_SUBMITTING = "title.submitting", "Submitting"
    TITLE_REFUSED = "title.refused", "Not started"
    TITLE_SERIES = "title.series", "Series"
    TITLE_UNCLEAR = "title.unclear", "Unclear whether it started"

    # Card lines while a task is alive
    CARD_QUEUED_SINCE = "card.queued.since", "Submitted {t}"
    CARD_QUEUED_AHEAD = "card.queued.ahead", "{n} ahead"
    CARD_RUNNING_STARTED = "card.running.started", "Started {t}"
    CARD_RUNNING_CHANGED = "card.running.changed", "last change {t}"
    CARD_QUIET = "card.quiet", "Long pauses do happen. Still watching."
    CARD_UNKNOWN_STATUS = "card.unknown.status", "Status: {word}"
    CARD_UNSEEN = "card.unseen", "Haven't been able to read this task yet. Still trying."
    CARD_REFUSED_RESTART = (
        "card.refused.restart",
        "This bot was restarted while the image service was busy. Nothing was started.",
    )
    CARD_UNCLEAR = (
        "card.unclear",
        "No clear answer came, so this may or may not have started. Please look at Midjourney before you do it again: it could cost twice.",
    )
    CARD_NOT_FOUND_BY_MARK = (
        "card.not_found_by_mark",
        "Not found at the image service. It probably did not start, but it may still appear. Look there before you send it again.",
    )
    CARD_MODAL = "card.modal", "This step needs a prompt before it can start."
    CARD_MODAL_REGION = "card.modal.region", "Choose the area to repaint, or upload a mask."
    CARD_MODAL_ASKED = "card.modal.asked", "Requested {t}"
    CARD_QUEUE_FULL = "card.queue_full", "The image service is busy. Nothing has started yet."
    CARD_QUEUE_FULL_NEXT = "card.queue_full.next", "Next try {t}"
    CARD_UNWATCHED = (
        "card.unwatched",
        "{why} I can't keep this card up to date; press *Refresh* for news.",
    )

    # What keeps a card from being kept up to date, and what removes it
    OBSTACLE_CONVERSATION = (
        "obstacle.conversation",
        "I'm not part of this conversation. Use me in a server, or in a direct message to me.",
    )
    OBSTACLE_GUILD = (
        "obstacle.guild",
        "I'm not a member of this server. Someone who manages it can invite me.",
    )
    OBSTACLE_UNKNOWN_CHANNEL = "obstacle.unknown_channel", "I don't know this kind of channel."
    OBSTACLE_VIEW_CHANNEL = "obstacle.view_channel", "I'm missing the **View Channel** permission here."
    OBSTACLE_CONNECT = "obstacle.connect", "I'm missing the **Connect** permission in this voice channel."
    OBSTACLE_THREAD = "obstacle.thread", "I'm not in this private thread. Mention me here to add me."
    OBSTACLE_LOCKED = (
        "obstacle.locked",
        "This thread is locked. Unlock it, or give me the **Manage Threads** permission.",
    )

    # Card lines while the task cannot be read: since when, and why
    CARD_UNREACHABLE_SINCE = "card.unreachable.since", "Updates from the image service stopped {t}"
    CARD_UNREACHABLE_SINCE_REFUSED = "card.unreachable.since_refused", "Updates stopped {t}"
    CARD_UNREACHABLE_UNAVAILABLE = (
        "card.unreachable.unavailable",
        "Still trying. This says nothing about the task itself.",
    )
    CARD_UNREACHABLE_KEY = (
        "card.unreachable.key",
        "The image service refuses this bot's key. Only the bot's owner can fix that.",
    )
    CARD_UNREACHABLE_QUOTA = (
        "card.unreachable.quota",
        "This bot's account at the image service has run out of credit. The bot's owner can top it up.",
    )
    CARD_UNREACHABLE_FORBIDDEN = (
        "card.unreachable.forbidden",
        "The image service doesn't allow this for this bot's account. Please ask the bot's owner.",
    )
    CARD_UNREACHABLE_UNEXPECTED_HTML = (
        "card.unreachable.unexpected_html",
        "The address configured for the image service returned a web page. The bot's owner should check it.",
    )
    CARD_UNREACHABLE_ROUTE_MISSING = (
        "card.unreachable.route_missing",
        "The image service answers, but not at the configured address. The bot's owner should check it.",
    )
    CARD_UNREACHABLE_RATE_LIMITED = (
        "card.unreachable.rate_limited",
        "The image service is rate-limiting this bot. Still trying.",
    )

    # Card lines of a task that has ended, or that is not followed any more
    CARD_MORE = "card.more", "and {n} more"
    CARD_DONE_AT = "card.done.at", "Finished {t}"
    CARD_DONE_TOOK = "card.done.took", "took {d}"
    CARD_PICTURE_SMALLER = "card.picture.smaller", "This is a smaller copy."
    CARD_PICTURE_MISSING = "card.picture.missing", "The picture couldn't be shown here."
    CARD_PICTURE_LINKED = (
        "card.picture.linked",
        "The picture couldn't be attached, so it may disappear later.",
    )
    CARD_PICTURE_FOLLOWS = "card.picture.follows", "The picture follows."
    CARD_PICTURE_REFUSED = "card.picture.refused", "Discord refused this picture."
    CARD_PICTURE_SMALLER_LINK = (
        "card.picture.smaller_link",
        "This is a smaller copy. [Open the original](<{url}>)",
    )
    CARD_PICTURE_LINK = "card.picture.link", "{sentence} [Open it](<{url}>)"
    CARD_LINKS_REFUSED = "card.links.refused", "Discord refused the links of this card."
    CARD_TEXT_REFUSED = "card.text.refused", "Discord refused some of the text."
    CARD_BUTTONS_REFUSED = "card.buttons.refused", "Discord refused the buttons. Use /status to try again."
    CARD_PICTURE_FIRST = "card.picture.first", "Picture {n}"
    CARD_NO_RESULT = "card.no_result", "The image service gave no link to a picture."
    CARD_NO_RESULT_YET = (
        "card.no_result.yet",
        "The image service has given no link to a picture yet. I'll keep checking for five minutes.",
    )
    CARD_TEXT_ATTACHED = "card.text.attached", "The whole text is in the attached file."
    CARD_TEXT_NOT_ATTACHED = (
        "card.text.not_attached",
        "The text is too long for this card, and the file with all of it couldn't be attached.",
    )
    CARD_VIDEO_FIRST = "card.video.first", "Video {n}"
    CARD_VIDEO_FOLLOWS = "card.video.follows", "The video follows."
    CARD_VIDEO_MISSING = (
        "card.video.missing",
        "The video couldn't be attached here. Its link works for a while.",
    )
    CARD_VIDEO_REFUSED = "card.video.refused", "Discord refused this video."
    CARD_VIDEO_PRIVATE = "card.video.private", "The video is on a server that can't be opened from here."
    CARD_REPORTS = "card.reports", "The image service reports: {text}"
    CARD_FAILED_AT = "card.failed.at", "Ended {t}"
    CARD_FAILED_AFTER = "card.failed.after", "after {d}"
    CARD_FAILED_REASON = "card.failed.reason", "**Reason given:** {text}"
    CARD_FAILED_NO_REASON = "card.failed.no_reason", "The image service gave no reason."
    CARD_FAILED_TIMEOUT = (
        "card.failed.timeout",
        "The image service stopped waiting for this task. Midjourney may still have finished it.",
    )
    CARD_CANCELLED_AT = "card.cancelled.at", "{t}"
    CARD_DISMISSED = "card.dismissed", "Nothing was started."
    CARD_NOT_FOUND = (
        "card.not_found",
        "The image service doesn't know this task ID. It may belong to another key, or be too old.",
    )
    CARD_LOST = "card.lost", "The image service no longer knows this task."
    CARD_ENDED = "card.ended", "Stopped watching after {d}. It may still finish."
    CARD_STOPPED = "card.stopped", "The picture goes on being made. Press *Refresh* to follow it again."
    CARD_LAST_SEEN = "card.last_seen", "Last seen at {p}, {t}"
    CARD_LAST_SEEN_BARE = "card.last_seen.bare", "Last seen {t}"
    CARD_SUPERSEDED = "card.superseded", "This task continues on [a newer card]({url})."

    # Card lines that link a task to its parent and its children
    CARD_PARENT = "card.parent", "{label} of [this picture]({url})"
    CARD_PARENT_BARE = "card.parent.bare", "{label} of `{id}`"
    CARD_CHILDREN = "card.children", "Made from this: {links}"

    # The requester, the prompt and the kind of action on a card
    CARD_REQUESTER = "card.requester", "asked by {who}"
    CARD_PROMPT_CUT = "card.prompt.cut", "… *({n} characters)*"
    ACTION_IMAGINE = "action.IMAGINE", "Imagine"
    ACTION_UPSCALE = "action.UPSCALE", "Upscale"
    ACTION_VARIATION = "action.VARIATION", "Variation"
    ACTION_REROLL = "action.REROLL", "Reroll"
    ACTION_ZOOM = "action.ZOOM", "Zoom"
    ACTION_PAN = "action.PAN", "Pan"
    ACTION_INPAINT = "action.INPAINT", "Vary (Region)"
    ACTION_LIKE = "action.LIKE", "Like"
    ACTION_BLEND = "action.BLEND", "Blend"
    ACTION_DESCRIBE = "action.DESCRIBE", "Describe"
    ACTION_SHORTEN = "action.SHORTEN", "Shorten"
    ACTION_VIDEO = "action.VIDEO", "Video"
    ACTION_EDIT = "action.EDIT", "Edit"

    # Buttons, menus and modals
    BUTTON_REFRESH = "button.refresh", "Refresh"
    BUTTON_MORE = "button.more", "More…"
    BUTTON_BACK = "button.back", "Back"
    BUTTON_WRITE = "button.write", "Write the prompt"
    BUTTON_CONTINUE_EDITING = "button.continue_editing", "Continue editing"
    BUTTON_REGION = "button.region", "Choose the area"
    BUTTON_OWN_MASK = "button.own_mask", "Upload a mask"
    BUTTON_DISMISS = "button.dismiss", "Dismiss"
    BUTTON_AGAIN = "button.again", "Do it again"
    BUTTON_STOP = "button.stop", "Stop trying"
    BUTTON_DRAW = "button.draw", "Draw {n}"
    BUTTON_STOP_UPDATING = "button.stop_updating", "Stop updating"
    BUTTON_CANCEL = "button.cancel", "Cancel"
    BUTTON_SEED = "button.seed", "Seed"
    BUTTON_EDIT = "button.edit", "Edit"
    BUTTON_START_SERIES = "button.start_series", "Start"
    BUTTON_STOP_SERIES = "button.stop_series", "Stop"
    BUTTON_SEND_ANYWAY = "button.send_anyway", "Send anyway"
    BUTTON_UNNAMED = "button.unnamed", "Action {n}"
    MENU_PLACEHOLDER = "menu.placeholder", "Choose an action"
    MENU_USED = "menu.used", "Already used"
    MENU_UNAVAILABLE = "menu.unavailable", "Not available now"
    MODAL_PROMPT = "modal.prompt", "Prompt"
    MODAL_MASK = "modal.mask", "Mask"
    MODAL_MASK_ABOUT_SIZE = (
        "modal.mask.about.size",
        "PNG, {w} × {h} pixels like the picture, white where to repaint",
    )
    MODAL_MASK_ABOUT = "modal.mask.about", "PNG, same size as the picture, white where to repaint"
    MODAL_IMAGINE = "modal.imagine", "Make pictures"
    MODAL_SHORTEN = "modal.shorten", "Shorten a prompt"
    MODAL_SHAPE = "modal.shape", "Shape"
    MODAL_SHAPE_AS_WRITTEN = "modal.shape.as_written", "As in the prompt, or square"
    MODAL_PICTURES = "modal.pictures", "Reference pictures"
    MODAL_PICTURES_ABOUT = "modal.pictures.about", "Up to {n}. Pictures of earlier tries aren't kept."
    MODAL_PICTURES_KEPT = "modal.pictures.kept", "Leave this empty to use the {n} from before."

    # Replies: the task or the image service
    REPLY_INVALID_TASK_ID = (
        "reply.invalid_task_id",
        "That isn't a task ID. Pick a task from the list as you type, or paste its ID (usually 16 digits).",
    )
    REPLY_UNKNOWN_LINK = (
        "reply.unknown_link",
        "I don't know a task behind that link here. Please paste the task ID, from the last line of its card.",
    )
    REPLY_TASK_NOT_FOUND = (
        "reply.task_not_found",
        "The image service doesn't know `{id}`. Check the ID. New tasks can take a few seconds to show up.",
    )
    REPLY_KEY_REFUSED = (
        "reply.key_refused",
        "The image service refused this bot's key. Only the bot's owner can fix that.",
    )
    REPLY_QUOTA_EXCEEDED = (
        "reply.quota_exceeded",
        "This bot's account at the image service has run out of credit. The bot's owner can top it up.",
    )
    REPLY_UPSTREAM_FORBIDDEN = (
        "reply.upstream_forbidden",
        "The image service doesn't allow this for this bot's account. Please ask the bot's owner.",
    )
    REPLY_UPSTREAM_UNAVAILABLE = (
        "reply.upstream_unavailable",
        "The image service isn't answering at the moment. Please try again in a minute.",
    )
    REPLY_UNEXPECTED_HTML = (
        "reply.unexpected_html",
        "The address configured for the image service returned a web page. The bot's owner should check it (is `/mj` missing?).",
    )
    REPLY_ROUTE_MISSING = (
        "reply.route_missing",
        "The image service answers, but not at the configured address. The bot's owner should check it.",
    )
    REPLY_UPSTREAM_RATE_LIMITED = (
        "reply.upstream_rate_limited",
        "The image service is rate-limiting this bot. Please try again in a minute.",
    )
    REPLY_UPSTREAM_RATE_LIMITED_UNTIL = (
        "reply.upstream_rate_limited.until",
        "The image service is rate-limiting this bot. Please try again {t}.",
    )

    # Replies: this bot, its permissions and its limits
    REPLY_CANNOT_FOLLOW = (
        "reply.cannot_follow",
        "{why} I couldn't show the result, so nothing was started.",
    )
    REPLY_MISSING_EMBED_LINKS = (
        "reply.missing_embed_links",
        "I'm missing the **Embed Links** permission here, so the card would be empty.",
    )
    REPLY_MISSING_ATTACH_FILES = (
        "reply.missing_attach_files",
        "I'm missing the **Attach Files** permission here, so the picture is only a link, which may expire.",
    )
    REPLY_GUILD_NOT_ALLOWED = (
        "reply.guild_not_allowed",
        "This bot isn't enabled in this server. The bot's owner can enable it.",
    )
    REPLY_RATE_LIMITED = "reply.rate_limited", "Too many requests in a short time. Please try again {t}."
    REPLY_TOO_MANY_CARDS = (
        "reply.too_many_cards",
        "This server already has {n} live cards. Please wait for one to finish.",
    )
    REPLY_SHUTTING_DOWN = "reply.shutting_down", "This bot is restarting. Please try again in a minute."
    REPLY_STORE_FAILED = (
        "reply.store_failed",
        "This bot can't use its database at the moment, so nothing was started. The bot's owner should check the disk.",
    )
    REPLY_CARDS_FOLLOW = (
        "reply.cards_follow",
        "*{label}* also started {ids}. Their cards will be posted here shortly.",
    )
    REPLY_INTERNAL_ERROR = (
        "reply.internal_error",
        "Something went wrong in this bot. It has been logged (`{ref}`); if it happens again, please tell the bot's owner.",
    )

    # Replies: a press of one of the task's buttons
    REPLY_ALREADY_MADE = "reply.already_made", "*{label}* already exists: {link}"
    REPLY_ALREADY_PRESSED = "reply.already_pressed", "*{label}* was already pressed."
    REPLY_ALREADY_PRESSED_ELSEWHERE = (
        "reply.already_pressed.elsewhere",
        "*{label}* was already pressed in another server or direct message.",
    )
    REPLY_IN_FLIGHT = "reply.in_flight", "*{label}* is already on its way."
    REPLY_CONFIRMED = "reply.confirmed", "*{label}*: done. This makes no new picture."
    REPLY_LIKED = "reply.liked", "❤️ Liked."
    REPLY_STARTED_NOT_SHOWN = (
        "reply.started_not_shown",
        "*{label}* has started, but its card couldn't be shown. Use `/status {id}` to see it.",
    )
    REPLY_UNCLEAR = (
        "reply.unclear",
        "No clear answer came, so *{label}* may or may not have started. Please look at Midjourney before pressing again: it could cost twice.",
    )
    REPLY_NOT_FOUND_BY_MARK = (
        "reply.not_found_by_mark",
        "*{label}* was not found at the image service. It probably did not start, but it may still appear. Look there before you send it again.",
    )
    REPLY_QUEUE_FULL = (
        "reply.queue_full",
        "The image service's queue is full. Nothing was started; please try again in a minute.",
    )
    REPLY_RETRY_STOPPED = "reply.retry_stopped", "Stopped trying *{label}*. Nothing was started."
    REPLY_NOTHING_TO_STOP = "reply.nothing_to_stop", "Nothing is being retried here."
    REPLY_BANNED_WORD = (
        "reply.banned_word",
        'The image service rejects the word "{word}". Nothing was started.',
    )
    REPLY_BANNED_WORD_UNNAMED = (
        "reply.banned_word.unnamed",
        "The image service rejects a word in this prompt. Nothing was started.",
    )
    REPLY_ACTION_NOT_OFFERED = (
        "reply.action_not_offered",
        "The image service doesn't support *{label}*. Nothing was started.",
    )
    REPLY_NOT_ACCEPTED = (
        "reply.not_accepted",
        "The image service didn't accept *{label}*. Nothing was started.",
    )
    REPLY_PARENT_GONE = (
        "reply.parent_gone",
        "The image service no longer has the picture this belongs to, so *{label}* can't start.",
    )
    REPLY_NOT_READY = (
        "reply.not_ready",
        "The image service says this picture isn't ready for *{label}* yet. Nothing was started; please try again in a minute.",
    )
    REPLY_NO_ACCOUNT = (
        "reply.no_account",
        "The image service has no free account for *{label}*. Nothing was started; please try again later.",
    )
    REPLY_COMMAND_NOT_OFFERED = (
        "reply.command_not_offered",
        "This image service has no *{label}*. Nothing was started, and another try won't help. The other commands are not affected.",
    )
    REPLY_DAILY_LIMIT = (
        "reply.daily_limit",
        "This bot's account at the image service has reached its limit for today. Nothing was started; please try again tomorrow.",
    )
    REPLY_TOTAL_LIMIT = (
        "reply.total_limit",
        "This bot's account at the image service may make no more pictures. Nothing was started; only the bot's owner can get the limit raised.",
    )
    REPLY_ACCOUNT_BLOCKED = (
        "reply.account_blocked",
        "The image service has blocked this bot's account for a while. Nothing was started; please try again later, or tell the bot's owner.",
    )
    REPLY_UPLOADS_OFF = (
        "reply.uploads_off",
        "The image service takes no uploaded pictures. Nothing was started; please try without a picture.",
    )
    REPLY_NO_SEED = (
        "reply.no_seed",
        "The image service couldn't tell the seed. The picture isn't affected; the seed of some pictures can't be read at all.",
    )
    REPLY_CANCEL_REFUSED = (
        "reply.cancel_refused",
        "The image service didn't cancel this task. It goes on, and is paid for; its result will appear on its card.",
    )
    REPLY_CANCEL_NOT_OFFERED = (
        "reply.cancel_not_offered",
        "The image service doesn't let this bot cancel tasks. This one goes on, and is paid for.",
    )
    REPLY_CANCEL_ASKED = (
        "reply.cancel_asked",
        "The image service was asked to cancel this task. If its card doesn't say *Cancelled* soon, it goes on, and is paid for.",
    )
    REPLY_NOT_UPDATED = (
        "reply.not_updated",
        "This card isn't being updated. Use `/status` to get a fresh card.",
    )
    REPLY_SEED = "reply.seed", "Seed: `{seed}`"
    REPLY_SEED_NOT_OFFERED = (
        "reply.seed_not_offered",
        "This image service doesn't tell the seeds of pictures.",
    )
    REPLY_MORE = "reply.more", "More actions:"
    REPLY_BUTTON_GONE = (
        "reply.button_gone",
        "The image service no longer offers this button. Use `/status {id}` to get a fresh card.",
    )
    REPLY_OLD_BUTTON = (
        "reply.old_button",
        "This button is from an older version. Use `/status {id}` to get a fresh card.",
    )
    REPLY_OLD_BUTTON_BARE = (
        "reply.old_button.bare",
        "This button is from an older version. Use `/status` to get a fresh card.",
    )

    # Replies: prompts, regions and masks
    REPLY_NEEDS_PROMPT = "reply.needs_prompt", "*{label}* needs a prompt first."
    REPLY_PROMPT_MISSING = "reply.prompt_missing", "Please write a prompt. Nothing was started."
    REPLY_ALREADY_ANSWERED = "reply.already_answered", "This step has already been answered."
    REPLY_INVALID_ZOOM = (
        "reply.invalid_zoom",
        "Custom Zoom needs `--zoom` with a number above 1 and at most 2. Nothing was started.",
    )
    REPLY_REGION = "reply.region", "Pick the parts to repaint, then write a prompt."
    REPLY_REGION_SENT = "reply.region.sent", "Sent. To repaint another area, start again from the card."
    REPLY_REGION_OWN_MASK = (
        "reply.region.own_mask",
        "I couldn't load the picture, so please upload a mask: PNG, same size as the picture, white where to repaint.",
    )
    REPLY_REGION_NO_PICTURE = (
        "reply.region.no_picture",
        "I couldn't load the picture, so I don't know its size. Nothing was started; please try again in a minute.",
    )
    REPLY_MASK_MISSING = "reply.mask_missing", "Please upload a mask. Nothing was started."
    REPLY_MASK_TOO_LARGE = "reply.mask_too_large", "The mask is larger than {n} MB. Nothing was started."
    REPLY_MASK_NOT_AN_IMAGE = (
        "reply.mask_not_an_image",
        "The mask isn't a PNG, JPEG or WebP picture. Nothing was started.",
    )
    REPLY_MASK_SIZE = (
        "reply.mask_size",
        "The mask must be {w} × {h} pixels, like the picture; this one is {x} × {y}. Nothing was started.",
    )
    REPLY_MASK_BLANK = (
        "reply.mask_blank",
        "The mask has no white in it, so nothing would be repainted. Nothing was started.",
    )

    # The prompt check: {piece} of the prompt, and what to write instead
    PROMPT_EMPTY = "prompt.empty", "The prompt is empty. Please write what the picture should show."
    PROMPT_MENDED = "prompt.mended", "Sent {fix} in place of {piece}."
    PROMPT_UNKNOWN = "prompt.unknown", "I don't know {piece}; it is sent as it is."
    PROMPT_TOO_LONG = (
        "prompt.too_long",
        "Midjourney takes 2,048 characters, so the prompt may be refused or cut. Too long from here: {piece}",
    )
    PROMPT_ONLY_PARAMETERS = (
        "prompt.only_parameters",
        "The prompt has only parameters: {piece}. Write before them what the picture should show.",
    )
    PROMPT_FORM = "prompt.form", "{piece} may be read as text, not as a parameter. Write {fix}."
    PROMPT_VALUE = "prompt.value", "Midjourney probably refuses {piece}. Write {fix}."
    PROMPT_VALUE_MISSING = "prompt.value.missing", "{piece} needs a value, such as {fix}."
    PROMPT_WORDS_AFTER = (
        "prompt.words_after",
        "The text {piece} comes after a parameter, which probably fails. Parameters belong at the end: {fix}",
    )
    PROMPT_TWICE = "prompt.twice", "{piece} is there more than once. Keep only {fix}."
    PROMPT_EXCLUDE = "prompt.exclude", "{piece} exclude each other. Keep only {fix}."
    PROMPT_NEEDS = "prompt.needs", "{piece} does nothing without {fix}."
    PROMPT_NEEDS_PICTURE = "prompt.needs_picture", "{piece} does nothing without a reference picture."
    PROMPT_VERSION = "prompt.version", "The version in this prompt doesn't have {piece}. Write {fix}."
    PROMPT_WEIGHT = (
        "prompt.weight",
        "Since version 7, Midjourney doesn't weigh parts of a prompt with {piece}.",
    )
    PROMPT_ADDRESS = "prompt.address", "{piece} isn't a full address. Write {fix}."
    PROMPT_REPEAT = (
        "prompt.repeat",
        "Midjourney asks for a confirmation of {piece} that the image service can't give. Leave it out.",
    )
    PROMPT_BRACE = (
        "prompt.brace",
        "The brace at {piece} has no counterpart. Write {fix} if it is meant as text.",
    )

    # Reference pictures, refused before they are loaded
    PICTURE_TYPE = (
        "picture.type",
        "{name} isn't a PNG, JPEG, WebP or GIF picture. Nothing was started.",
    )
    PICTURE_UNREADABLE = "picture.unreadable", "{name} can't be loaded as a picture. Nothing was started."
    PICTURE_TOO_LARGE = "picture.too_large", "{name} is larger than {n} MB. Nothing was started."
    PICTURE_ADDRESS = (
        "picture.address",
        "{name} isn't the public address of a picture. Nothing was started.",
    )

    # Where pictures can be made: it costs credit of the bot's owner
    MAKE_NOT_IN_GUILD = (
        "make.not_in_guild",
        "Making pictures isn't enabled in this server. The bot's owner can enable it.",
    )
    MAKE_NOT_WHILE_PUBLIC = (
        "make.not_while_public",
        "Making pictures is off, because anyone could add this bot to a server. The bot's owner can enable it.",
    )
    MAKE_NOT_IN_DIRECT = (
        "make.not_in_direct",
        "Making pictures isn't enabled in direct messages. Use a server, or ask the bot's owner.",
    )
    MAKE_WARNING = "make.warning", "{findings}\nNothing was sent yet."
    SERIES_QUESTION = (
        "series.question",
        "This makes {n} pictures. They already count towards your limits, which then allow {left} more for now. Start them?{findings}",
    )
    SERIES_QUESTION_EXPIRED = (
        "series.question_expired",
        "This question has expired: its pictures counted for ten minutes. Nothing was started; press *Edit* to be asked again.",
    )
    SERIES_TOO_MANY = (
        "series.too_many",
        "These are more than {most} pictures, which is the maximum at once. Nothing was started; use fewer braces or a smaller *repeat*.",
    )
    SERIES_OVER_LIMIT = (
        "series.over_limit",
        "These are {n} pictures, but the limits here allow you {left} more for now. Nothing was started or counted. Make fewer, or try again later.",
    )
    SERIES_NO_PICTURES = (
        "series.no_pictures",
        "Several pictures at once can't use uploaded references. Nothing was started; leave them out, or write their addresses into the prompt.",
    )
    SERIES_ALL_SENT = "series.all_sent", "Nothing of this series is left to stop. What was sent goes on."
    SERIES_STOPPED = "series.stopped", "Stopped before it was sent."
    SERIES_FAILED = "series.failed", "Something went wrong in this bot."
    SERIES_PROGRESS = "series.progress", "{done} of {n} started"
    SERIES_STAGE_WAITING = "series.stage.waiting", "Waiting"
    SERIES_STAGE_SENDING = "series.stage.sending", "Submitting"
    SERIES_STAGE_RETRYING = "series.stage.retrying", "Not accepted yet, retrying"
    SERIES_STAGE_STARTING = "series.stage.starting", "Started"
    SERIES_STAGE_STARTED = "series.stage.started", "[Started]({url})"
    SERIES_STAGE_REFUSED = "series.stage.refused", "Not started"
    SERIES_STAGE_UNCLEAR = "series.stage.unclear", "Unclear whether it started"
    SERIES_STAGE_NOT_FOUND = (
        "series.stage.not_found",
        "Not found at the image service; it probably did not start",
    )
    MAKE_ALREADY_SENT = "make.already_sent", "This was already sent."
    PICTURE_NOT_UPLOADED = (
        "picture.not_uploaded",
        "This image service takes pictures only as image prompts. Nothing was started; choose that for *reference_as*.",
    )
    PICTURE_UPLOAD_LOST = (
        "picture.upload_lost",
        "The pictures couldn't be uploaded to the image service. Nothing was started; please try again in a minute.",
    )

    # /describe, /blend and /shorten
    DESCRIBE_NOTHING = (
        "describe.nothing",
        "There is no picture to describe. Use /describe with a picture, or with the address of one.",
    )
    PICTURES_ON_THEIR_WAY = (
        "pictures.on_their_way",
        "Too many pictures are on their way to the image service. Nothing was started; try again in a minute.",
    )
    PICTURE_NOT_KEPT = (
        "picture.not_kept",
        "Pictures aren't kept over a restart. Nothing was sent; use {label} with the picture again.",
    )

    # The answer of /help: the commands, and what this server allows
    REPLY_HELP = "reply.help", "**Commands**\n{commands}\n\n**Here**\n{rules}"
    HELP_PRESSES_ANYONE = "help.presses.anyone", "Anyone in this server can use the buttons of cards."
    HELP_PRESSES_REQUESTER = (
        "help.presses.requester",
        "The buttons of a card can be used by the person who asked for it, and by people who manage this server.",
    )
    HELP_PRESSES_ROLE = (
        "help.presses.role",
        "The buttons of cards can be used by {who}, and by people who manage this server.",
    )
    HELP_PRESSES_DIRECT = (
        "help.presses.direct",
        "You can use the buttons of your cards. The server that saw a task first may limit who can.",
    )
    HELP_MAKING = (
        "help.making",
        "Pictures can be made here. Each one counts towards your limit, and towards this server's.",
    )
    HELP_OPERATOR = "help.operator", "Questions, or something is off? Ask {who}, who runs this bot."

    # Who can use the buttons: refusals, and the answers of /settings presses
    REPLY_PRESS_NOT_ALLOWED = "reply.press_not_allowed", "Only {who} can use this button."
    REPLY_PRESS_NOT_ALLOWED_MANAGERS = (
        "reply.press_not_allowed.managers",
        "Only people who manage this server can use this button.",
    )
    REPLY_PRESS_NOT_ALLOWED_ELSEWHERE = (
        "reply.press_not_allowed.elsewhere",
        "Another server saw this task first. There, only the person who asked for it can use its buttons.",
    )
    REPLY_PRESS_NOT_ALLOWED_ROLE_ELSEWHERE = (
        "reply.press_not_allowed.role_elsewhere",
        "Another server saw this task first. There, only one role can use its buttons: {link}",
    )
    REPLY_NOT_YOURS = (
        "reply.not_yours",
        "Only the person who asked for this task, and people who manage that server, can do this.",
    )
    REPLY_NOT_SEEN_HERE = (
        "reply.not_seen_here",
        "Task `{id}` has not been shown in this server or direct message. Show it here first: `/status {id}`",
    )
    REPLY_ROLE_MISSING = "reply.role_missing", "Please choose a role as well."
    REPLY_PRESSES_ANYONE = "reply.presses.anyone", "Anyone in this server can now use the buttons."
    REPLY_PRESSES_REQUESTER = (
        "reply.presses.requester",
        "Only the person who asked for a card, and people who manage this server, can now use its buttons.",
    )
    REPLY_PRESSES_ROLE = (
        "reply.presses.role",
        "Only {who}, and people who manage this server, can now use the buttons.",
    )
    CHOICE_PRESSES_ANYONE = "choice.presses.anyone", "Anyone"
    CHOICE_PRESSES_REQUESTER = "choice.presses.requester", "The person who asked for the card"
    CHOICE_PRESSES_ROLE = "choice.presses.role", "A role"

    # Commands and their options; Discord wants names in lower case
    COMMAND_HELP = "command.help", "help"
    COMMAND_HELP_ABOUT = "command.help.about", "What this bot can do here, and who runs it"
    COMMAND_STATUS = "command.status", "status"
    COMMAND_STATUS_ABOUT = "command.status.about", "Show a task and track it until it is done"
    COMMAND_TASK_ID = "command.task_id", "task_id"
    COMMAND_TASK_ID_ABOUT = "command.task_id.about", "Task ID or link"
    COMMAND_SETTINGS = "command.settings", "settings"
    COMMAND_SETTINGS_ABOUT = "command.settings.about", "Settings for this server"
    COMMAND_PRESSES = "command.presses", "presses"
    COMMAND_PRESSES_ABOUT = "command.presses.about", "Choose who can use the buttons"
    COMMAND_PRESSES_WHO = "command.presses.who", "who"
    COMMAND_PRESSES_WHO_ABOUT = (
        "command.presses.who.about",
        "Anyone, the person who asked for the card, or a role",
    )
    COMMAND_PRESSES_ROLE = "command.presses.role", "role"
    COMMAND_PRESSES_ROLE_ABOUT = "command.presses.role.about", 'Role (only with "A role")'
    COMMAND_IMAGINE = "command.imagine", "imagine"
    COMMAND_IMAGINE_ABOUT = "command.imagine.about", "Make pictures from a prompt"
    COMMAND_IMAGINE_PROMPT = "command.imagine.prompt", "prompt"
    COMMAND_IMAGINE_PROMPT_ABOUT = (
        "command.imagine.prompt.about",
        "What to show; leave it out to write in a form",
    )
    COMMAND_IMAGINE_SHAPE = "command.imagine.shape", "shape"
    COMMAND_IMAGINE_SHAPE_ABOUT = (
        "command.imagine.shape.about",
        "Width to height; any other is written as --ar",
    )
    COMMAND_IMAGINE_MODEL = "command.imagine.model", "model"
    COMMAND_IMAGINE_MODEL_ABOUT = "command.imagine.model.about", "Midjourney, or niji for anime"
    COMMAND_IMAGINE_REFERENCE = "command.imagine.reference", "reference"
    COMMAND_IMAGINE_REPEAT = "command.imagine.repeat", "repeat"
    COMMAND_IMAGINE_REPEAT_ABOUT = (
        "command.imagine.repeat.about",
        "How many times to make each picture; each counts",
    )
    COMMAND_IMAGINE_REFERENCE2 = "command.imagine.reference2", "reference2"
    COMMAND_IMAGINE_REFERENCE3 = "command.imagine.reference3", "reference3"
    COMMAND_IMAGINE_REFERENCE_ABOUT = "command.imagine.reference.about", "PNG, JPEG, WebP or GIF, up to 10 MB"
    COMMAND_IMAGINE_REFERENCE_AS = "command.imagine.reference_as", "reference_as"
    COMMAND_IMAGINE_REFERENCE_AS_ABOUT = (
        "command.imagine.reference_as.about",
        "What the reference pictures are used as",
    )
    COMMAND_DESCRIBE = "command.describe", "describe"
    COMMAND_DESCRIBE_ABOUT = "command.describe.about", "Turn a picture into four prompts"
    COMMAND_DESCRIBE_PICTURE = "command.describe.picture", "picture"
    COMMAND_DESCRIBE_ADDRESS = "command.describe.address", "address"
    COMMAND_DESCRIBE_ADDRESS_ABOUT = (
        "command.describe.address.about",
        "The public address of a picture, in place of a file",
    )
    MENU_DESCRIBE = "command.describe.menu", "Describe picture"
    COMMAND_BLEND = "command.blend", "blend"
    COMMAND_BLEND_ABOUT = "command.blend.about", "Blend two to five pictures into one"
    COMMAND_BLEND_PICTURE1 = "command.blend.picture1", "picture1"
    COMMAND_BLEND_PICTURE2 = "command.blend.picture2", "picture2"
    COMMAND_BLEND_PICTURE3 = "command.blend.picture3", "picture3"
    COMMAND_BLEND_PICTURE4 = "command.blend.picture4", "picture4"
    COMMAND_BLEND_PICTURE5 = "command.blend.picture5", "picture5"
    COMMAND_BLEND_DIMENSIONS = "command.blend.dimensions", "dimensions"
    COMMAND_BLEND_DIMENSIONS_ABOUT = (
        "command.blend.dimensions.about",
        "The shape of the result; square if left out",
    )
    COMMAND_SHORTEN = "command.shorten", "shorten"
    COMMAND_SHORTEN_ABOUT = (
        "command.shorten.about",
        "Find the words of a prompt that count, and shorter forms of it",
    )
    COMMAND_SHORTEN_PROMPT_ABOUT = "command.shorten.prompt.about", "The prompt to shorten"
    CHOICE_DIMENSIONS_PORTRAIT = "choice.dimensions.portrait", "Portrait"
    CHOICE_DIMENSIONS_SQUARE = "choice.dimensions.square", "Square"
    CHOICE_DIMENSIONS_LANDSCAPE = "choice.dimensions.landscape", "Landscape"
    CHOICE_REFERENCE_IMAGE = "choice.reference.image", "Image prompt"
    CHOICE_REFERENCE_SREF = "choice.reference.sref", "Style (--sref)"
    CHOICE_REFERENCE_OREF = "choice.reference.oref", "Object or person (--oref)"
    CHOICE_MODEL_MIDJOURNEY = "choice.model.midjourney", "Midjourney"
    CHOICE_MODEL_NIJI = "choice.model.niji", "niji (anime)"

    # Autocomplete rows of /status
    AUTOCOMPLETE_QUEUED = "autocomplete.queued", "queued"
    AUTOCOMPLETE_RUNNING = "autocomplete.running", "in progress"
    AUTOCOMPLETE_WAITING = "autocomplete.waiting", "waiting for a prompt"
    AUTOCOMPLETE_DONE = "autocomplete.done", "done"
    AUTOCOMPLETE_FAILED = "autocomplete.failed", "failed"
    AUTOCOMPLETE_CANCELLED = "autocomplete.cancelled", "cancelled"
    AUTOCOMPLETE_AGE = "autocomplete.age", "{age} ago"
    AUTOCOMPLETE_NO_PROMPT = "autocomplete.no_prompt", "no prompt"

    # Durations and ages
    DURATION_S = "duration.s", "{s} s"
    DURATION_M = "duration.m", "{m} min {s} s"
    DURATION_H = "duration.h", "{h} h {m} min"
    DURATION_HOURS = "duration.hours", "{h} hours"
    AGE_S = "age.s", "{n} s"
    AGE_M = "age.m", "{n} min"
    AGE_H = "age.h", "{n} h"
    AGE_D = "age.d", "{n} d"

    @classmethod
    def get(cls, key: str) -> Text | None:
        """Return the text with this key, or None."""
        return cls._value2member_map_.get(key)  # type: ignore[return-value]
