"""One action of one task that somebody wants: found in the task, and what to say of an earlier press."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mjbot.core.buttons import CardButton, Press, Rows, label_of, repeatable, usable
from mjbot.core.custom_id import Aim, CustomId, Verb, action_digest
from mjbot.core.task import Button
from mjbot.core.text import escape
from mjbot.core.view import TaskView
from mjbot.core.words import say
from mjbot.errors import PressRefused, PressUnclear
from mjbot.ports import Place, PressRecord, Reply


@dataclass(frozen=True, slots=True)
class Action:
    """An action as its task offers it, and what the press of it is aimed at."""

    view: TaskView
    button: Button
    label: str
    aim: Aim

    @property
    def digest(self) -> str:
        """Its name in the presses table."""
        return self.aim.action

    def after(self, number: int) -> Action:
        """The same, repeating that press knowingly."""
        return replace(self, aim=replace(self.aim, after=number))

    def repeated(self, key: str, place: Place, *, primary: bool = False) -> Rows:
        """One private button, with these words, that presses this knowingly."""
        target = CustomId(Verb.AGAIN, self.view.id, str(self.aim))
        return ((CardButton(str(target), label=say(key, place.private_locale), primary=primary),),)


def action_of(view: TaskView, aim: Aim, locale: str) -> Action | None:
    """The action that a press is aimed at, if the task offers it."""
    for number, button in enumerate(usable(view.task.buttons) if view.task else (), 1):
        if button.custom_id and action_digest(button.custom_id) == aim.action:
            return Action(view, button, label_of(button, number, locale), aim)
    return None


async def tell_of(earlier: PressRecord, action: Action, place: Place, reply: Reply) -> None:
    """Say what came before; who was told of it may go on knowingly, where there is a second one."""
    label = escape(action.label)
    if earlier.state.under_way:
        raise PressRefused("say.in_flight", label=label)
    made = earlier.message.url(earlier.guild_id) if earlier.message else f"`{earlier.child_id or '-'}`"
    if earlier.state is Press.ACCEPTED and not repeatable(action.button.custom_id):
        raise PressRefused("say.used", label=label, link=made)
    rows = action.after(earlier.number).repeated("button.again", place)
    key = "say.used" if earlier.state is Press.ACCEPTED else PressUnclear.key
    await reply.choose(key, rows, label=label, link=made)
