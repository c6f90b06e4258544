"""The edges of mjbot: what the middle needs from the image service, the disk and Discord."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mjbot.core.buttons import Press
    from mjbot.core.card import Card, Picture
    from mjbot.core.edits import Edit
    from mjbot.core.outcome import Outcome
    from mjbot.core.task import Task, TaskId
    from mjbot.core.view import TaskView
    from mjbot.core.watch import MessageRef, Shown, Watch
    from mjbot.errors import MJBotError, UpstreamError


@dataclass(frozen=True, slots=True)
class Report:
    """What one read of many tasks brought. ``failed`` holds the tasks that could not be read."""

    found: Mapping[TaskId, Task] = field(default_factory=dict)
    missing: frozenset[TaskId] = frozenset()
    failed: Mapping[TaskId, UpstreamError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submit was accepted.

    ``task_id`` is the child's (the parent's own when no task was made), ``others`` those made beside
    it, ``ahead`` its place in the queue. ``wants_words``: the child is a window that waits for a
    prompt, for which ``prompt`` is proposed.
    """

    task_id: TaskId
    others: tuple[TaskId, ...] = ()
    ahead: int | None = None
    wants_words: bool = False
    prompt: str = ""


class TaskSource(Protocol):
    """The image service."""

    @property
    def per_request(self) -> int:
        """How many tasks one request reads."""
        ...

    async def fetch(self, task_id: TaskId) -> Task:
        """Read one task. Raises an `UpstreamError`."""
        ...

    async def fetch_many(self, ids: Sequence[TaskId]) -> Report:
        """Read many tasks at once. Never raises for what the service does."""
        ...

    async def submit_action(self, task_id: TaskId, custom_id: str) -> Accepted:
        """Press an upstream button, once. Raises `PressRefused`, `PressUnclear`, `UpstreamError`."""
        ...

    async def submit_modal(self, task_id: TaskId, prompt: str, mask: str = "") -> Accepted:
        """Answer a window, once. ``mask``: a PNG as a data URL. Raises like `submit_action`."""
        ...


class MessageSink(Protocol):
    """The channel route to Discord: edits by channel id and message id, with the bot token."""

    async def edit(self, edit: Edit) -> Outcome:
        """Make one edit. Raises only when the bot's own token is refused."""
        ...


@dataclass(frozen=True, slots=True)
class File:
    """A picture to attach. ``name`` is what ``attachment://`` refers to."""

    name: str
    data: bytes
    alt: str = ""


class PictureSource(Protocol):
    """Result pictures, checked and small enough."""

    def link(self, picture: Picture) -> str | None:
        """The address to show without attaching, or None when Discord cannot or must not fetch it."""
        ...

    def attaches(self, picture: Picture) -> bool:
        """True when this picture is to be sent as a file."""
        ...

    async def load(self, picture: Picture) -> File | None:
        """The picture as a file; None when it cannot be had."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where and by whom a command or press was made."""

    guild_id: int | None
    channel_id: int
    user_id: int
    locale: str
    private_locale: str
    can_follow: bool = True
    can_embed: bool = True
    can_attach: bool = True


class Reply(Protocol):
    """The answer to one interaction: first within 3 s, and for 15 minutes."""

    async def think(self) -> MessageRef:
        """Answer publicly with "thinking", and learn which message it is."""
        ...

    async def show(self, card: Card, image: str | None) -> MessageRef:
        """Put a card on the public answer, making it if there is none yet. ``image``: a link to show."""
        ...

    async def tell(self, key: str, **values: object) -> None:
        """Say one sentence to this person alone, beside whatever is public."""
        ...

    async def withdraw(self, key: str, **values: object) -> None:
        """Say one sentence to this person alone, in place of whatever was to be public."""
        ...

    async def fail(self, error: MJBotError) -> None:
        """Say an error to this person alone; a public "thinking" is taken away."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of autocomplete: a task that this guild has seen."""

    view: TaskView
    seen_at: float


@dataclass(frozen=True, slots=True)
class PressRecord:
    """What the database knows of the last press of one action of one task."""

    state: Press
    child_id: TaskId | None = None
    message: MessageRef | None = None
    guild_id: int | None = None


class WatchStore(Protocol):
    """What must survive the process."""

    async def add(self, watch: Watch, view: TaskView | None) -> list[Watch]:
        """Commit a new watch, and return the open ones of the same task in the same channel."""
        ...

    async def close(self, ref: MessageRef) -> None:
        """The last card is confirmed, or the message cannot be edited any more."""
        ...

    async def close_channel(self, channel_id: int) -> None:
        """The channel is gone: none of its messages can be edited."""
        ...

    async def close_guild(self, guild_id: int) -> None:
        """The bot has left the guild: none of its messages can be edited."""
        ...

    async def open_watches(self) -> list[tuple[Watch, TaskView | None]]:
        """Every watch that is not closed, with the last view of its task."""
        ...

    async def watches_of(self, tasks: Sequence[TaskId]) -> list[tuple[Watch, TaskView | None]]:
        """Every watch of these tasks, closed ones too, with the last view of the task."""
        ...

    async def watch_at(self, ref: MessageRef) -> Watch | None:
        """The watch of a message, closed ones too."""
        ...

    async def save(self, views: Sequence[TaskView]) -> None:
        """Keep these views, in one transaction."""
        ...

    async def view(self, task_id: TaskId) -> TaskView | None:
        """The last view of a task."""
        ...

    async def save_shown(self, shown: Mapping[MessageRef, Shown]) -> None:
        """Keep what these messages show, in one transaction."""
        ...

    async def saw(self, place: Place, task_id: TaskId, at: float) -> None:
        """This guild (or, in a direct message, this person) has seen the task."""
        ...

    async def offers(self, place: Place, text: str, limit: int) -> list[Offer]:
        """Tasks that this place has seen, whose id or prompt has the text: running first."""
        ...

    async def begin_press(
        self, task_id: TaskId, action: str, user_id: int, at: float, *, again: bool
    ) -> PressRecord | None:
        """Commit a press, or return the earlier one that forbids it.

        That is one on its way, one that was made (unless ``again``), and, once, one of which nobody
        knows whether it was made: pressing after that warning counts.
        """
        ...

    async def end_press(
        self, task_id: TaskId, action: str, state: Press, child: tuple[Watch, TaskView] | None = None
    ) -> None:
        """Note how the last press of an action ended; commit its child's watch with it."""
        ...

    async def presses(self, task_id: TaskId) -> dict[str, Press]:
        """The state of the last press of each action of a task."""
        ...

    async def end_interrupted_presses(self) -> list[TaskId]:
        """A press that was on its way when the process died may have been made: the tasks of such."""
        ...
