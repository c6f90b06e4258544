"""The bot's own buttons for a task: stop updating its card, cancel the task, and show the seed."""

from __future__ import annotations

from mjbot.core.access.needs import CANCEL, SEED, STOP_UPDATING
from mjbot.core.i18n.texts import Text
from mjbot.core.model.submits import Command
from mjbot.errors import (
    ActionUnavailable,
    CancelRefused,
    PressRefused,
    RouteMissing,
    SeedUnavailable,
    TaskNotFound,
    UpstreamForbidden,
)
from mjbot.errors.submits import CommandNotOffered
from mjbot.ports import PressRequest, TaskSource
from mjbot.service.access import Access
from mjbot.service.pressing.offers import ServiceOffers
from mjbot.service.reader import TaskReader
from mjbot.service.watching.watches import WatchService
from mjbot.tracker import TaskTracker


class TaskControls:
    """The use cases of the buttons *Stop updating*, *Cancel* and *Seed*, which the bot adds to cards."""

    def __init__(
        self,
        source: TaskSource,
        access: Access,
        reader: TaskReader,
        tracker: TaskTracker,
        watches: WatchService,
        offers: ServiceOffers,
    ) -> None:
        self._source = source
        self._access = access
        self._reader = reader
        self._tracker = tracker
        self._watches = watches
        self._offers = offers

    async def stop_updating(self, request: PressRequest) -> None:
        """Stop updating the pressed card, and say so on it. The task continues. Raises `MJBotError`."""
        await request.reply.defer()
        await self._access.require_press(request, STOP_UPDATING)
        snapshot = await self._reader.get(request.task_id)
        if not await self._watches.stop(request.message, snapshot):
            raise PressRefused(Text.REPLY_NOT_UPDATED)

    async def cancel(self, request: PressRequest) -> None:
        """Ask the service to cancel a task, then read the task soon. Raises `MJBotError`.

        Only the status of the task tells whether it was cancelled. A service may accept the request and
        still finish the picture.
        """
        await request.reply.defer()
        await self._access.require_press(request, CANCEL)
        try:
            await self._source.cancel(request.task_id)
        except CommandNotOffered as error:
            await self._offers.learn(Command.CANCEL)
            await self._watches.repaint(request.message, await self._reader.get(request.task_id))
            raise ActionUnavailable(Text.REPLY_CANCEL_NOT_OFFERED, str(error)) from error
        except (UpstreamForbidden, RouteMissing) as error:  # perhaps of this task only: nothing is learnt
            raise CancelRefused(str(error)) from error
        except TaskNotFound as error:
            raise TaskNotFound(str(error), id=request.task_id) from error
        finally:
            self._tracker.poll_soon(request.task_id)  # even if the response was lost
        await request.reply.send_private(Text.REPLY_CANCEL_ASKED)

    async def show_seed(self, request: PressRequest) -> None:
        """Show the seed of a picture. Reading it may take a minute. Raises `MJBotError`."""
        await self._access.require_press(request, SEED)
        await request.reply.defer(private=True)
        try:
            seed = await self._source.seed(request.task_id)
        except CommandNotOffered as error:
            await self._offers.learn(Command.SEED)
            raise ActionUnavailable(Text.REPLY_SEED_NOT_OFFERED, str(error)) from error
        except RouteMissing as error:  # perhaps of this task only
            raise SeedUnavailable(str(error)) from error
        except TaskNotFound as error:
            raise TaskNotFound(str(error), id=request.task_id) from error
        await request.reply.replace_with_private(Text.REPLY_SEED, seed=seed)
