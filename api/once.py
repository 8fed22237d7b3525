"""``Idempotency-Key``: a write that is asked again is answered as at first and not done again.

The key is entered in the very transaction of what is asked: what was done has its key, what was
refused has not. The answer is kept afterwards; where a crash came between, asking again is told
that it was done, and does nothing.
"""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from psycopg import Connection
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problem import answer_of, refuse
from domain.sentence import Sentence
from store.once import claim, keep_answer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_LONGEST = 200
_KEPT_BYTES = 2**20
"""A larger answer is not kept. [B]"""
_TOLD_ONCE = ("/users", "/keys", "/session", "/credentials", "/provisioning-credentials")
"""Their answers may hold passwords and keys, which nobody keeps."""


@dataclass(slots=True)
class Asked:
    """A write under a key.

    Attributes
    ----------
    by : int or None
        Who took the key, with the transaction that did it.
    """

    key: str
    sha256: bytes
    by: int | None = None


class Replay(Exception):  # noqa: N818 - no error: the answer is there already
    """The first answer, in place of doing it again."""

    def __init__(self, status: int, content_type: str, answer: bytes) -> None:
        super().__init__(status)
        self.response = Response(answer, status, {REPLAYED: "true"}, content_type or None)


async def replay(_request: Request, error: Exception) -> Response:
    """Handler of `Replay`."""
    assert isinstance(error, Replay)  # noqa: S101 - registered for nothing else
    return error.response


def want_first(request: Request, conn: Connection, person_id: int) -> None:
    """Take the key of a request, if it has one, in the transaction of what it asks.

    Raises
    ------
    Replay
        If the same was done under it before.
    HTTPException
        422 if it was something else; 409 if it was done and its answer is not kept.
    """
    asked: Asked | None = getattr(request.state, "asked", None)
    if asked is None:
        return
    first = claim(conn, asked.key, asked.sha256)
    if first is None:
        asked.by = person_id
    elif first.asked_sha256 != asked.sha256:
        why = Sentence("key_of_other_request", "this Idempotency-Key was used for something else")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, why)
    elif first.status is None:
        why = Sentence("done_before", "this was done before; what was answered is not kept")
        raise refuse(HTTPStatus.CONFLICT, why)
    else:
        raise Replay(first.status, first.content_type or "", first.answer or b"")


class Once:
    """ASGI middleware that reads what is asked under a key, and keeps what was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        key = Headers(scope=scope).get(HEADER) if scope["type"] == "http" else None
        if key is None or scope["method"] not in _WRITES:
            await self.app(scope, receive, send)
            return
        if not (0 < len(key) <= _LONGEST and key.isprintable()):
            why = Sentence("no_such_key", "want an Idempotency-Key of 1 to 200 characters")
            await answer_of(refuse(HTTPStatus.BAD_REQUEST, why))(scope, receive, send)
            return
        try:
            body = await _body(receive)
        except HTTPException as error:
            await answer_of(error)(scope, receive, send)
            return
        what = b"\n".join(
            (scope["method"].encode(), scope["raw_path"], scope["query_string"], body)
        )
        asked = Asked(key, hashlib.sha256(what).digest())
        scope.setdefault("state", {})["asked"] = asked
        heard = _Heard(send)
        await self.app(scope, _again(body, receive), heard.send)
        if asked.by is not None and heard.whole and not _is_told_once(scope["path"]):
            await run_in_threadpool(_keep, scope, asked, asked.by, heard)


class _Heard:
    """An answer on its way out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.content_type = ""
        self.body = b""
        self.whole = False

    async def send(self, message: Message) -> None:
        """Note it and pass it on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.content_type = Headers(raw=message["headers"]).get("content-type", "")
        elif len(self.body) <= _KEPT_BYTES:
            self.body += message.get("body", b"")
            self.whole = not message.get("more_body") and len(self.body) <= _KEPT_BYTES
        await self._send(message)


async def _body(receive: Receive) -> bytes:
    data = bytearray()
    while True:
        message = await receive()
        data += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(data)


def _again(body: bytes, receive: Receive) -> Receive:
    """Say a body that was read already, then whatever else comes."""
    said = False

    async def say() -> Message:
        nonlocal said
        if said:
            return await receive()
        said = True
        return {"type": "http.request", "body": body, "more_body": False}

    return say


def _is_told_once(path: str) -> bool:
    return any(part in path for part in _TOLD_ONCE)


def _keep(scope: Scope, asked: Asked, person_id: int, heard: _Heard) -> None:
    with scope["app"].state.pool.connection() as conn:
        keep_answer(
            conn,
            person_id,
            asked.key,
            status=heard.status,
            content_type=heard.content_type,
            answer=heard.body,
        )
