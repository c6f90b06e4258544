"""Validation of addresses in the settings: the service URL, the proxy URL and the listen address."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from mjbot.core.model.addresses import ascii_host, is_host


def web_address(value: str) -> str:
    """Validate and return the base URL of a service. Raises ValueError with the reason."""
    no_address = "must be an address that begins with https:// (or http://)"
    if any(character.isspace() for character in value):  # urlsplit would drop some of them
        raise ValueError("must not hold spaces or line breaks")
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:  # such as https://[::1
        raise ValueError(no_address) from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(no_address)
    if any(mark in value for mark in "?#@"):
        raise ValueError("must be a plain address, without ? or # or @")
    if not _has_possible_port(parts):
        raise ValueError("its port must be a number from 1 to 65535")
    if not is_host(ascii_host(host)):
        raise ValueError(f'"{host}" is not the name of a host')
    return value


def proxy_address(value: str) -> str:
    """Validate and return the URL of an HTTP proxy, which may contain credentials. Raises ValueError."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if value and (not host or parts.scheme not in ("http", "https")):
        raise ValueError("must be an address that begins with http:// or https:// (SOCKS is not possible)")
    if value and (parts.path.strip("/") or parts.query or parts.fragment or not _has_possible_port(parts)):
        raise ValueError("must be a host and a port")
    return value


def _has_possible_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def listen_address(value: str) -> str:
    """Validate and return ``host:port`` ("" to disable; port 0 for any free port). Raises ValueError."""
    host, _, port = value.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    bare = host[1:-1] if bracketed else host
    # An IPv6 address has colons of its own.
    well_formed = is_host(bare) and "[" not in bare and bracketed == (":" in bare)
    if value and not (well_formed and port.isascii() and port.isdecimal() and int(port) < 65_536):
        raise ValueError("must be an address and a port")
    return value
