"""The bot as seen from outside: metrics, health, and the door for the image service's hooks."""

from mjbot.outside.health import Health
from mjbot.outside.hooks import Hooks
from mjbot.outside.listener import listening
from mjbot.outside.meters import MeteredSink, MeteredSource, Meters

__all__ = ["Health", "Hooks", "MeteredSink", "MeteredSource", "Meters", "listening"]
