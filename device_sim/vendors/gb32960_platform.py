"""A platform of GB/T 32960 that passes on the frames of its vehicles over one connection. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from device_sim.vendors.gb32960 import Edition, platform_login

_HEAD = 24
_TIME = 6
_STARTS = (b"##", b"$$")
_LET_IN = 1


@dataclass(frozen=True)
class Gb32960Platform:
    """One platform.

    Attributes
    ----------
    user, password : str
        What it proves itself with.
    now : callable
        The instant it is now; aware.
    """

    user: str
    password: str
    now: Callable[[], datetime]
    code: str = "PLATFORM000000001"

    def greet(self, ask: Callable[[bytes], bytes]) -> None:
        """Log in."""
        frame = platform_login(Edition.OF_2025, self.code, self.now(), 1, self.user, self.password)
        answer = ask(frame)
        if answer[3:4] != bytes((_LET_IN,)):
            raise ConnectionRefusedError(f"the platform {self.user} is not let in")

    def key(self, frame: bytes) -> bytes:
        """Command, VIN and time; nothing for a frame that is broken."""
        check = 0
        for byte in frame[2:]:
            check ^= byte
        return b"" if check or frame[:2] not in _STARTS else _key(frame)

    def answered(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """Keys of whole answers."""
        keys = []
        while len(buffer) > _HEAD:
            end = _HEAD + int.from_bytes(buffer[22:_HEAD], "big") + 1
            if len(buffer) < end:
                break
            keys.append(_key(buffer[:end]))
            buffer = buffer[end:]
        return keys, buffer


def _key(frame: bytes) -> bytes:
    return frame[2:3] + frame[4:21] + frame[_HEAD:-1][:_TIME]
