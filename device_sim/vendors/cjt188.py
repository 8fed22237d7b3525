"""Answers of CJ/T 188 water, gas and heat meters, as they go over the wire. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

COLD_WATER, HOT_WATER, HEAT, COLD, HEAT_AND_COLD, GAS = 0x10, 0x11, 0x20, 0x21, 0x22, 0x30
UNITS = {
    "J": 0x01,
    "Wh": 0x02,
    "kWh": 0x05,
    "MWh": 0x08,
    "kJ": 0x0B,
    "MJ": 0x0E,
    "GJ": 0x11,
    "GJ x100": 0x13,
    "W": 0x14,
    "kW": 0x17,
    "MW": 0x1A,
    "L": 0x29,
    "m3": 0x2C,
    "L/h": 0x32,
    "m3/h": 0x35,
    "MJ/h": 0x46,
}
LOW_BATTERY = 0x04
"""Bit of the status."""
_BEIJING = timezone(timedelta(hours=8))


def volume_answer(
    address: str,
    volume: float | None,
    at: datetime | None,
    *,
    meter_type: int = COLD_WATER,
    unit: str = "m3",
    settled: float = 0.0,
    status: int = 0,
) -> bytes:
    """What a water or gas meter answers.

    Parameters
    ----------
    address : str
        14 digits, the maker's code first.
    volume, settled : float or None
        Register now and on the settlement day, in `unit`, two digits behind the point; None where
        the meter shows nothing.
    at : datetime or None
        By the meter's clock; None when nobody has set it.
    status : int
        Bits: 0 and 1 the valve, 2 the battery.
    """
    body = _with_unit(volume, unit, 2) + _with_unit(settled, unit, 2)
    return answer(address, meter_type, body + _clock(at) + status.to_bytes(2, "little"))


def heat_answer(
    address: str,
    values: Mapping[str, float | None],
    at: datetime | None,
    *,
    meter_type: int = HEAT,
    energy: str = "kWh",
    status: int = 0,
) -> bytes:
    """What a heat meter of the 2004 edition answers.

    Parameters
    ----------
    values : mapping
        ``settled`` and ``energy`` in the unit `energy`; ``power`` in kW; ``flow`` in m3/h;
        ``volume`` in m3; ``supply`` and ``back`` in degC; ``hours``. What is not there is zero.
    """
    show = dict.fromkeys(
        ("settled", "energy", "power", "flow", "volume", "supply", "back", "hours"), 0.0
    ) | dict(values)
    body = (
        _with_unit(show["settled"], energy, 2)
        + _with_unit(show["energy"], energy, 2)
        + _with_unit(show["power"], "kW", 2)
        + _with_unit(show["flow"], "m3/h", 4)
        + _with_unit(show["volume"], "m3", 2)
        + _packed(show["supply"], 3, 2)
        + _packed(show["back"], 3, 2)
        + _packed(show["hours"], 3, 0)
    )
    return answer(address, meter_type, body + _clock(at) + status.to_bytes(2, "little"))


def answer(
    address: str, meter_type: int, body: bytes, *, control: int = 0x81, edition: int = 2018
) -> bytes:
    """A frame around what follows identifier and serial number.

    Parameters
    ----------
    edition : int
        2018 sends the lower byte of the identifier first, 2004 the higher one.
    """
    identifier = b"\x1f\x90" if edition == 2018 else b"\x90\x1f"  # noqa: PLR2004 -- a year
    data = identifier + b"\x00" + body
    return frame(address, meter_type, control, data)


def frame(address: str, meter_type: int, control: int, data: bytes) -> bytes:
    """Any frame: an answer, a refusal or a question."""
    inside = bytes([0x68, meter_type]) + bytes.fromhex(address)[::-1]
    inside += bytes([control, len(data)]) + data
    return b"\xfe\xfe\xfe" + inside + bytes([sum(inside) & 0xFF, 0x16])


def _with_unit(value: float | None, unit: str, decimals: int) -> bytes:
    return _packed(value, 4, decimals) + bytes([UNITS[unit]])


def _packed(value: float | None, size: int, decimals: int) -> bytes:
    if value is None:
        return b"\xff" * size
    text = f"{value:.{decimals}f}".replace(".", "").zfill(2 * size)
    if value < 0 or len(text) > 2 * size:
        raise ValueError(f"{value} does not fit {size} bytes with {decimals} decimals")
    return bytes.fromhex(text)[::-1]


def _clock(at: datetime | None) -> bytes:
    if at is None:
        return bytes(7)
    return bytes.fromhex(at.astimezone(_BEIJING).strftime("%Y%m%d%H%M%S"))[::-1]
