"""Autocomplete that fails offers nothing, and logs little: it is called for each keystroke."""

from __future__ import annotations

import logging

import pytest
from discord import app_commands

from mjbot.errors import RateLimited, StoreFailed, UpstreamUnavailable
from mjbot.ui.error_boundary import quiet_autocomplete


@pytest.mark.parametrize("error", [StoreFailed(), RateLimited(t="soon"), UpstreamUnavailable("x")])
async def test_an_error_that_was_expected_is_not_logged_for_a_keystroke(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    assert await typed(error) == [[]] * 20
    assert [each for each in caplog.records if each.levelno > logging.DEBUG] == []


@pytest.mark.parametrize("error", [ValueError("x"), OSError("disk"), RuntimeError("closed"), KeyError(1)])
async def test_an_error_that_was_not_expected_is_logged_once_and_not_for_each_keystroke(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    assert await typed(error) == [[]] * 20
    assert [bool(each.exc_info) for each in caplog.records if each.levelno > logging.DEBUG] == [True]


async def typed(error: Exception) -> list[list[app_commands.Choice[str]]]:
    """Call an autocomplete that raises this error, once for each of 20 keystrokes."""

    @quiet_autocomplete
    async def suggest() -> list[app_commands.Choice[str]]:
        raise error

    return [await suggest() for _ in range(20)]
