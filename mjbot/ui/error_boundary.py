"""The error boundary, which reports every error of an interaction to the user in an ephemeral message."""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

import discord
from discord import app_commands

from mjbot.clock import Clock
from mjbot.core.card.description import timestamp
from mjbot.core.i18n.texts import Text
from mjbot.errors import InternalError, MJBotError, UpstreamRateLimited
from mjbot.guard import UnexpectedErrors
from mjbot.ui.replies import Replies
from mjbot.ui.sending import DELIVERY_ERRORS

log = logging.getLogger(__name__)

_P = ParamSpec("_P")
_Choice = TypeVar("_Choice", str, int, float)


class ErrorBoundary:
    """Tells the user about the error that ended an interaction."""

    def __init__(self, replies: Replies, clock: Clock) -> None:
        self._replies = replies
        self._clock = clock
        self._unread = UnexpectedErrors()

    async def handle_command(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError
    ) -> None:
        """Handle an error of a slash command. This is the error handler of the command tree."""
        original = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if interaction.type is discord.InteractionType.autocomplete:
            # It failed before our callback was called. Autocomplete has no text in which to say so.
            self._unread.log("autocomplete could not be read", original)
            return
        await self.handle(interaction, original)

    async def handle(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Send the user a message about an error, and log the details that users should not see."""
        text, values = _reply_to(_classify(error), self._clock.now())
        try:
            await self._replies.to(interaction).replace_with_private(text, **values)
        except Exception as trouble:
            log.info("interaction reply not delivered: %s", _name(trouble))


class ContainedTree(app_commands.CommandTree[Any]):
    """A command tree whose error handler gets all errors.

    discord.py passes on only its own, but it may fail to read the options or the message of a command.
    """

    async def _call(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:
            raise app_commands.AppCommandError("the command cannot be read") from error


def quiet_autocomplete(
    callback: Callable[_P, Coroutine[Any, Any, list[app_commands.Choice[_Choice]]]],
) -> Callable[_P, Coroutine[Any, Any, list[app_commands.Choice[_Choice]]]]:
    """Wrap an autocomplete callback so that it offers no choices if it fails.

    Autocomplete cannot show an error, and discord.py would log a traceback for each keystroke.
    """
    errors = UnexpectedErrors()

    @functools.wraps(callback)
    async def quiet(*args: _P.args, **kwargs: _P.kwargs) -> list[app_commands.Choice[_Choice]]:
        try:
            return await callback(*args, **kwargs)
        except MJBotError as error:
            log.debug("no autocomplete: %s", error)  # already logged where it failed
        except Exception as error:
            errors.log("autocomplete failed in an unexpected way", error)
        return []

    return quiet


def _classify(error: Exception) -> MJBotError:
    if isinstance(error, MJBotError) and not isinstance(error, InternalError):
        return error
    ref = secrets.token_hex(4)
    cause = error.__cause__ or error
    if isinstance(cause, DELIVERY_ERRORS):
        log.warning("interaction failed (%s): Discord did not accept the response: %s", ref, _name(error))
    else:
        log.error("interaction failed (%s)", ref, exc_info=error)
    return InternalError(ref=ref)


def _reply_to(error: MJBotError, now: float) -> tuple[Text, dict[str, object]]:
    if isinstance(error, UpstreamRateLimited) and error.retry_after:
        return Text.REPLY_UPSTREAM_RATE_LIMITED_UNTIL, {"t": timestamp(now + error.retry_after)}
    return error.text, error.values


def _name(error: BaseException) -> str:
    cause = error.__cause__ or error
    return str(getattr(cause, "code", None) or type(cause).__name__)
