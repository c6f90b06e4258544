"""Failed connections are told in people's words, without the names of classes."""

from __future__ import annotations

import errno
import re
import socket
import ssl

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from mjbot.upstream.network import failure_words, status_words

KEY = ConnectionKey("relay.example", 443, True, True, None, None, None)


def refused(number: int) -> aiohttp.ClientConnectorError:
    return aiohttp.ClientConnectorError(KEY, OSError(number, "x"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "x")), "its host name cannot be found"),
        (socket.gaierror(-2, "x"), "its host name cannot be found"),
        (refused(errno.ECONNREFUSED), "nothing listens at its address"),
        (refused(errno.ENETUNREACH), "there is no route to it from this machine"),
        (refused(errno.EHOSTUNREACH), "there is no route to it from this machine"),
        (refused(errno.EMFILE), "no connection can be made to it"),
        (
            aiohttp.ClientConnectorCertificateError(KEY, ssl.SSLCertVerificationError("x")),
            "its TLS certificate is not trusted here",
        ),
        (
            aiohttp.ClientConnectorSSLError(KEY, OSError(1, "x")),
            "no secure connection (TLS) can be made: is it http:// instead?",
        ),
        (TimeoutError(), "it did not answer in time"),
        (aiohttp.ServerTimeoutError(), "it did not answer in time"),
        (aiohttp.ConnectionTimeoutError(), "it did not answer in time"),
        (aiohttp.InvalidURL("http://"), "its address is not valid"),
        (aiohttp.ServerDisconnectedError(), "it cut the connection before it had answered"),
        (aiohttp.ClientOSError(errno.ECONNRESET, "x"), "it cut the connection before it had answered"),
        (aiohttp.ClientPayloadError("x"), "it cut the connection before it had answered"),
        (ConnectionResetError(), "it cut the connection before it had answered"),
    ],
)
def test_a_failed_request_is_told_in_words(error: Exception, words: str) -> None:
    assert failure_words(error) == words


@pytest.mark.parametrize("status", range(300, 600))
def test_a_status_is_told_in_words_and_with_its_number(status: int) -> None:
    assert re.fullmatch(rf"[a-z ]+ \(status {status}\)(; [a-z ]+)?", status_words(status))
