"""Logins and logouts of vehicles and platforms: facts about them, and who may come in. Pure.

Source: GB/T 32960.3-2016, tables 6 and 20 to 22; of 2025, tables 6 and 28 to 30, as open
implementations cite them; the text of 2025 itself was not read.
"""

from domain.errors import PayloadError
from ingest.codecs.gb32960.frame import Edition, Frame, sealed
from ingest.codecs.value import LONGEST_TEXT

_SERIAL = 6
_ICCID = slice(8, 28)
_PACKS = 28
_CODES_2016 = 30
_CODE_2025 = 24
_USER = slice(8, 20)
_PASSWORD = slice(20, 40)
PLATFORM_LOGIN = 41
"""Length of the data of a platform's login. [bytes]"""
LOGOUT = 8
"""Length of the data of a logout. [bytes]"""


def want(frame: Frame, size: int, *, exactly: bool = True) -> None:
    """Make sure that the data is as long as it must be.

    Raises
    ------
    PayloadError
        If it is not.
    """
    got = len(frame.data)
    if got < size or (exactly and got != size):
        reason = f"{got} bytes of data in command {frame.command:#04x}: want {size}"
        raise PayloadError(reason, code="bad_length")


def login_facts(frame: Frame) -> dict[str, str]:
    """What a vehicle tells of itself at login.

    Returns
    -------
    dict
        ``login_serial`` (of the day), ``iccid``, ``battery_packs`` and their codes; what cannot be
        shown as text is left out.

    Raises
    ------
    PayloadError
        If the lengths in it do not fit.
    """
    want(frame, _PACKS + 1, exactly=False)
    count = frame.data[_PACKS]
    if frame.edition is Edition.OF_2016:
        want(frame, _CODES_2016, exactly=False)
        packs, length, start = count, frame.data[_CODES_2016 - 1], _CODES_2016
        codes = packs if length else 0
    else:
        # A count of management systems, then how many packs each of them has.
        start, length = _PACKS + 1 + count, _CODE_2025
        want(frame, start, exactly=False)
        packs = codes = sum(frame.data[_PACKS + 1 : start])
    want(frame, start + codes * length)
    items = [frame.data[start + n * length : start + (n + 1) * length] for n in range(codes)]
    facts = {
        "login_serial": str(_serial(frame)),
        "iccid": _text(frame.data[_ICCID]),
        "battery_packs": str(packs),
        "battery_pack_codes": _joined([_text(item) for item in items]),
    }
    return {name: fact for name, fact in facts.items() if fact}


def platform_facts(frame: Frame) -> dict[str, str]:
    """What a platform tells of itself at login; never its password.

    Raises
    ------
    PayloadError
        If the length does not fit.
    """
    want(frame, PLATFORM_LOGIN)
    facts = {"login_serial": str(_serial(frame)), "user": user(frame)}
    return {name: fact for name, fact in facts.items() if fact}


def user(frame: Frame) -> str:
    """User name in a platform's login; empty if it is no text."""
    return _text(frame.data[_USER])


def password(frame: Frame) -> bytes:
    """Password in a platform's login, without padding."""
    return frame.data[_PASSWORD].rstrip(b"\0")


def without_password(frame: Frame) -> bytes:
    """The bytes of a platform's login with the password blanked, to be stored."""
    data = bytearray(frame.data)
    data[_PASSWORD] = bytes(_PASSWORD.stop - _PASSWORD.start)
    return sealed(frame._replace(data=bytes(data)))


def _serial(frame: Frame) -> int:
    return int.from_bytes(frame.data[_SERIAL : _SERIAL + 2], "big")


def _text(field: bytes) -> str:
    text = field.strip(b"\0 ").decode("ascii", "replace")
    return text if text.isascii() and text.isprintable() else ""


def _joined(codes: list[str]) -> str:
    text = " ".join(code for code in codes if code)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT + 1].rpartition(" ")[0]
