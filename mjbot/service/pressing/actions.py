"""One action of one task that somebody wants: found in the task, and what to say of an earlier press."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mjbot.core.card.buttons import CardButton, Rows, drawable_buttons, is_repeatable, label_of
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.core.model.custom_id import CustomId, PressTarget, Verb, action_digest
from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Button
from mjbot.errors import PressRefused, PressUnclear
from mjbot.ports import InteractionContext, PressRecord, Reply


@dataclass(frozen=True, slots=True)
class Action:
    """An action as its task offers it, and what the press of it is aimed at."""

    snapshot: TaskSnapshot
    button: Button
    label: str
    target: PressTarget

    @property
    def digest(self) -> str:
        """Its name in the presses table."""
        return self.target.action

    def after(self, number: int) -> Action:
        """The same, repeating that press knowingly."""
        return replace(self, target=replace(self.target, repeats=number))

    def repeated(self, text: Text, context: InteractionContext, *, primary: bool = False) -> Rows:
        """One private button, with these words, that presses this knowingly."""
        target = CustomId(Verb.AGAIN, self.snapshot.id, str(self.target))
        return ((CardButton(str(target), label=translate(text, context.private_locale), primary=primary),),)


def action_of(snapshot: TaskSnapshot, target: PressTarget, locale: str) -> Action | None:
    """The action that a press is aimed at, if the task offers it."""
    for number, button in enumerate(drawable_buttons(snapshot.task.buttons) if snapshot.task else (), 1):
        if button.custom_id and action_digest(button.custom_id) == target.action:
            return Action(snapshot, button, label_of(button, number, locale), target)
    return None


async def tell_of(earlier: PressRecord, action: Action, context: InteractionContext, reply: Reply) -> None:
    """Say what came before; who was told of it may go on knowingly, where there is a second one."""
    label = escape(action.label)
    if earlier.state.in_flight:
        raise PressRefused(Text.REPLY_IN_FLIGHT, label=label)
    made = earlier.message.url(earlier.guild_id) if earlier.message else f"`{earlier.child_id or '-'}`"
    if earlier.state is Press.ACCEPTED and not is_repeatable(action.button.custom_id):
        raise PressRefused(Text.REPLY_ALREADY_MADE, label=label, link=made)
    rows = action.after(earlier.number).repeated(Text.BUTTON_AGAIN, context)
    text = Text.REPLY_ALREADY_MADE if earlier.state is Press.ACCEPTED else PressUnclear.text
    await reply.choose(text, rows, label=label, link=made)
