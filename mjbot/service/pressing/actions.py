"""The actions that a task offers. A press contains a digest of the action's custom_id to find the action."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mjbot.core.card.buttons import CardButton, Rows, drawable_buttons, is_repeatable, label_of
from mjbot.core.card.components import CustomId, PressTarget, Verb, action_digest
from mjbot.core.card.draws import draw_buttons, prompt_to_draw
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.core.making.check import check_prompt
from mjbot.core.model.press import Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.submits import ButtonPress, Imagine, SubmitRequest
from mjbot.core.model.task import Button, Mark
from mjbot.errors import ActionUnavailable, PressUnclear
from mjbot.ports import InteractionContext, PressRecord, PressRequest


@dataclass(frozen=True, slots=True)
class Action:
    """An action that a task offers. ``target`` is parsed from the custom_id of the pressed button."""

    snapshot: TaskSnapshot
    button: Button
    label: str
    target: PressTarget

    @property
    def digest(self) -> str:
        """The digest of the action, which is its key in the presses table."""
        return self.target.action

    @property
    def draws(self) -> str:
        """The prompt to send if the action is one of our own *Draw* buttons, else ""."""
        task = self.snapshot.task
        return prompt_to_draw(task, self.button.custom_id) if task else ""

    def request(self, mark: Mark) -> SubmitRequest:
        """Build the first submit request of the action, with this mark."""
        if self.draws:
            return Imagine(check_prompt(self.draws).prompt, mark=mark)
        return ButtonPress(self.snapshot.id, self.button.custom_id, mark)

    def repeating(self, number: int) -> Action:
        """Return a copy of the action that deliberately repeats press ``number``."""
        return replace(self, target=replace(self.target, repeats=number))

    def again_button(self, text: Text, context: InteractionContext, *, primary: bool = False) -> Rows:
        """Build a row with a button labelled ``text`` that submits this action again."""
        again = CustomId(Verb.AGAIN, self.snapshot.id, str(self.target))
        return button_row(again, text, context, primary=primary)


def button_row(
    custom_id: CustomId, text: Text, context: InteractionContext, *, primary: bool = False
) -> Rows:
    """Build a row with one button, labelled in the language of the user, for a private message."""
    label = translate(text, context.private_locale)
    return ((CardButton(str(custom_id), label=label, primary=primary),),)


def find_action(snapshot: TaskSnapshot, target: PressTarget, locale: str) -> Action | None:
    """Return the action that a press is for, or None if the task does not offer it."""
    task = snapshot.task
    buttons = (*task.buttons, *draw_buttons(task, locale)) if task else ()
    for number, button in enumerate(drawable_buttons(buttons), 1):
        if button.custom_id and action_digest(button.custom_id) == target.action:
            return Action(snapshot, button, label_of(button, number, locale), target)
    return None


async def report_earlier(earlier: PressRecord, action: Action, request: PressRequest) -> None:
    """Tell the user that an action was already pressed, and offer a button to do it again.

    Raises `ActionUnavailable` if the action cannot be done again.
    """
    label = escape(action.label)
    if earlier.state.in_flight:
        raise ActionUnavailable(Text.REPLY_IN_FLIGHT, label=label)
    link = earlier.child_seen_by(request.context.place)
    if link:
        made = Text.REPLY_ALREADY_MADE
    elif earlier.child_id:
        made = Text.REPLY_ALREADY_PRESSED_ELSEWHERE
    else:
        made = Text.REPLY_ALREADY_PRESSED
    if earlier.state is Press.ACCEPTED and not is_repeatable(action.button.custom_id):
        raise ActionUnavailable(made, label=label, link=link)
    rows = action.repeating(earlier.number).again_button(Text.BUTTON_AGAIN, request.context)
    unclear = Text.REPLY_NOT_FOUND_BY_MARK if earlier.not_found else PressUnclear.text
    text = made if earlier.state is Press.ACCEPTED else unclear
    await request.reply.send_private_menu(text, rows, label=label, link=link)
