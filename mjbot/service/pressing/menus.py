"""The ephemeral menu behind the button "More…", with the actions that do not fit on a card."""

from __future__ import annotations

from mjbot.core.access.needs import VIEW
from mjbot.core.card.draws import with_draws
from mjbot.core.card.menu import EMPTY_PAGE, build_page
from mjbot.core.card.rows import own_buttons
from mjbot.core.card.state import state_of
from mjbot.core.i18n.texts import Text
from mjbot.errors import ActionUnavailable
from mjbot.ports import PressRequest
from mjbot.service.access import Access
from mjbot.service.reader import TaskReader
from mjbot.service.watching.renderer import CardRenderer


class MenuService:
    """Shows one page of a task's menu to one user."""

    def __init__(self, access: Access, reader: TaskReader, renderer: CardRenderer) -> None:
        self._access = access
        self._reader = reader
        self._renderer = renderer

    async def show(self, request: PressRequest, page_number: int) -> None:
        """Show a page of the menu. Page numbers start at 1. Raises `MJBotError`."""
        await self._access.require_press(request, VIEW)
        await request.reply.defer(private=True)
        snapshot = await self._reader.get(request.task_id)
        page = EMPTY_PAGE
        if snapshot.task is not None:
            asked_by = request.context
            context = await self._renderer.context_of(snapshot.id, asked_by.audience)
            own = own_buttons(snapshot, state_of(snapshot, context.presses), context)
            task = with_draws(snapshot.task, context)
            presses, not_offered = context.presses, context.not_offered
            page = build_page(task, presses, context.locale, page_number, not_offered, own)
        if page == EMPTY_PAGE:
            raise ActionUnavailable(Text.REPLY_BUTTON_GONE, id=request.task_id)
        await request.reply.send_private_menu(Text.REPLY_MORE, page.rows, menu=page.menu)
