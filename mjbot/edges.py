"""The bot's external resources: the database, the HTTP sessions, and the monitoring of their requests.

They are set up before the bot is created.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp

from mjbot.clock import Clock
from mjbot.ops import Metrics, webhook_path, webhook_token
from mjbot.pictures import USERS_LIMITS, Masks, Pictures, ReferencePictures, picture_session
from mjbot.ports import Stores, TaskSource
from mjbot.redaction import redactor
from mjbot.settings import Settings
from mjbot.store import open_stores
from mjbot.ui.breaker import InvalidRequestBreaker
from mjbot.ui.channel_limits import ChannelLimits
from mjbot.ui.global_rate_limit import GlobalRateLimiter
from mjbot.ui.http import rate_limit_trace
from mjbot.ui.tokens import InteractionTokens
from mjbot.upstream.api import MidjourneyProxyApi, base_of
from mjbot.upstream.client import UpstreamClient
from mjbot.upstream.transport import api_session


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """The external resources, which are opened before the bot is created and closed after the bot."""

    stores: Stores
    source: TaskSource
    pictures: Pictures
    masks: Masks
    references: ReferencePictures
    rate_limiter: GlobalRateLimiter
    channel_limits: ChannelLimits
    breaker: InvalidRequestBreaker
    tokens: InteractionTokens
    metrics: Metrics
    webhook_token: str

    @property
    def discord_trace(self) -> aiohttp.TraceConfig:
        """The aiohttp trace of all requests to Discord. Hooks that may raise come last."""
        joined = aiohttp.TraceConfig()  # discord.py's client takes only one
        for trace in (
            self.rate_limiter.trace,
            self.channel_limits.trace,
            self.breaker.trace,
            self.metrics.discord_trace,
            self.tokens.trace,
            rate_limit_trace(),
        ):
            joined.on_request_start.extend(trace.on_request_start)
            joined.on_request_end.extend(trace.on_request_end)
            joined.on_request_exception.extend(trace.on_request_exception)
        return joined


async def open_edges(stack: AsyncExitStack, settings: Settings, clock: Clock) -> Edges:
    """Open all external resources. ``stack`` closes them in reverse order. Raises `StartupError`."""
    url, base = settings.upstream_url, base_of(settings.upstream_url)
    stores = await stack.enter_async_context(open_stores(settings.database, base))
    discord_token, key = settings.discord_token.get_secret_value(), settings.upstream_key.get_secret_value()
    token = webhook_token(discord_token)
    webhook = settings.public_url + webhook_path(token) if settings.public_url else ""
    metrics = Metrics()
    session = await stack.enter_async_context(api_session(metrics.upstream_trace))
    api = MidjourneyProxyApi(url, key, settings.upstream_auth, webhook)
    client = UpstreamClient(session, api, clock, settings.batch_size, redactor([*settings.secrets, token]))
    client.on_submit(metrics.record_submit)
    stack.callback(client.close)
    web = await stack.enter_async_context(picture_session(url))
    pictures = Pictures(web, clock, settings.images, base)
    stack.push_async_callback(pictures.close)
    # Users choose these addresses, so not even the image service's own is trusted.
    users_web = await stack.enter_async_context(picture_session(""))
    users_pictures = Pictures(users_web, clock, "attach", limits=USERS_LIMITS)
    stack.push_async_callback(users_pictures.close)
    return Edges(
        stores=stores,
        source=client,
        pictures=pictures,
        masks=Masks(pictures),
        references=ReferencePictures(users_pictures),
        rate_limiter=GlobalRateLimiter(settings.discord_api_url, clock),
        channel_limits=ChannelLimits(clock),
        breaker=InvalidRequestBreaker(clock),
        tokens=InteractionTokens(clock),
        metrics=metrics,
        webhook_token=token,
    )
