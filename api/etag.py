"""``ETag`` of every answer to a GET, by what it says: who knows it already is told just that.

Weak, for the answer may still be compressed. What has a revision of its own names that itself.
"""

import hashlib
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_JSON = "application/json"


class Etag:
    """ASGI middleware that names JSON answers of the API and holds If-None-Match against them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back: whole, or as unchanged (304)."""
        is_read = scope["type"] == "http" and scope["method"] == "GET"
        if not is_read or not scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        begun: Message | None = None

        async def send_named(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = message
                return
            if begun is not None:
                start, begun = begun, None
                if _is_nameable(start, message):
                    headers = MutableHeaders(raw=start["headers"])
                    headers["ETag"] = etag_of(message["body"])
                    if names(known, headers["ETag"]):
                        for name in ("content-length", "content-type"):
                            del headers[name]
                        start = {**start, "status": HTTPStatus.NOT_MODIFIED.value}
                        message = {**message, "body": b""}
                await send(start)
            await send(message)

        await self.app(scope, receive, send_named)


def _is_nameable(start: Message, message: Message) -> bool:
    headers = Headers(raw=start["headers"])
    is_json = headers.get("content-type", "").startswith(_JSON)
    whole = is_json and not message.get("more_body", False)
    return bool(whole and start["status"] == HTTPStatus.OK and "etag" not in headers)


def etag_of(body: bytes) -> str:
    """What an answer is called."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def names(known: str, etag: str) -> bool:
    """Whether a header of known ones names it."""
    return known.strip() == "*" or etag in {each.strip() for each in known.split(",")}
