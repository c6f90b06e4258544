"""The bot as seen from outside: metrics, health, and the door for the image service's hooks."""

from mjbot.ops.health import Health
from mjbot.ops.metrics import InstrumentedMessageSink, InstrumentedTaskSource, Metrics
from mjbot.ops.server import serve
from mjbot.ops.webhooks import WebhookReceiver

__all__ = [
    "Health",
    "InstrumentedMessageSink",
    "InstrumentedTaskSource",
    "Metrics",
    "WebhookReceiver",
    "serve",
]
