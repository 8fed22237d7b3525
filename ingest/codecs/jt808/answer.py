"""Answers to a terminal, and the code it proves itself with. Pure.

Source: JT/T 808-2013, clauses 8.2 (8001) and 8.6 (8100).
"""

import hmac
from hashlib import sha256
from struct import Struct

from ingest.codecs.jt808.frame import Frame, sealed

DONE, FAILED, UNSUPPORTED = 0, 1, 3
"""Results of the general answer."""
TERMINAL_UNKNOWN = 4
"""Result of a registration."""
_GENERAL, _REGISTRATION = 0x8001, 0x8100
_GENERAL_BODY, _REGISTRATION_BODY = Struct(">HHB"), Struct(">HB")
_CODE_LENGTH = 20


def auth_code(secret: bytes, terminal: str) -> str:
    """What a terminal has to show to be let in; the same as long as the secret is.

    Parameters
    ----------
    secret : bytes
        Of the listener; whoever has it can speak for every terminal.
    terminal : str
        Its number, `Frame.code`.
    """
    return hmac.new(secret, terminal.encode(), sha256).hexdigest()[:_CODE_LENGTH]


def general(frame: Frame, result: int) -> bytes:
    """The general answer to a frame."""
    return _answer(frame, _GENERAL, _GENERAL_BODY.pack(frame.serial, frame.message, result))


def registration(frame: Frame, result: int, code: str = "") -> bytes:
    """The answer to a registration; with the code if it is granted."""
    body = _REGISTRATION_BODY.pack(frame.serial, result) + code.encode()
    return _answer(frame, _REGISTRATION, body)


def _answer(frame: Frame, message: int, body: bytes) -> bytes:
    return sealed(frame._replace(message=message, body=body, total=1, part=1, encrypted=False))
