"""Fetch one page over HTTP, in bounded time and size, from exactly the address that was named."""

import http.client
import ssl
import time
from http import HTTPStatus
from urllib.parse import urlsplit

from domain.errors import PayloadError

WITHIN_S = 8.0
"""Longest that one attempt takes altogether. [s]"""
LARGEST = 2 * 2**20
"""[byte]"""
ATTEMPTS = 2
_PAUSE_S = 0.5
_PIECE = 64 * 2**10


def fetch(url: str, *, within_s: float = WITHIN_S) -> bytes:
    """Body of a page.

    No redirect is followed: the administrator named this address, and no other. A server that
    does not answer, breaks off or is out of order is asked once more.

    Parameters
    ----------
    url : str
        ``http://`` or ``https://``.
    within_s : float
        Longest that one attempt takes altogether. [s]

    Raises
    ------
    PayloadError
        With what happened instead.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _once(url, time.monotonic() + within_s)
        except (OSError, http.client.HTTPException, _OutOfOrderError) as error:
            if attempt == ATTEMPTS:
                told = str(error) or type(error).__name__
                reason = f"no answer in {ATTEMPTS} attempts: {told[:200]}"
                raise PayloadError(reason, code="no_answer") from error
            time.sleep(_PAUSE_S)
    raise AssertionError("the last attempt returns or raises")


class _OutOfOrderError(Exception):
    """The server says that it is out of order for now."""


def _once(url: str, deadline: float) -> bytes:
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    left = _left(deadline)
    connection = (
        http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=left, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=left)
    )
    try:
        connection.request("GET", path, headers={"Accept": "application/json"})
        with connection.getresponse() as answer:
            _refuse(answer)
            return _body(connection, answer, deadline)
    finally:
        connection.close()


def _refuse(answer: http.client.HTTPResponse) -> None:
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _OutOfOrderError(f"HTTP status {status}")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        where = str(answer.headers.get("Location", ""))[:200]
        reason = f"HTTP status {status} to {where!r}: redirects are not followed, name the address"
        raise PayloadError(reason, code="redirect")
    if status not in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}:  # 400 carries the server's reason
        raise PayloadError(f"HTTP status {status}, want 200", code="status")


def _body(
    connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, deadline: float
) -> bytes:
    body = bytearray()
    while True:
        if connection.sock is not None:  # gone where the server closes after the answer
            connection.sock.settimeout(_left(deadline))
        _left(deadline)
        piece = answer.read1(_PIECE)
        if not piece:
            return bytes(body)
        body += piece
        if len(body) > LARGEST:
            reason = f"more than {LARGEST // 2**20} MiB, want a few kilobytes"
            raise PayloadError(reason, code="too_large")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left
