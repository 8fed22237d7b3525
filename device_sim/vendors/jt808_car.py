"""A JT/T 808 terminal on a connection of its own. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from device_sim.vendors.jt808_terminal import proof, registration

_GENERAL_ANSWER = b"\x80\x01"
_HEAD = {False: 12, True: 17}
"""Bytes before the body, by whether it is of the newer edition."""
_NEWER = 0x40


@dataclass(frozen=True)
class Jt808Car:
    """One terminal, by the number of its card."""

    device: str

    def greet(self, ask: Callable[[bytes], bytes]) -> None:
        """Register, and show the code that was given for it."""
        shown = proof(self.device, ask(registration(self.device)))
        if not shown:
            raise ConnectionRefusedError(f"{self.device} may not register")
        ask(shown)

    def key(self, frame: bytes) -> bytes:
        """Kind and number of a message."""
        plain = _plain(frame.strip(b"\x7e"))
        return plain[:2] + plain[_head(plain) - 2 : _head(plain)]

    def answered(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """Keys of whole answers."""
        *whole, rest = buffer.split(b"\x7e")
        if len(whole) % 2:  # a frame has begun that has no end yet
            rest = b"\x7e" + rest
        keys = []
        for part in filter(None, whole):
            plain = _plain(part)
            if plain[:2] == _GENERAL_ANSWER:
                body = plain[_head(plain) :]
                keys.append(body[2:4] + body[:2])
        return keys, rest


def _head(plain: bytes) -> int:
    return _HEAD[bool(plain[2] & _NEWER)]


def _plain(part: bytes) -> bytes:
    return part.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
