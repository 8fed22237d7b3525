"""The largest body that is taken: told before it is read where it says its length, else while."""

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problem import answer_of, refuse
from domain.sentence import Sentence

BODY_MAX_BYTES = 16 * 2**20
"""Above the largest file that is taken, a photo; what takes less says so itself. [B]"""


class BodyLimit:
    """ASGI middleware that refuses longer bodies (413)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, as far as it is not too long."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        too_large = refuse(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            Sentence("body_too_large", "a body has at most {most} MiB", most=BODY_MAX_BYTES >> 20),
        )
        length = dict(scope["headers"]).get(b"content-length", b"")
        if length.isdigit() and int(length) > BODY_MAX_BYTES:
            await answer_of(too_large)(scope, receive, send)
            return
        read = 0

        async def receive_so_much() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > BODY_MAX_BYTES:
                raise too_large
            return message

        await self.app(scope, receive_so_much, send)
