"""Pure functions that classify and rewrite image URLs and IP addresses. They do not resolve host names."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote, urlsplit

_URL = re.compile(r"(https?)://([^/?#\\]*)(.*)", re.IGNORECASE | re.DOTALL)
# The proxy serves results itself under this path, with or without a mode prefix such as /mj-fast.
_PROXY_IMAGE = re.compile(r"(?:/mj-[^/?#]+)?/mj(/image/.+)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_PRIVATE_SUFFIXES = (".local", ".internal", ".lan", ".localhost", ".localdomain", ".home.arpa")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
# The characters that RFC 3986 allows in a path and a query, without brackets: they would end a Markdown link.
_ALLOWED = "".join(sorted(set(_PRINTABLE) - set('"<>\\^`{|}()[]')))
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_MAX_HOST = 253
_MEDIA_FILE = re.compile(r"\.(?:png|jpe?g|webp|gif|mp4|m4v|mov|webm)(?:[?#]|\Z)", re.IGNORECASE)
# Base64 of a JPEG begins like a path. Other formats, and data: URLs, cannot be taken for an address.
_JPEG_IN_BASE64 = re.compile(r"/9j/[A-Za-z0-9+/=\s]*")
_VIDEO_FILES = (".mp4", ".m4v", ".mov", ".webm")
# Our own lists, because `is_global` differs between Python versions. They include all of 192.0.0.0/24 and
# 2001::/23, because the globally reachable addresses in them are not web servers.
# https://www.iana.org/assignments/iana-ipv4-special-registry
# https://www.iana.org/assignments/iana-ipv6-special-registry
_NOT_PUBLIC4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_UNICAST6 = IPv6Network("2000::/3")
_NOT_PUBLIC6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_MAPPED, _NAT64 = IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96")


def is_public_address(address: str) -> bool:
    """Return whether an IP address is globally reachable. An embedded IPv4 address must be public, too."""
    literal = _parse_literal(address)
    if literal is None:
        return False
    if isinstance(literal, IPv6Address) and (literal in _MAPPED or literal in _NAT64):
        literal = IPv4Address(int(literal) & 0xFFFFFFFF)
    if isinstance(literal, IPv4Address):
        return not any(literal in network for network in _NOT_PUBLIC4)
    return literal in _UNICAST6 and not any(literal in network for network in _NOT_PUBLIC6)


def is_literal(host: str) -> bool:
    """Return whether a host is an IP address rather than a name."""
    return _parse_literal(host) is not None


@lru_cache(1024)  # called more than once for every card
def looks_public(url: str) -> bool:
    """Return whether Discord's servers can probably fetch a URL. Discord does not report failures."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:  # such as "http://[x", which cannot be fetched at all
        return False
    return parts.scheme in ("http", "https") and _is_public_host(host)


@lru_cache(1024)  # services serve all their images from a few hosts
def _is_public_host(host: str) -> bool:
    if _parse_literal(host) is not None:
        return is_public_address(host)
    # A name that ends in a number is an IP address in disguise: 127.1, 2130706433, 0x7f.0.0.1.
    disguised = _NUMBER.fullmatch(host.rpartition(".")[2]) is not None
    return "." in host and not disguised and not host.lower().endswith(_PRIVATE_SUFFIXES)


def address_of(text: str) -> str:
    """Return a field of the image service as a URL or a path on the service, or "" if it is neither.

    Services send `` https://h/a.png``, ``HTTPS://h/a.png``, ``//h/a.png``, ``h.example/a.png`` and
    ``/mj/image/1``. `rebase` turns a path into a URL. Embedded image data (a data: URL, base64) is not
    accepted: it would be stored with every reading, and nobody could open it.
    """
    text = text.strip().strip("\"'`<>").strip()
    if parts := _URL.fullmatch(text):
        return f"{parts[1].lower()}://{parts[2]}{parts[3]}" if parts[2] else ""
    if text.startswith("//"):
        return address_of(f"https:{text}")
    first, slash, rest = text.partition("/")
    if not (slash and rest):
        return ""
    if not first:
        return "" if _JPEG_IN_BASE64.fullmatch(text) else text
    if "." in first and not is_literal(first) and is_host(first):
        return f"https://{text}"
    # A word such as "N/A" is no path, and "data:image/png" no path on the service.
    return f"/{text}" if _LABEL.fullmatch(first) and _MEDIA_FILE.search(text) else ""


def names_video(url: str) -> bool:
    """Return whether the path of a URL has the extension of a video file."""
    return url.partition("#")[0].partition("?")[0].lower().endswith(_VIDEO_FILES)


def rebase(url: str, base: str) -> str:
    """Rewrite a path, or an image URL with a private host, as a URL on the image service.

    A service that does not know its own public address sends ``http://localhost:8080/mj/image/1`` or
    ``/mj/image/1``. ``base`` is the base URL of all requests, up to ``/mj``. The part after ``/image/`` is
    kept unchanged.
    """
    if not base or looks_public(url) or origin(url) == origin(base):
        return url
    parts, own = _URL.fullmatch(url), _URL.fullmatch(base)
    path = parts[3] if parts else url
    if image := _PROXY_IMAGE.fullmatch(path):
        return f"{base}{image[1]}"
    return f"{own[1]}://{own[2]}{url}" if own and url.startswith("/") else url


def origin(url: str) -> tuple[str, int] | None:
    """Return the host and port of a URL, or None if it has no valid host and port."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.hostname.removesuffix("."), port) if parts.hostname and port else None


def percent_encoded(url: str) -> str:
    """Percent-encode only the characters not allowed in a request: spaces, control characters, non-ASCII.

    The query of a signed URL must not change. Raises ValueError for a lone surrogate, or for anything but an
    http(s) URL.
    """
    parts = _URL.fullmatch(url.strip())
    if parts is None:
        raise ValueError("not a web address")
    return f"{parts[1].lower()}://{parts[2]}{quote(parts[3], safe=_PRINTABLE)}"


@lru_cache(1024)  # as above
def well_formed(url: str) -> str:
    """Return a URL in a form that Discord accepts in embeds, buttons and masked links, or "" if impossible.

    Discord rejects a whole message because of one URL that it cannot parse, such as one with a space or with
    the port 99999 (error 50035, "Not a well formed URL").
    """
    url = url.strip()
    parts = _URL.fullmatch(f"https:{url}" if url.startswith("//") else url)
    if parts is None:
        return ""
    try:
        split = urlsplit(f"{parts[1]}://{parts[2]}")
        host, port = ascii_host(split.hostname or ""), split.port
        rest = quote(parts[3], safe=_ALLOWED)
    except ValueError:  # a port that is not a number, a lone surrogate
        return ""
    if parts[3][:1] not in ("", "/", "?", "#"):  # a backslash, which some parsers treat as a slash
        return ""
    if not is_host(host) or split.username is not None or port == 0:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts[1].lower()}://{host}{f':{port}' if port else ''}{rest}"


def ascii_host(host: str) -> str:
    """Return the ASCII (IDNA) form of a host name for DNS, or "" if the name cannot be encoded."""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


@lru_cache(1024)  # as above
def is_host(host: str) -> bool:
    """Return whether a host is an IP address or a well-formed name."""
    if is_literal(host):
        return True
    labels = host.removesuffix(".").split(".")
    return len(host) <= _MAX_HOST and all(_LABEL.fullmatch(label) for label in labels)


def readable(url: str, base: str, limit: int) -> str | None:
    """Return the well-formed URL if it has a public host and at most ``limit`` characters.

    Otherwise, return None.
    """
    found = well_formed(rebase(url.strip(), base))
    return found if found and len(found) <= limit and looks_public(found) else None


def _parse_literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
