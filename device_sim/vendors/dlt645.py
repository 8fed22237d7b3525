"""Answers of DL/T 645-2007 electricity meters, as they go over the wire. Pure.

Numbers are written as the standard's tables print them: energy ``XXXXXX.XX`` kWh, voltage ``XXX.X``
V, current ``XXX.XXX`` A, power ``XX.XXXX`` kW, power factor ``X.XXX``, frequency ``XX.XX`` Hz.
"""

from collections.abc import Mapping, Sequence

PICTURES = {
    "00000000": ("sNNNNNN.NN",),
    "00010000": ("NNNNNN.NN",),
    "00020000": ("NNNNNN.NN",),
    "00030000": ("sNNNNNN.NN",),
    "00040000": ("sNNNNNN.NN",),
    "0001FF00": ("NNNNNN.NN",) * 5,
    "0002FF00": ("NNNNNN.NN",) * 5,
    "0201FF00": ("NNN.N",) * 3,
    "0202FF00": ("sNNN.NNN",) * 3,
    "0203FF00": ("sNN.NNNN",) * 4,
    "0204FF00": ("sNN.NNNN",) * 4,
    "0205FF00": ("sNN.NNNN",) * 4,
    "0206FF00": ("sN.NNN",) * 4,
    "02010100": ("NNN.N",),
    "02020100": ("sNNN.NNN",),
    "02030000": ("sNN.NNNN",),
    "02060000": ("sN.NNN",),
    "02800002": ("NN.NN",),
    "01010000": ("NN.NNNN",),
}
"""Registers a meter answers with, as the standard writes its numbers; ``s`` where one may have a
sign."""


def answer(address: str, identifier: str, data: bytes, *, more: bool = False) -> bytes:
    """A normal answer to a reading.

    Parameters
    ----------
    address : str
        Of the meter, 12 digits.
    identifier : str
        Data identifier DI3 DI2 DI1 DI0, 8 hexadecimal digits.
    data : bytes
        What the register shows, before 33H is added.
    more : bool
        Another frame has to be asked for to have it all.
    """
    control = 0b1011_0001 if more else 0b1001_0001
    return _frame(address, control, bytes.fromhex(identifier)[::-1] + data)


def refusal(address: str, error: int) -> bytes:
    """An answer that names an error; the standard numbers its bits."""
    return _frame(address, 0b1101_0001, bytes([error]))


def question(address: str, identifier: str) -> bytes:
    """What the gateway asks; others on the bus hear it too."""
    return _frame(address, 0b0001_0001, bytes.fromhex(identifier)[::-1])


def reading(address: str, identifier: str, values: Sequence[float | None]) -> bytes:
    """Answer with numbers.

    Parameters
    ----------
    identifier : str
        One of `PICTURES`.
    values : sequence of float or None
        In the units of the standard; None for a phase that is not connected.

    Raises
    ------
    ValueError
        If a number does not fit its register, or there are too many.
    """
    pictures = PICTURES[identifier]
    if len(values) > len(pictures):
        raise ValueError(f"{len(values)} values for {identifier}: it holds {len(pictures)}")
    data = b"".join(map(_packed, pictures, values))
    return answer(address, identifier, data)


def message(address: str, registers: Mapping[str, Sequence[float | None]]) -> bytes:
    """Answers of one meter in a row, as a gateway passes them on."""
    frames = (reading(address, identifier, values) for identifier, values in registers.items())
    return b"".join(b"\xfe" * 4 + frame for frame in frames)


def _packed(picture: str, value: float | None) -> bytes:
    places = picture.lstrip("s")
    size = places.count("N") // 2
    if value is None:
        return b"\xff" * size
    decimals = len(places.partition(".")[2])
    text = f"{abs(value):.{decimals}f}".replace(".", "").zfill(2 * size)
    negative = value < 0
    signed = picture.startswith("s")
    if len(text) > 2 * size or (negative and not signed) or (signed and text[0] > "7"):
        raise ValueError(f"{value} does not fit {picture}")
    packed = bytearray.fromhex(text)
    packed[0] += 0x80 * negative
    return bytes(reversed(packed))


def _frame(address: str, control: int, data: bytes) -> bytes:
    meter = bytes.fromhex(address)[::-1]
    body = bytes((byte + 0x33) & 0xFF for byte in data)
    head = b"\x68" + meter + b"\x68" + bytes([control, len(body)])
    return head + body + bytes([sum(head + body) & 0xFF, 0x16])
