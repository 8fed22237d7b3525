"""What nobody foresaw: logged with all it says, answered as a problem that says nothing of it."""

import logging
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problem import answer_of, refuse
from domain.sentence import Sentence

log = logging.getLogger(__name__)


class Unforeseen:
    """ASGI middleware that answers 500 where everything else has failed to answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:  # whatever it is: logged whole, and its caller told where to look
            if scope["type"] != "http" or begun:
                raise
            log.exception("nobody foresaw this of %s %s", scope["method"], scope["path"])
            why = Sentence("unforeseen", "the server failed; its log says why under this request")
            await answer_of(refuse(HTTPStatus.INTERNAL_SERVER_ERROR, why))(scope, receive, send)
