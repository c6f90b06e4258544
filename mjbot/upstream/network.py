"""Describes failed HTTP requests so that an operator can act on them."""

from __future__ import annotations

import errno
import socket
import ssl

import aiohttp

_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


def failure_words(error: BaseException) -> str:
    """Describe why an HTTP request got no response, as a lower-case phrase without a full stop."""
    cause = getattr(error, "os_error", None) or error.__cause__ or error
    if isinstance(error, aiohttp.ClientConnectorDNSError) or isinstance(cause, socket.gaierror):
        return "its host name cannot be found"
    if isinstance(error, aiohttp.ClientConnectorCertificateError) or isinstance(
        cause, ssl.SSLCertVerificationError
    ):
        return "its TLS certificate is not trusted here"
    if isinstance(error, aiohttp.ClientSSLError) or isinstance(cause, ssl.SSLError):
        return "no secure connection (TLS) can be made: is it http:// instead?"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, aiohttp.InvalidURL):
        return "its address is not valid"
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens at its address"
    if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
        return "there is no route to it from this machine"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "no connection can be made to it"
    return "it cut the connection before it had answered"


def status_words(status: int) -> str:
    """Describe an unexpected HTTP status."""
    if status == 429:
        return f"it limits how often it is asked (status {status}); wait some minutes"
    if status >= 500:
        return f"it has a fault of its own (status {status}); try again later"
    if status in (404, 405) or 300 <= status < 400:
        return f"there is nothing at this address (status {status})"
    return f"it refused the request (status {status})"
