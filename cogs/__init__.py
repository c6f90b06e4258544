"""Slash commands, one module per feature. A cog only translates Discord to service calls and back.

Every module here is loaded as an extension.
"""

from __future__ import annotations

from pkgutil import iter_modules

EXTENSIONS = tuple(f"{__name__}.{module.name}" for module in iter_modules(__path__))
