"""What an action wants to know before it is pressed: where to repaint, and words."""

from __future__ import annotations

from dataclasses import replace

from mjbot.core.buttons import Press
from mjbot.core.custom_id import CustomId, Verb
from mjbot.core.forms import Form, Question, form_of, proposed, zooms
from mjbot.core.region import NOTHING, OWN
from mjbot.core.text import escape
from mjbot.errors import PressRefused
from mjbot.ports import Place, PressStore, Reply, Words
from mjbot.service.actions import Action, tell_of
from mjbot.service.drafts import Drafts
from mjbot.service.regions import RegionService


class Questions:
    """Opens the windows of actions, and checks what came of them. Nothing that was written is lost."""

    def __init__(self, presses: PressStore, regions: RegionService, drafts: Drafts) -> None:
        self._presses = presses
        self._regions = regions
        self._drafts = drafts

    def wanting(self, action: Action, words: Words | None) -> bool:
        """True when something is still to be asked before this can be pressed."""
        form = form_of(action.button.custom_id)
        return form is not None and (words is None or (form is Form.REGION and not action.aim.area))

    async def ask(self, place: Place, action: Action, reply: Reply) -> None:
        """Ask for the area, if it needs one, then for words. Asking anew is knowing enough to repeat."""
        task_id, digest = action.view.id, action.digest
        earlier = await self._presses.last(task_id, digest)
        if earlier is not None and earlier.number != action.aim.after:
            if earlier.state.under_way or earlier.state is Press.UNCLEAR:
                await tell_of(earlier, action, place, reply)
                return
            action = action.after(earlier.number)
        if form_of(action.button.custom_id) is Form.REGION and not action.aim.area:
            await self._regions.show(place, task_id, replace(action.aim, area=NOTHING), reply)
            return
        if reply.answered:  # the task had to be read first, so the three seconds for a window may be over
            await self._offer(place, action, "say.needs_words", reply)
            return
        assert action.view.task is not None
        draft = self._drafts.get(place.user_id, task_id, digest)
        text = draft if draft is not None else proposed(action.view.task, action.button.custom_id)
        target = CustomId(Verb.FORM, task_id, str(action.aim))
        await reply.ask(Question(target, action.label, text, mask=action.aim.area == OWN))

    async def checked(self, place: Place, action: Action, words: Words, reply: Reply) -> str | None:
        """The mask that goes with the words ("" for none). None: they cannot work, and that was said."""
        self._drafts.keep(place.user_id, action.view.id, action.digest, words.prompt)
        form = form_of(action.button.custom_id)
        try:
            if not words.prompt:
                raise PressRefused("say.no_words")
            if form is Form.ZOOM and not zooms(words.prompt):
                raise PressRefused("say.bad_zoom")
            if form is not Form.REGION:
                return ""
            await reply.think()  # the picture may have to be fetched
            return await self._regions.mask(place, action.view.id, action.aim, words)
        except PressRefused as error:
            await self._offer(place, action, error.sentence, reply, **error.values)
            return None

    def settled(self, place: Place, action: Action) -> None:
        """The words have led somewhere."""
        self._drafts.drop(place.user_id, action.view.id, action.digest)

    async def _offer(self, place: Place, action: Action, key: str, reply: Reply, **values: object) -> None:
        """Say a sentence, with a button that opens the window (anew)."""
        rows = action.repeated("button.write", place, primary=True)
        values["label"] = escape(action.label)
        await reply.choose(key, rows, menu=None, file=None, **values)
