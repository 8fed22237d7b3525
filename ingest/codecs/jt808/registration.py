"""What a terminal tells of itself when it registers and when it proves itself. Pure.

Source: JT/T 808-2013, tables 6 and 8; of 2019, tables 6 and 9; the shorter model of the edition of
2011 as terminals still send it.
"""

from struct import Struct

from domain.errors import PayloadError
from ingest.codecs.jt808.frame import Frame, sealed

_EDITION_2019 = Struct(">HH11s30s30sB")
_EDITION_2013 = Struct(">HH5s20s7sB")
_EDITION_2011 = Struct(">HH5s8s7sB")
_IMEI, _FIRMWARE = 15, 20


def registration_facts(frame: Frame) -> dict[str, str]:
    """Maker, model, serial number and plate; what cannot be shown as text is left out.

    Raises
    ------
    PayloadError
        If it is cut off.
    """
    layouts = [_EDITION_2019] if frame.version is not None else [_EDITION_2013, _EDITION_2011]
    layout = next((one for one in layouts if len(frame.body) >= one.size), None)
    if layout is None:
        wanted = layouts[-1].size
        reason = f"{len(frame.body)} bytes of registration: want at least {wanted}"
        raise PayloadError(reason, code="bad_length")
    _, _, maker, model, serial, _ = layout.unpack_from(frame.body)
    plate = frame.body[layout.size :].decode("gbk", "replace").strip("\0 ")
    facts = {
        "maker": _text(maker),
        "model": _text(model),
        "serial": _text(serial),
        "plate": plate if plate.isprintable() and "\ufffd" not in plate else "",
    }
    return {name: fact for name, fact in facts.items() if fact}


def authentication_facts(frame: Frame) -> dict[str, str]:
    """IMEI and firmware, which the edition of 2019 tells beside the code."""
    if frame.version is None or not frame.body:
        return {}
    rest = frame.body[1 + frame.body[0] :]
    facts = {"imei": _text(rest[:_IMEI]), "firmware": _text(rest[_IMEI : _IMEI + _FIRMWARE])}
    return {name: fact for name, fact in facts.items() if fact}


def shown_code(frame: Frame) -> bytes:
    """The code with which a terminal proves itself."""
    if frame.version is None:
        return frame.body.rstrip(b"\0")
    return frame.body[1 : 1 + frame.body[0]] if frame.body else b""


def without_code(frame: Frame) -> bytes:
    """The bytes of a proof with the code taken out, to be stored."""
    if frame.version is None or not frame.body:
        return sealed(frame._replace(body=b""))
    return sealed(frame._replace(body=b"\0" + frame.body[1 + frame.body[0] :]))


def _text(field: bytes) -> str:
    text = field.strip(b"\0 ").decode("ascii", "replace")
    return text if text.isascii() and text.isprintable() else ""
