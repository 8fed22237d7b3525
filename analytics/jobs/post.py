"""Send one request over HTTP, in bounded time and size, to exactly the server that was named."""

import http.client
import socket
import ssl
import time
from collections.abc import Collection
from urllib.parse import urlsplit

from analytics.delivery.exchange import Answer, Request
from analytics.jobs.outside import Network, allowed_address

WITHIN_S = 8.0
"""Longest that an attempt waits for the server, each time it waits. [s]"""
LARGEST = 64 * 2**10
"""So much of an answer is read. [byte]"""


def post(
    request: Request,
    networks: Collection[Network],
    *,
    method: str = "POST",
    within_s: float = WITHIN_S,
) -> Answer:
    """Send it; no redirect is followed.

    Raises
    ------
    OutsideError
        If the server may not be spoken to.
    OSError, http.client.HTTPException
        If there is no answer.
    """
    parts = urlsplit(request.url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = allowed_address(host, port, networks)
    connection = http.client.HTTPConnection(host, port, timeout=within_s)
    deadline = time.monotonic() + within_s
    try:
        plain = socket.create_connection((address, port), timeout=within_s)
        connection.sock = _secured(plain, host) if secure else plain
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = {"Host": parts.netloc, **request.headers}
        connection.request(method, path, body=request.body, headers=headers)
        with connection.getresponse() as answer:
            return Answer(answer.status, _body(answer, deadline))
    finally:
        connection.close()


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except (OSError, ValueError):
        plain.close()
        raise


def _body(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    body = bytearray()
    while len(body) < LARGEST and time.monotonic() < deadline:
        piece = answer.read1(LARGEST - len(body))
        if not piece:
            break
        body += piece
    return bytes(body)
