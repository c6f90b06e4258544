"""Which refusals offer the same modal again, or end a series: the kind of the error decides, not its text."""

from __future__ import annotations

import pytest

from mjbot.core.i18n.texts import Text
from mjbot.errors import (
    AccountRefused,
    ActionUnavailable,
    BotMissingPermission,
    GuildNotAllowed,
    InternalError,
    KeyRefused,
    MakingClosed,
    MJBotError,
    PressNotAllowed,
    PressRefused,
    PressUnclear,
    QuotaExceeded,
    RateLimited,
    Redirected,
    ResponseLost,
    RetryStoppedError,
    ShuttingDown,
    StoreFailed,
    TaskNotFound,
    TaskNotSeenHere,
    TooManyCards,
    UnexpectedHtml,
    UpstreamForbidden,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from mjbot.errors.submits import RefusalReason, SubmitRefused
from mjbot.service.pressing.refusals import error_for_user
from mjbot.service.pressing.retries import RetryStopped

LASTING = {RefusalReason.PARENT_GONE, RefusalReason.NOT_OFFERED, RefusalReason.COMMAND_NOT_OFFERED}
OF_THE_ACCOUNT = {
    RefusalReason.NO_ACCOUNT,
    RefusalReason.DAILY_LIMIT,
    RefusalReason.TOTAL_LIMIT,
    RefusalReason.ACCOUNT_BLOCKED,
}


@pytest.mark.parametrize(
    ("error", "offered"),
    [
        (PressRefused(Text.REPLY_PROMPT_MISSING), True),
        (RetryStoppedError(label="V1"), True),
        (RateLimited(), True),
        (TooManyCards(), True),
        (BotMissingPermission(Text.REPLY_MISSING_EMBED_LINKS), True),
        (PressNotAllowed(Text.REPLY_PRESS_NOT_ALLOWED), True),
        (UpstreamUnavailable(), True),
        (KeyRefused(), True),
        (ActionUnavailable(Text.REPLY_PROMPT_MISSING), False),  # whatever its text
        (TaskNotFound(), False),
        (TaskNotSeenHere(), False),
        (MakingClosed(Text.MAKE_NOT_IN_GUILD), False),
        (GuildNotAllowed(), False),
        (ShuttingDown(), True),
        (StoreFailed(), False),
        (PressUnclear(label="V1"), False),
        (ResponseLost(), False),
        (InternalError(), False),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_modal_is_offered_again_where_another_submit_may_be_accepted(
    error: MJBotError, offered: bool
) -> None:
    assert error.resubmittable is offered


@pytest.mark.parametrize("reason", RefusalReason)
def test_what_the_service_never_accepts_is_not_offered_again(reason: RefusalReason) -> None:
    error = error_for_user(SubmitRefused(reason), "V1", in_flight=False)
    assert isinstance(error, PressRefused)
    assert error.resubmittable == (reason not in LASTING)


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (AccountRefused(Text.REPLY_PROMPT_MISSING), True),  # whatever its text
        (ActionUnavailable(Text.REPLY_PROMPT_MISSING), True),
        (KeyRefused(), True),
        (QuotaExceeded(), True),
        (UpstreamForbidden(), True),
        (UnexpectedHtml(), True),
        (Redirected(), True),
        (PressRefused(Text.REPLY_DAILY_LIMIT), False),
        (RetryStoppedError(label="/imagine"), False),
        (PressUnclear(label="/imagine"), False),
        (UpstreamRateLimited(), False),
        (UpstreamUnavailable(), False),
        (StoreFailed(), False),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_series_ends_where_every_other_prompt_would_be_refused(error: MJBotError, ends: bool) -> None:
    assert error.refuses_all is ends


@pytest.mark.parametrize("reason", RefusalReason)
def test_what_the_service_refuses_because_of_one_prompt_or_for_a_moment_ends_no_series(
    reason: RefusalReason,
) -> None:
    error = error_for_user(SubmitRefused(reason), "/imagine", in_flight=False)
    assert isinstance(error, PressRefused)
    assert error.refuses_all == (reason in LASTING | OF_THE_ACCOUNT)


def test_a_stopped_retry_is_told_by_its_type() -> None:
    assert type(error_for_user(RetryStopped(), "V1", in_flight=False)) is RetryStoppedError
