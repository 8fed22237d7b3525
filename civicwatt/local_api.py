"""Our own servers on this machine, asked over HTTP by the demo."""

import json
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode

from civicwatt.loopback import HOST
from domain.errors import CivicwattError

TIMEOUT_S = 30.0
"""Longest wait for an answer. [s]"""
_SAID = 500
"""So much of a refusal is told."""


class LocalApiError(CivicwattError):
    """A server of ours on this machine did not answer as it should."""


class LocalApi:
    """A person's session with the API on a port of 127.0.0.1.

    Attributes
    ----------
    login : str
        Whose it is; empty while nobody has signed in.
    """

    def __init__(self, port: int) -> None:
        self._root = f"http://{HOST}:{port}/api/v1"
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self._csrf = ""
        self.login = ""

    def sign_in(self, login: str, password: str) -> None:
        """Begin the session.

        Raises
        ------
        LocalApiError
            If it refuses.
        """
        self._csrf = self.post("session", {"login": login, "password": password})["csrf"]
        self.login = login

    def get(self, path: str, **query: object) -> Any:
        """What the API answers to a GET, as parsed JSON.

        Raises
        ------
        LocalApiError
            If it does not answer, or refuses.
        """
        url = f"{self._root}/{path}" + (f"?{urlencode(query)}" if query else "")
        return json.loads(self._open(urllib.request.Request(url)))  # noqa: S310 - http only

    def post(self, path: str, body: Mapping[str, object], *, seen: int | None = None) -> Any:
        """What the API answers to a POST, as parsed JSON.

        Parameters
        ----------
        seen : int, optional
            Revision of what is changed, where the API wants to know which one was seen.

        Raises
        ------
        LocalApiError
            If it does not answer, or refuses.
        """
        return self._write("POST", path, body, seen)

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        """What the API answers to a PUT; raises as `post` does."""
        return self._write("PUT", path, body, None)

    def _write(self, method: str, path: str, body: Mapping[str, object], seen: int | None) -> Any:
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self._csrf}
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        data = json.dumps(body, default=str).encode()
        request = urllib.request.Request(f"{self._root}/{path}", data, headers, method=method)  # noqa: S310 - http only
        return json.loads(self._open(request) or b"null")

    def _open(self, request: urllib.request.Request) -> bytes:
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                body: bytes = answer.read()
        except HTTPError as error:
            said = error.read().decode(errors="replace")[:_SAID]
            raise LocalApiError(f"{request.full_url}: {error}: {said}") from error
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
