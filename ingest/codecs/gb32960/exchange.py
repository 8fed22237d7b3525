"""Exchanges of the key that the data units of a link or vehicle are encrypted with. Pure.

Source: GB/T 32960.3-2025, table 31: type 1, length 2, key, in force from 6, until 6; as
an open implementation renders it, the text itself was not read.
"""

from dataclasses import dataclass, field
from datetime import datetime

from domain.errors import PayloadError
from ingest.codecs.gb32960.cipher import Encryption
from ingest.codecs.gb32960.frame import PLAIN, Command, Frame, instant, sealed
from ingest.codecs.gb32960.keys import KEY

_HEAD, _TIME = 3, 6
_AROUND = _HEAD + 2 * _TIME
"""Everything but the key. [bytes]"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an exchange says.

    Attributes
    ----------
    kind : int
        What the key is for, an `Encryption`.
    key : bytes
        As it stands in the frame.
    """

    kind: int
    key: bytes = field(repr=False)
    since: datetime
    until: datetime

    @property
    def shown(self) -> str:
        """What may be told of it."""
        name = Encryption(self.kind).name
        return f"{name} from {self.since.isoformat()} until {self.until.isoformat()}"


def read(data: bytes) -> Exchange:
    """Take the data of an exchange apart.

    Raises
    ------
    PayloadError
        If its lengths or times do not fit, or the key is for none of the algorithms.
    """
    size = int.from_bytes(data[1:_HEAD], "big")
    if len(data) != _AROUND + size:
        reason = f"{len(data)} bytes in an exchange of a key of {size}"
        raise PayloadError(reason, code="bad_length")
    if data[0] not in set(Encryption):
        raise PayloadError(f"a key of type {data[0]:#04x}: want 0x02 to 0x05", code="bad_key")
    times = data[_HEAD + size :]
    since, until = instant(times), instant(times[_TIME:])
    return Exchange(data[0], data[_HEAD : _HEAD + size], since, until)


def is_in_clear(frame: Frame) -> bool:
    """Whether a frame shows the key it exchanges to everybody on its way."""
    size = min(int.from_bytes(frame.data[1:_HEAD], "big"), len(frame.data) - _AROUND)
    return frame.command == Command.KEY_EXCHANGE and frame.encryption == PLAIN and size <= KEY


def without_key(frame: Frame) -> bytes:
    """The bytes of an exchange in clear with the key blanked, to be stored."""
    size = max(len(frame.data) - _AROUND, 0)
    data = frame.data[:_HEAD] + bytes(size) + frame.data[_HEAD + size :]
    return sealed(frame._replace(data=data))
