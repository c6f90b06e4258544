"""Discord: where a person is, the answer to them, and messages that are edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mjbot.core.access.press_policy import Actor

if TYPE_CHECKING:
    from mjbot.core.card.buttons import Rows
    from mjbot.core.card.card import Card
    from mjbot.core.card.menu import Menu
    from mjbot.core.card.modals import ModalSpec
    from mjbot.core.editing.edit_queue import Edit
    from mjbot.core.editing.outcome import Outcome
    from mjbot.core.i18n.texts import Text
    from mjbot.core.model.watch import MessageRef
    from mjbot.errors import MJBotError
    from mjbot.ports.upstream import File


@dataclass(frozen=True, slots=True)
class InteractionContext:
    """Where and by whom a command or press was made."""

    guild_id: int | None
    channel_id: int
    user_id: int
    locale: str
    private_locale: str
    can_follow: bool = True
    can_embed: bool = True
    can_attach: bool = True
    roles: frozenset[int] = frozenset()
    manages: bool = False

    @property
    def person(self) -> Actor:
        """Who it is, as far as permission goes."""
        return Actor(self.user_id, self.roles, self.manages)


class Upload(Protocol):
    """A file that somebody put into a window; it is only read when it is wanted."""

    @property
    def size(self) -> int:
        """In bytes, as Discord says."""
        ...

    async def read(self) -> bytes:
        """Fetch it. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class ModalInput:
    """What a person gave a window."""

    prompt: str
    upload: Upload | None = None


class Reply(Protocol):
    """The answer to one interaction: first within 3 s, and for 15 minutes."""

    async def defer(self, *, private: bool = False) -> MessageRef:
        """Answer with "thinking", for all or for one; learn which message it is. Only the first counts."""
        ...

    async def show(self, card: Card, image: str | None) -> MessageRef:
        """Put a card on the public answer, making it if there is none yet. ``image``: a link to show."""
        ...

    async def followup(self, card: Card) -> MessageRef:
        """Add one more public card beside the answer."""
        ...

    async def edit_buttons(self, rows: Rows) -> bool:
        """Change the buttons at once, if the answer is the pressed message; False if it is not."""
        ...

    async def hold(self, card: Card) -> None:
        """Show a card that something else will take the place of."""
        ...

    async def ask(self, question: ModalSpec) -> None:
        """Open a window; it must be the first answer."""
        ...

    @property
    def answered(self) -> bool:
        """True when a first answer was given, so that no window can be opened any more."""
        ...

    async def choose(
        self, text: Text, rows: Rows, *, menu: Menu | None = None, file: File | None = None, **values: object
    ) -> None:
        """Say one sentence with buttons to this person alone, in place of whatever was to be public."""
        ...

    async def tell(self, text: Text, **values: object) -> None:
        """Say one sentence to this person alone, beside whatever is public."""
        ...

    async def replace_with_private(self, text: Text, **values: object) -> None:
        """Say one sentence to this person alone, in place of whatever was to be public."""
        ...

    async def fail(self, error: MJBotError) -> None:
        """Say an error to this person alone; a public "thinking" is taken away."""
        ...


class MessageSink(Protocol):
    """Edits by channel id and message id: with the bot's token, or with that of the message's interaction."""

    async def edit(self, edit: Edit) -> Outcome:
        """Make one edit. Raises only when the bot's own token is refused."""
        ...

    def token_until(self, ref: MessageRef) -> float:
        """Until when (unix seconds) a message may be edited by the token of its interaction; 0: never."""
        ...

    async def message_exists(self, ref: MessageRef) -> bool:
        """False when a message was surely deleted."""
        ...
