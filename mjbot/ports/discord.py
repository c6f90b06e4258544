"""Discord ports: interactions, interaction responses, and message edits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from mjbot.core.access.channels import Obstacle
from mjbot.core.access.place import Place
from mjbot.core.access.press_policy import Actor
from mjbot.core.card.content import Part
from mjbot.core.model.watch import Audience

if TYPE_CHECKING:
    from mjbot.core.card.buttons import Rows
    from mjbot.core.card.card import Card, Picture
    from mjbot.core.card.components import PressTarget
    from mjbot.core.card.menu import Menu
    from mjbot.core.card.modals import ModalSpec
    from mjbot.core.editing.outcome import Existence, Outcome
    from mjbot.core.editing.pending_edit import Edit
    from mjbot.core.i18n.texts import Text
    from mjbot.core.model.task import TaskId
    from mjbot.core.model.watch import MessageRef
    from mjbot.ports.pictures import File, Upload


@dataclass(frozen=True, slots=True)
class InteractionContext:
    """The guild, channel and user of an interaction, and the bot's permissions there.

    ``locale`` is used for public messages, and ``private_locale`` for ephemeral messages. ``obstacle`` is the
    reason why the bot cannot edit its messages in the channel.
    """

    guild_id: int | None
    channel_id: int
    user_id: int
    locale: str
    private_locale: str
    obstacle: Obstacle | None = None
    can_embed: bool = True
    can_attach: bool = True
    roles: frozenset[int] = frozenset()
    manages: bool = False

    @property
    def audience(self) -> Audience:
        """The readers for whom the public response is rendered."""
        return Audience(self.locale, self.guild_id, self.user_id)

    @property
    def place(self) -> Place:
        """The guild, or the user's direct messages."""
        return self.audience.place

    @property
    def can_follow(self) -> bool:
        """Whether the bot can keep a card in this channel up to date."""
        return self.obstacle is None

    @property
    def actor(self) -> Actor:
        """The user, as the argument for a check of the press policy."""
        return Actor(self.user_id, self.roles, self.manages)


@dataclass(frozen=True, slots=True)
class ModalInput:
    """The input that a user submitted in a modal."""

    prompt: str
    upload: Upload | None = None
    shape: str = ""
    uploads: tuple[Upload, ...] = ()
    """The uploaded reference pictures. An uploaded mask is in ``upload``."""


@dataclass(frozen=True, slots=True)
class SentCard:
    """The message of a card that Discord accepted, and the parts that had to be omitted."""

    ref: MessageRef
    omitted: Part = Part.NONE


class Reply(Protocol):
    """The responses to one interaction.

    The initial response is due within 3 s, all others within 15 minutes.
    """

    @property
    def responded(self) -> bool:
        """Whether the initial response was sent. After it, a modal can no longer be opened."""
        ...

    async def defer(self, *, private: bool = False) -> MessageRef:
        """Defer the response (public or ephemeral) and return its message. Later calls do nothing."""
        ...

    async def send_card(self, card: Card, image: str | None, *, follows: bool = True) -> SentCard:
        """Show a card in the public response, creating the response if needed. ``image`` is a URL to show.

        If ``follows`` is true and there is no URL, a later edit adds the picture.

        Raises `ResponseLost`.
        """
        ...

    async def show_placeholder(self, card: Card) -> None:
        """Show a temporary card. Never raises."""
        ...

    async def send_followup(self, card: Card) -> SentCard:
        """Send one more public card as a follow-up. Raises `ResponseLost`."""
        ...

    async def edit_buttons(self, rows: Rows) -> bool:
        """Replace the buttons of the pressed message at once.

        Returns False if the interaction response is a different message.
        """
        ...

    async def send_modal(self, modal: ModalSpec) -> None:
        """Open a modal. This must be the initial response."""
        ...

    async def send_private(self, text: Text, **values: object) -> None:
        """Send an ephemeral text. The public response stays."""
        ...

    async def send_hint(self, text: Text, **values: object) -> None:
        """Send an ephemeral text about something that has succeeded. Never raises."""
        ...

    async def replace_with_private(self, text: Text, **values: object) -> None:
        """Send an ephemeral text in place of the public response."""
        ...

    async def close(self, text: Text, **values: object) -> None:
        """Replace the ephemeral response with a text, if it can still be edited. Never raises."""
        ...

    async def send_private_menu(
        self, text: Text, rows: Rows, *, menu: Menu | None = None, file: File | None = None, **values: object
    ) -> None:
        """Send an ephemeral message with a text and buttons in place of the public response."""
        ...


@dataclass(frozen=True, slots=True)
class PressRequest:
    """A press of a button, a choice in a menu, or a submitted modal.

    ``message`` is the message with the component, and ``target`` is the press target in the component's
    custom_id. ``on_its_card``: the message has a component of this task, which proves that the task was shown
    in this guild or these direct messages.
    """

    context: InteractionContext
    message: MessageRef
    task_id: TaskId
    target: PressTarget
    reply: Reply
    modal_input: ModalInput | None = None
    on_its_card: bool = False

    def with_target(self, target: PressTarget) -> PressRequest:
        """Return the same request with another target."""
        return replace(self, target=target)


class BotTokenRevoked(Exception):
    """Discord no longer accepts the bot's token. The process must stop until the operator replaces it."""


class MessageSink(Protocol):
    """Edits messages, with either the bot's token or an interaction token."""

    async def edit(self, edit: Edit) -> Outcome:
        """Send one edit and return its outcome. Raises only `BotTokenRevoked`."""
        ...

    async def picture_ready(self, picture: Picture) -> None:
        """Wait until the download of a picture has ended, with or without success."""
        ...

    def token_until(self, ref: MessageRef) -> float:
        """Return the unix time at which a message's interaction token expires, or 0 if it has no token."""
        ...

    async def message_exists(self, ref: MessageRef) -> Existence:
        """Return whether a message exists. Each call is a request to Discord."""
        ...


class MessagePoster(Protocol):
    """Posts messages that are not responses to interactions, with the bot's token."""

    def pause_of(self, channel_id: int) -> float:
        """Return the seconds until messages may be posted in a channel. 0 or less means now."""
        ...

    async def post(self, channel_id: int, card: Card, *, nonce: str, since: float) -> SentCard:
        """Post a new message. ``nonce`` is the id of the task that it shows. Raises `ResponseLost`.

        If the response to an earlier attempt after ``since`` (unix seconds) was lost and Discord has its
        message, that message is returned instead.
        """
        ...
