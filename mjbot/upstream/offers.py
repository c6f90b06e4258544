"""Learns from the responses of a service which commands it offers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mjbot.core.model.submits import Command
from mjbot.core.model.task import NO_TASK, TaskId
from mjbot.errors import CancelRefused, Redirected, RouteMissing, SeedUnavailable, TaskNotFound
from mjbot.errors.submits import CommandNotOffered

if TYPE_CHECKING:
    from mjbot.clock import Clock

_ASK_AGAIN = 600.0  # seconds; a service that is being deployed has no routes either


class Offers:
    """Remembers which commands have worked, and for ten minutes which commands are missing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._worked: set[Command] = set()
        self._missing_until: dict[Command, float] = {}

    def of(self, command: Command) -> bool | None:
        """Return whether the service offers a command, or None if this is unknown."""
        if self._clock.now() < self._missing_until.get(command, 0.0):
            return False
        return True if command in self._worked else None

    @contextmanager
    def asking(self, endpoint: str, task_id: TaskId = NO_TASK) -> Iterator[None]:
        """Learn whether the service offers an endpoint from the outcome of the ``with`` block that calls it.

        ``task_id`` is the task in the route, if there is one. A 404 may then concern only this task, unless
        the response says that the route is missing. Raises `CommandNotOffered` if the endpoint is missing.
        """
        if endpoint not in tuple(Command):
            yield
            return
        command = Command(endpoint)
        if self.of(command) is False:
            raise CommandNotOffered(command)
        try:
            yield
        except Redirected:
            raise  # by a login or maintenance page
        except RouteMissing as error:
            if command is Command.IMAGINE:  # every server has it: the address is wrong
                raise
            if task_id != NO_TASK and not error.stated:
                raise
            self._set_missing(command)
            raise CommandNotOffered(command, str(error)) from error
        except CommandNotOffered:
            self._set_missing(command)
            raise
        except (TaskNotFound, SeedUnavailable, CancelRefused):
            self._worked.add(command)  # the service knows the command, but refuses it for this task
            raise
        self._worked.add(command)

    def _set_missing(self, command: Command) -> None:
        self._worked.discard(command)
        self._missing_until[command] = self._clock.now() + _ASK_AGAIN
