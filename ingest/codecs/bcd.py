"""Packed decimal: two digits in a byte. Pure."""

from datetime import datetime

from domain.errors import PayloadError
from ingest.codecs.instant import BEIJING_AHEAD


def digits(raw: bytes) -> str:
    """Two decimal digits for each byte, first byte first, leading zeros kept.

    Raises
    ------
    PayloadError
        If a half of a byte is no decimal digit.
    """
    text = raw.hex()
    return text if text.isdecimal() else decimal(text)


def decimal(text: str) -> str:
    """`text` if its hexadecimal digits are all decimal ones.

    Raises
    ------
    PayloadError
        If one is a letter, or there is none.
    """
    if not text.isdecimal():
        shown = bytes.fromhex(text).hex(" ")
        raise PayloadError(f"{shown} is no packed decimal", code="bad_bcd")
    return text


def from_beijing(text: str) -> datetime:
    """Instant of ``yymmddhhmmss``, twelve digits, read in Beijing in this century.

    Raises
    ------
    PayloadError
        If there is no such day or time of day.
    """
    try:
        local = datetime.fromisoformat(f"20{text[:6]}T{text[6:]}Z")
    except ValueError:
        raise PayloadError(f"{text} is no time yymmddhhmmss", code="bad_time") from None
    return local - BEIJING_AHEAD
