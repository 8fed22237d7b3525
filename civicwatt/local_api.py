"""Our own servers on this machine, asked over HTTP by the demo."""

import json
import urllib.request
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode

from civicwatt.loopback import HOST
from domain.errors import CivicwattError

TIMEOUT_S = 30.0
"""Longest wait for an answer. [s]"""


class LocalApiError(CivicwattError):
    """A server of ours on this machine did not answer as it should."""


class LocalApi:
    """A person's session with the API on a port of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self._root = f"http://{HOST}:{port}/api/v1"
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def sign_in(self, login: str, password: str) -> None:
        """Begin the session."""
        body = json.dumps({"login": login, "password": password}).encode()
        headers = {"Content-Type": "application/json"}
        self._open(urllib.request.Request(f"{self._root}/session", body, headers))  # noqa: S310 - http only

    def get(self, path: str, **query: object) -> Any:
        """What the API answers to a GET, as parsed JSON.

        Raises
        ------
        LocalApiError
            If it does not answer, or refuses.
        """
        url = f"{self._root}/{path}" + (f"?{urlencode(query)}" if query else "")
        return json.loads(self._open(urllib.request.Request(url)))  # noqa: S310 - http only

    def _open(self, request: urllib.request.Request) -> bytes:
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                body: bytes = answer.read()
        except URLError as error:
            raise LocalApiError(f"{request.full_url}: {error}") from error
        return body


def is_ready(port: int) -> bool:
    """Whether the API on `port` says that it can answer."""
    return _text(port, "readyz") is not None


def metrics(port: int) -> dict[str, float]:
    """Prometheus samples by their full name; empty when nobody answers."""
    lines = (_text(port, "metrics") or "").splitlines()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if line[:1] not in ("", "#"))
    }


def _text(port: int, path: str) -> str | None:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/{path}", timeout=TIMEOUT_S) as answer:
            text: str = answer.read().decode()
    except OSError:  # refused, reset, timed out, or an error status
        return None
    return text
