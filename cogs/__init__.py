"""Slash commands, one module per feature. A cog calls a service and does no work of its own.

The bot loads every module here as a discord.py extension.
"""

from __future__ import annotations

from pkgutil import iter_modules

EXTENSIONS = tuple(f"{__name__}.{module.name}" for module in iter_modules(__path__))
