"""The names of the dialects, which are the kinds of server that the sandbox imitates.

They are in a module of their own, which the command line can import quickly.
"""

from __future__ import annotations

from enum import StrEnum


class DialectName(StrEnum):
    """A kind of server. The value is the URL prefix under which the sandbox imitates it."""

    DEFAULT = ""
    """litter-coder's server behind a relay that rewrites nothing."""
    ORIGINAL = "original"
    """https://github.com/novicezk/midjourney-proxy"""
    PLUS = "plus"
    """https://github.com/litter-coder/midjourney-proxy-plus"""
    TRUE = "true"
    """https://github.com/trueai-org/midjourney-proxy"""
    NEW_API = "new-api"
    """https://github.com/QuantumNous/new-api"""
