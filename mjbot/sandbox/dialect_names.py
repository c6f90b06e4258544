"""The names of the sandbox's dialects, in a module that is cheap to import for the command line."""

from __future__ import annotations

from enum import StrEnum


class DialectName(StrEnum):
    """A kind of server, and the URL prefix under which the sandbox imitates it."""

    DEFAULT = ""
    """The dialect of PLUS, behind a relay that rewrites nothing."""
    ORIGINAL = "original"
    """https://github.com/novicezk/midjourney-proxy"""
    PLUS = "plus"
    """https://github.com/litter-coder/midjourney-proxy-plus"""
    TRUE = "true"
    """https://github.com/trueai-org/midjourney-proxy"""
    NEW_API = "new-api"
    """https://github.com/QuantumNous/new-api"""
