"""Detect whether the image service can cancel tasks and return seeds. The result is kept in the database."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

from mjbot.clock import Clock, Wakeup
from mjbot.core.model.submits import Command
from mjbot.core.model.task import NO_TASK, TaskId
from mjbot.errors import StoreFailed, UpstreamError
from mjbot.errors.submits import SubmitError
from mjbot.guard import LoopGuard
from mjbot.ports import KeyValueStore, TaskSource

_DAY = 86_400.0
_AGAIN = 600.0  # seconds until the next test if the service has not replied


class ServiceOffers:
    """Tests once a day, with a task ID that does not exist, which commands the image service offers.

    The results are stored, so that cards have the same buttons after a restart. ``service`` is its URL.
    """

    def __init__(
        self, source: TaskSource, store: KeyValueStore, service: str, clock: Clock, guard: LoopGuard
    ) -> None:
        self._source = source
        self._store = store
        self._key = f"offers:{service}"
        self._clock = clock
        self._guard = guard
        self._pause = Wakeup(clock, "until the image service is asked what it offers")
        self._known: dict[Command, bool] = {}
        self._questions: dict[Command, Callable[[TaskId], Awaitable[object]]] = {
            Command.CANCEL: source.cancel,
            Command.SEED: source.seed,
        }

    def of(self, command: Command) -> bool | None:
        """Return whether the service offers a command, or None if this is unknown."""
        return self._known.get(command)

    async def load(self) -> None:
        """Load the results that were stored before the restart."""
        with suppress(StoreFailed, ValueError, TypeError, AttributeError):
            stored = json.loads(await self._store.get(self._key) or "{}")
            self._known = {each: stored[each] is True for each in self._questions if each in stored}

    async def run(self) -> None:
        """Ask at startup and once a day which optional endpoints the service offers, until cancelled."""
        while True:
            with self._guard.contain():
                for command, ask in self._questions.items():
                    with suppress(UpstreamError, SubmitError):
                        await ask(NO_TASK)
                    await self.learn(command)
            known = all(self._source.offers(each) is not None for each in self._questions)
            await self._pause.wait(self._clock.now() + (_DAY if known else max(_AGAIN, self._guard.pause)))

    async def learn(self, command: Command) -> None:
        """Store whether the service offers a command, as the last reply to the command has shown."""
        offered = self._source.offers(command)
        if offered is None or offered is self._known.get(command):
            return
        self._known[command] = offered
        with suppress(StoreFailed):  # the next start asks again
            await self._store.set(self._key, json.dumps(self._known))
