"""What an address says of itself, and where it really leads. Pure: nothing is resolved here."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urlsplit

_PARTS = re.compile(r"(https?)://([^/?#\\]*)(.*)", re.IGNORECASE | re.DOTALL)
# The proxy serves results itself under this path, behind a mode prefix such as /mj-fast or none.
_SERVED = re.compile(r"(?:/mj-[^/?#]+)?/mj(/image/.+)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_INNER = (".local", ".internal", ".lan", ".localhost", ".localdomain", ".home.arpa")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_UNICAST6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def public_address(address: str) -> bool:
    """True for an address that anybody on the internet may reach; one that hides another counts as both.

    https://www.iana.org/assignments/iana-ipv6-special-registry
    """
    literal = _literal(address)
    if isinstance(literal, IPv4Address):
        return literal.is_global and not literal.is_multicast
    if literal is None:
        return False
    if (mapped := literal.ipv4_mapped) is not None:
        return public_address(str(mapped))
    if literal in _NAT64:
        return public_address(str(IPv4Address(int(literal) & 0xFFFFFFFF)))
    if (within := literal.sixtofour) is not None and not public_address(str(within)):
        return False
    return literal in _UNICAST6 and literal.is_global


def is_literal(host: str) -> bool:
    """True for a host that is an address, not a name."""
    return _literal(host) is not None


@lru_cache(1024)  # every card asks more than once
def looks_public(url: str) -> bool:
    """True when Discord's servers can probably fetch this address (they say nothing if they cannot)."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:  # such as "http://[x": an address that nobody can fetch
        return False
    return parts.scheme in ("http", "https") and _is_public(host)


@lru_cache(1024)  # services serve all their pictures from a few hosts
def _is_public(host: str) -> bool:
    if _literal(host) is not None:
        return public_address(host)
    # A name that ends in a number is an address in disguise: 127.1, 2130706433, 0x7f.0.0.1.
    disguised = _NUMBER.fullmatch(host.rpartition(".")[2]) is not None
    return "." in host and not disguised and not host.lower().endswith(_INNER)


def rebased(url: str, base: str) -> str:
    """Where a picture that the image service says to be on a private host really is.

    A service that does not know its own public address answers ``http://localhost:8080/mj/image/1``.
    ``base`` is where all its requests go, up to ``/mj``; what follows ``/image/`` is kept byte for byte.
    """
    if not base or looks_public(url) or origin(url) == origin(base):
        return url
    parts = _PARTS.fullmatch(url)
    served = _SERVED.fullmatch(parts[3]) if parts else None
    return f"{base}{served[1]}" if served else url


def origin(url: str) -> tuple[str, int] | None:
    """The host and port of an address, or None when it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.hostname.removesuffix("."), port) if parts.hostname and port else None


def sendable(url: str) -> str:
    """The address with nothing changed but what no request may carry: spaces, controls, other scripts.

    Signed links must keep their query byte for byte. Raises ValueError for half a character.
    """
    parts = _PARTS.fullmatch(url.strip())
    if parts is None:
        raise ValueError("not a web address")
    return f"{parts[1].lower()}://{parts[2]}{quote(parts[3], safe=_PRINTABLE)}"


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
