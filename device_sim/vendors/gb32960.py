"""What terminals and platforms of GB/T 32960.3 send, in both editions. Pure.

Written from the tables of the standard and not from the codec, so that each can find the other's
mistakes. A value that is not given is sent as "invalid", as a terminal does that has not measured
it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from enum import IntEnum
from functools import reduce
from operator import xor

from device_sim.vendors.gb32960_raw import raw_gear, raw_number, raw_states, raw_text
from domain.reading import Value


class Edition(IntEnum):
    """Of the standard."""

    OF_2016 = 2016
    OF_2025 = 2025


REALTIME, REISSUE = 0x02, 0x03
_BEIJING = timezone(timedelta(hours=8))


def vehicle(edition: Edition, values: Mapping[str, Value]) -> bytes:
    """Section of the whole vehicle; values by the names of `vehicle_reading`."""
    first = -1000 if edition is Edition.OF_2016 else -3000
    body = raw_states(values, "vehicle_state", "charge_state", "run_mode")
    body += raw_number(values.get("speed_kmh"), 2, 10)
    body += raw_number(values.get("odometer_km"), 4, 10)
    body += raw_number(values.get("pack_voltage_v"), 2, 10)
    body += raw_number(values.get("pack_current_a"), 2, 10, first)
    body += raw_number(values.get("soc_pct"), 1)
    body += raw_states(values, "dcdc_state")
    body += raw_gear(values)
    body += raw_number(values.get("insulation_kohm"), 2)
    if edition is Edition.OF_2016:
        body += raw_number(values.get("accelerator_pct"), 1)
        body += raw_number(values.get("brake_pct"), 1)
    return b"\x01" + body


def motors(edition: Edition, rows: Sequence[Mapping[str, Value]]) -> bytes:
    """Section of the motors; values by name without the ``motor_1_`` before them."""
    body = bytes((len(rows),))
    for number, row in enumerate(rows, 1):
        body += bytes((number,)) + raw_states(row, "state")
        body += raw_number(row.get("controller_temperature_c"), 1, 1, -40)
        if edition is Edition.OF_2016:
            body += raw_number(row.get("speed_rpm"), 2, 1, -20_000)
            body += raw_number(row.get("torque_nm"), 2, 10, -2000)
            body += raw_number(row.get("temperature_c"), 1, 1, -40)
            body += raw_number(row.get("voltage_v"), 2, 10)
            body += raw_number(row.get("current_a"), 2, 10, -1000)
        else:
            body += raw_number(row.get("speed_rpm"), 2, 1, -32_000)
            body += raw_number(row.get("torque_nm"), 4, 10, -20_000)
            body += raw_number(row.get("temperature_c"), 1, 1, -40)
    return b"\x02" + body


def engine(edition: Edition, values: Mapping[str, Value]) -> bytes:
    """Section of the engine."""
    speed = raw_number(values.get("engine_speed_rpm"), 2)
    if edition is Edition.OF_2025:
        return b"\x04" + speed
    fuel = raw_number(values.get("fuel_consumption_l_100km"), 2, 100)
    return b"\x04" + raw_states(values, "engine_state") + speed + fuel


def position(
    edition: Edition,
    latitude_deg: float,
    longitude_deg: float,
    *,
    valid: bool = True,
    system: int = 1,
) -> bytes:
    """Section of the position.

    Parameters
    ----------
    system : int
        Of the coordinates, 2025 only: 1 WGS-84, 2 GCJ-02, 3 another.
    """
    status = (not valid) | (latitude_deg < 0) << 1 | (longitude_deg < 0) << 2
    body = bytes((status,)) if edition is Edition.OF_2016 else bytes((status, system))
    body += raw_number(abs(longitude_deg), 4, 1_000_000)
    body += raw_number(abs(latitude_deg), 4, 1_000_000)
    return b"\x05" + body


def extremes(values: Mapping[str, Value]) -> bytes:
    """Section of the greatest and least cell, which the 2016 edition has; all of cell 1."""
    body = b"\x01\x01" + raw_number(values.get("cell_voltage_max_v"), 2, 1000)
    body += b"\x01\x01" + raw_number(values.get("cell_voltage_min_v"), 2, 1000)
    body += b"\x01\x01" + raw_number(values.get("cell_temperature_max_c"), 1, 1, -40)
    body += b"\x01\x01" + raw_number(values.get("cell_temperature_min_c"), 1, 1, -40)
    return b"\x06" + body


def alarm(
    edition: Edition,
    level: int,
    flags: int,
    *,
    faults: Sequence[Sequence[int]] = ((), (), (), ()),
    levels: Sequence[tuple[int, int]] = (),
) -> bytes:
    """Section of the alarms.

    Parameters
    ----------
    faults : 4 sequences of int
        Codes of battery, motors, engine, other.
    levels : sequence of (int, int)
        Number of a flag and its level, 2025 only.
    """
    body = bytes((level,)) + flags.to_bytes(4, "big")
    for codes in faults:
        body += bytes((len(codes),)) + b"".join(code.to_bytes(4, "big") for code in codes)
    if edition is Edition.OF_2025:
        body += bytes((len(levels), *(byte for pair in levels for byte in pair)))
    return (b"\x07" if edition is Edition.OF_2016 else b"\x06") + body


def cells(
    edition: Edition, packs: Sequence[tuple[Value | None, Value | None, Sequence[Value]]]
) -> bytes:
    """Section of the cell voltages; packs as (voltage [V], current [A], cells [V])."""
    body = bytes((len(packs),))
    for number, (voltage_v, current_a, volts) in enumerate(packs, 1):
        body += bytes((number,)) + raw_number(voltage_v, 2, 10)
        body += raw_number(current_a, 2, 10, -1000 if edition is Edition.OF_2016 else -3000)
        body += len(volts).to_bytes(2, "big")
        if edition is Edition.OF_2016:
            body += b"\x00\x01" + bytes((len(volts),))
        body += b"".join(raw_number(volt, 2, 1000) for volt in volts)
    return (b"\x08" if edition is Edition.OF_2016 else b"\x07") + body


def temperatures(edition: Edition, packs: Sequence[Sequence[Value]]) -> bytes:
    """Section of the probes of each pack, in °C."""
    body = bytes((len(packs),))
    for number, probes in enumerate(packs, 1):
        body += bytes((number,)) + len(probes).to_bytes(2, "big")
        body += b"".join(raw_number(probe, 1, 1, -40) for probe in probes)
    return (b"\x09" if edition is Edition.OF_2016 else b"\x08") + body


def private(number: int, content: bytes) -> bytes:
    """A manufacturer's own section."""
    return bytes((number,)) + len(content).to_bytes(2, "big") + content


def report(
    edition: Edition, vin: str, at: datetime, sections: Iterable[bytes], *, late: bool = False
) -> bytes:
    """A real-time report, or one re-issued from the terminal's memory."""
    data = time_bytes(at) + b"".join(sections)
    return frame(edition, REISSUE if late else REALTIME, vin, data)


def login(
    edition: Edition, vin: str, at: datetime, serial: int, iccid: str, packs: Sequence[str] = ()
) -> bytes:
    """A vehicle's login; codes of packs of one length, 24 characters in the 2025 edition."""
    data = time_bytes(at) + serial.to_bytes(2, "big") + raw_text(iccid, 20)
    if edition is Edition.OF_2016:
        data += bytes((len(packs), len(packs[0]) if packs else 0))
    else:
        data += bytes((1, len(packs)))
    return frame(edition, 0x01, vin, data + "".join(packs).encode())


def logout(edition: Edition, vin: str, at: datetime, serial: int) -> bytes:
    """A vehicle's logout."""
    return frame(edition, 0x04, vin, time_bytes(at) + serial.to_bytes(2, "big"))


def platform_login(
    edition: Edition, code: str, at: datetime, serial: int, user: str, password: str
) -> bytes:
    """A platform's login, with which a link for many vehicles begins."""
    data = time_bytes(at) + serial.to_bytes(2, "big") + raw_text(user, 12) + raw_text(password, 20)
    return frame(edition, 0x05, code, data + b"\x01")


def platform_logout(edition: Edition, code: str, at: datetime, serial: int) -> bytes:
    """A platform's logout."""
    return frame(edition, 0x06, code, time_bytes(at) + serial.to_bytes(2, "big"))


def heartbeat(edition: Edition, vin: str) -> bytes:
    """A heartbeat."""
    return frame(edition, 0x07, vin, b"")


def frame(
    edition: Edition,
    command: int,
    code: str,
    data: bytes,
    *,
    answer: int = 0xFE,
    encryption: int = 1,
) -> bytes:
    """A frame with its checksum."""
    body = bytes((command, answer)) + raw_text(code, 17) + bytes((encryption,))
    body += len(data).to_bytes(2, "big") + data
    return (b"##" if edition is Edition.OF_2016 else b"$$") + body + bytes((reduce(xor, body),))


def time_bytes(at: datetime) -> bytes:
    """Six bytes of Beijing time."""
    local = at.astimezone(_BEIJING)
    return bytes(
        (local.year - 2000, local.month, local.day, local.hour, local.minute, local.second)
    )
