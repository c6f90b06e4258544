"""One press on its way to the service: the action, then the words of the window that it opens."""

from __future__ import annotations

from mjbot.core.model.task import TaskId
from mjbot.errors import nothing_started
from mjbot.ports import ModalInput, SubmitResult, TaskSource
from mjbot.service.pressing.actions import Action


class Submission:
    """Sends a press, and again what was refused of it; knows whether anything of it may have started."""

    def __init__(self, source: TaskSource, action: Action, modal_input: ModalInput | None, mask: str) -> None:
        self._source = source
        self._action = action
        self._words = modal_input
        self._mask = mask
        self._window: TaskId | None = None
        self.in_flight = False
        """True from the moment something is sent until the service says that nothing was started."""

    async def send(self) -> SubmitResult:
        """Send what is still to be sent. Raises like `TaskSource.submit_action`."""
        self.in_flight = True
        try:
            return await self._send()
        except Exception as error:
            self.in_flight = not nothing_started(error)
            raise

    async def _send(self) -> SubmitResult:
        if self._window is None:
            action = self._action
            accepted = await self._source.submit_action(action.snapshot.id, action.button.custom_id)
            if self._words is None or not accepted.needs_modal:
                return accepted
            self._window = accepted.task_id
        assert self._words is not None
        return await self._source.submit_modal(self._window, self._words.prompt, self._mask)
