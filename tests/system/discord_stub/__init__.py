"""A small Discord (REST and gateway) for tests in which the bot is a real process."""

from tests.discord_answers import Call
from tests.system.discord_stub.gates import Hold
from tests.system.discord_stub.interactions import Interaction
from tests.system.discord_stub.limits import RateLimits
from tests.system.discord_stub.log import Event
from tests.system.discord_stub.state import Attachment, Channel, Guild, Message, User, Version
from tests.system.discord_stub.stub import DiscordStub

__all__ = [
    "Attachment",
    "Call",
    "Channel",
    "DiscordStub",
    "Event",
    "Guild",
    "Hold",
    "Interaction",
    "Message",
    "RateLimits",
    "User",
    "Version",
]
