"""The HTTP endpoints for operators: health, Prometheus metrics, and the image service's webhooks."""

from mjbot.ops.health import Health, UpstreamHealth
from mjbot.ops.metrics import Metrics
from mjbot.ops.server import listen, serve
from mjbot.ops.webhooks import WebhookReceiver, webhook_path, webhook_token

__all__ = [
    "Health",
    "Metrics",
    "UpstreamHealth",
    "WebhookReceiver",
    "listen",
    "serve",
    "webhook_path",
    "webhook_token",
]
